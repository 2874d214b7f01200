"""Taking over a source's own pictures: reading its packets, and joining runs of them with what was encoded between.

Each source's picture is first copied into a file of ours, without its sound and whatever else it holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from services.renderer.domain import copying
from services.renderer.domain.chunks import Chunk
from services.renderer.domain.copying import Index, Run
from services.renderer.tools.encoders import timescale
from services.renderer.tools.ffmpeg import OWN, Bench, file_url, seconds
from services.renderer.tools.join import Tags, labels
from services.renderer.tools.parts import Order
from services.renderer.tools.sources import picture_of
from shared.contracts.timeline import Output

MOST_SECONDS = 6
IDR = 5


@dataclass(frozen=True, slots=True)
class Copied:
    """An output that is copied in parts; empty ``row``: it is encoded as any other, and ``why`` says why."""

    row: Sequence[Chunk | Run]
    indexes: Mapping[str, Index]
    files: Mapping[str, str]
    why: str = ""

    @property
    def chunks(self) -> list[Chunk]:
        """What has to be encoded."""
        return [one for one in self.row if isinstance(one, Chunk)]

    @property
    def frames(self) -> int:
        """Frames that are copied."""
        return sum(one.frames for one in self.row if isinstance(one, Run))


async def plan(bench: Bench, order: Order, output: Output) -> Copied:
    """Look into the sources and find what can be copied for ``output``."""
    line = order.timeline
    if why := copying.hindrance(line, order.options, output):
        return Copied((), {}, {}, why)
    files: dict[str, str] = {}
    indexes: dict[str, Index] = {}
    for number, key in enumerate(sorted({clip.source for clip in line.video})):
        source = line.sources[key]
        if source.media.video is None or not copying.matches(source.media.video, output, line.rate):
            continue
        files[key] = f"copy_{number:04d}.mp4"
        await _picture_alone(bench, order, key, files[key])
        index = await asyncio.to_thread(_read, bench.scratch / files[key], Fraction(line.rate))
        if index is not None:
            indexes[key] = index
    if not indexes:
        return Copied((), {}, {}, "no source is H.264 of the output's own size and rate")
    most = round(MOST_SECONDS * Fraction(line.rate))
    row = copying.divide(line, indexes, most_frames=most, most_pieces=bench.settings.max_inputs)
    if not any(isinstance(one, Run) for one in row):
        return Copied((), {}, {}, "no whole group of pictures is kept")
    return Copied(row, indexes, files)


async def _picture_alone(bench: Bench, order: Order, key: str, target: str) -> None:
    stream = picture_of(order.timeline.sources[key])
    hostile = [word for name, value in bench.hostile(0).items() for word in (f"-{name}", str(value))]
    ticks = ["-video_track_timescale", str(timescale(order.timeline.rate))]
    taken = ["-map", f"0:{stream.index}", "-c", "copy", "-map_metadata", "-1", "-map_chapters", "-1"]
    await bench.ffmpeg([*hostile, "-i", file_url(order.sources[key]), *taken, *ticks, "-f", "mp4", target])


def _read(path: Path, rate: Fraction) -> Index | None:
    """Return the packets of a file of ours; None where its frames are not evenly spaced."""
    pts: list[Fraction] = []
    dts: list[Fraction] = []
    idr: set[int] = set()
    with av.open(str(path), options={name: str(value) for name, value in OWN.items()}) as container:
        stream = container.streams.video[0]
        head = stream.codec_context.extradata or b""
        size = (head[4] & 3) + 1 if len(head) > 4 and head[0] == 1 else 0
        for packet in container.demux(stream):
            if not packet.size or not size or packet.pts is None or packet.dts is None or packet.time_base is None:
                continue
            if packet.is_keyframe and _is_idr(bytes(packet), size):
                idr.add(len(pts))
            pts.append(packet.pts * packet.time_base)
            dts.append(packet.dts * packet.time_base)
    if not pts:
        return None
    zero = min(pts)
    shows = [round((time - zero) * rate) for time in pts]
    even = all(abs((time - zero) * rate - n) < Fraction(1, 4) for time, n in zip(pts, shows, strict=True))
    return Index(shows, frozenset(idr), pts, dts) if even and sorted(shows) == list(range(len(shows))) else None


def _is_idr(data: bytes, size: int) -> bool:
    """Tell whether a packet of H.264, its units preceded by ``size`` bytes of length, has an IDR picture."""
    at = 0
    while at + size < len(data):
        kind = data[at + size] & 31
        if kind in (1, IDR):
            return kind == IDR
        at += size + int.from_bytes(data[at : at + size], "big")
    return False


async def join_copied(
    bench: Bench, copied: Copied, drawn: Mapping[int, str], sound: str | None, *, rate: str, tags: Tags, target: str
) -> Path:
    """Join runs and encoded chunks (``drawn``: file by the chunk's first frame) with the sound.

    Every key frame carries its parameter sets, as those of the source and ours differ. Times are put on the grid.
    """
    lines = ["ffconcat version 1.0"]
    for one in copied.row:
        lines += _entry(copied, one) if isinstance(one, Run) else [f"file {drawn[one.first]}"]
        lines.append(f"duration {seconds(one.frames / Fraction(rate))}")
    script = bench.scratch / f"{target}.ffconcat"
    script.write_text("\n".join(lines) + "\n")
    frame = timescale(rate) // Fraction(rate).numerator * Fraction(rate).denominator
    delay = max([4, *(index.delay for index in copied.indexes.values())])
    own = [word for name, value in OWN.items() for word in (f"-{name}", str(value))]
    sounds = [*own, "-i", sound, "-map", "0:v", "-map", "1:a"] if sound else ["-map", "0:v"]
    grid = ["-bsf:v", f"setts=pts=round(PTS/{frame})*{frame}:dts=(N-{delay})*{frame}"]
    form = ["-video_track_timescale", str(timescale(rate)), "-movflags", "+faststart", "-f", "mp4"]
    plain = ["-c", "copy", "-map_metadata", "-1", "-map_chapters", "-1"]
    head = [*own, "-f", "concat", "-safe", "1", "-i", script.name]
    await bench.ffmpeg([*head, *sounds, *plain, *grid, *form, *labels(tags), target])
    return bench.scratch / target


def _entry(copied: Copied, run: Run) -> list[str]:
    index = copied.indexes[run.source]
    lines = [f"file {copied.files[run.source]}", f"inpoint {seconds(index.pts[run.begin])}"]
    if run.end < len(index.dts):
        lines.append(f"outpoint {seconds((index.dts[run.end - 1] + index.dts[run.end]) / 2)}")
    return lines


def missing_frames(path: Path, frames: int, rate: str) -> int:
    """Return how many of the film's places on the grid have no packet of their own."""
    seen: set[int] = set()
    count = 0
    with av.open(str(path), options={name: str(value) for name, value in OWN.items()}) as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None and packet.time_base is not None:
                count += 1
                seen.add(round(packet.pts * packet.time_base * Fraction(rate)))
    return max(frames - len(seen & set(range(frames))), count - frames)
