"""Packing pictures and sound for streaming: fragmented MP4 (ISO/IEC 23000-19, CMAF) and playlists over its parts."""

from __future__ import annotations

import asyncio
import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import av

from services.renderer.domain import hls
from services.renderer.domain.hls import Segment, Stream
from services.renderer.domain.ladder import SEGMENT_S
from services.renderer.tools.encoders import timescale
from services.renderer.tools.ffmpeg import OWN, Bench
from shared.contracts.outputs import Rendition
from shared.contracts.speech import Caption
from shared.errors import TransientError
from shared.subtitles import write

SUBTITLES_S = 30
MASTER = "master.m3u8"
AGAIN = "It is tried again; if it happens again, look at the disk of the renderer."
_INPUT = [word for name, value in OWN.items() for word in (f"-{name}", str(value))]
_FRAGMENTS = "+cmaf+delay_moov+frag_keyframe+skip_trailer"
"""``delay_moov``: an edit list tells players where the first picture and the first sound lie, to the sample."""


@dataclass(frozen=True, slots=True)
class Laddered:
    """A ladder in the scratch folder: its folder with ``master.m3u8`` and all it names, and what stands in it."""

    folder: Path
    renditions: tuple[Rendition, ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """A packed stream: its segments, its codec, the times of its key frames in seconds, and how many packets it has."""

    stream: Stream
    codec: str
    keys: frozenset[Fraction]
    packets: int
    channels: int = 0


async def pack(bench: Bench, film: Path, target: Path, seconds: Fraction, rate: str | None = None) -> Packed:
    """Copy the picture of ``film``, or its sound where there is no ``rate``, into fragments; none of it is encoded.

    Each fragment is a segment of at least 4 s. Raises TransientError for a file that did not come out whole.
    """
    kind, least = ("v", "min_frag_duration") if rate else ("a", "frag_duration")
    scale = ["-video_track_timescale", str(timescale(rate))] if rate else []
    arguments = [*_INPUT, "-i", film.name, "-map", f"0:{kind}:0", "-c", "copy", "-map_metadata", "-1", *scale]
    flags = _FRAGMENTS if rate else _FRAGMENTS.replace("+frag_keyframe", "")
    span = ["-movflags", flags, f"-{least}", str(SEGMENT_S * 1_000_000 - 1000)]
    await bench.ffmpeg([*arguments, *span, "-f", "mp4", str(target.relative_to(bench.scratch))])
    return await asyncio.to_thread(read, target, seconds)


def read(path: Path, seconds: Fraction) -> Packed:
    """Return what stands in a packed file that lasts ``seconds``. Raises TransientError where it is not whole."""
    with av.open(str(path), options={name: str(value) for name, value in OWN.items()}) as container:
        stream = container.streams[0]
        scale = 1 / (stream.time_base or Fraction(1))
        count, first, keys, ends_at = 0, 0, set[Fraction](), []
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None:
                count, first = count + 1, min(first, packet.pts)
                if packet.is_keyframe and stream.type == "video":
                    keys.add(packet.pts / scale)
                    ends_at.append((packet.pos or 0) + packet.size)
        context, audio = stream.codec_context, stream.type == "audio"
        codec = hls.AAC_LC if audio else hls.video_codec(context.codec.canonical_name, context.extradata or b"")
        channels = context.channels if isinstance(context, av.AudioCodecContext) else 0
    with path.open("rb") as file:
        boxes = list(_boxes(file))
        begins = [max(Fraction(0), Fraction(_decoded_at(file, at) + (first if audio else 0)) / scale)
                  for name, at, _ in boxes if name == b"moof"]  # fmt: skip
    heads = [at for name, at, _ in boxes if name == b"moof"]
    if not heads or path.stat().st_size != boxes[-1][1] + boxes[-1][2]:
        raise TransientError(f"The stream {path.name} is not whole.", code="stream_damaged", remedy=AGAIN)
    ends = [*heads[1:], path.stat().st_size]
    lengths = [b - a for a, b in pairwise([*begins, max(seconds, begins[-1])])]
    if min(lengths) <= 0:
        heads, ends, lengths = _without_empty(heads, ends, lengths)
    parts = tuple(
        Segment(at, end - at, length, next((key - at for key in ends_at if at < key <= end), 0))
        for at, end, length in zip(heads, ends, lengths, strict=True)
    )
    return Packed(Stream(path.stem, heads[0], parts), codec, frozenset(keys), count, channels)


def divide(path: Path, stream: Stream) -> None:
    """Cut a packed file into those that its playlist names."""
    with path.open("rb") as whole:
        for name, offset, size in stream.files:
            whole.seek(offset)
            path.with_name(name).write_bytes(whole.read(size))
    path.unlink()


def _without_empty(
    heads: Sequence[int], ends: Sequence[int], lengths: Sequence[Fraction]
) -> tuple[list[int], list[int], list[Fraction]]:
    """Add the end of the sound that lies behind the film's end to the segment before."""
    kept = [n for n, length in enumerate(lengths) if length > 0]
    return [heads[n] for n in kept], [*(ends[n] for n in kept[:-1]), ends[-1]], [lengths[n] for n in kept]


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, place and size of each box at the top of a file (ISO/IEC 14496-12)."""
    at = 0
    while len(head := file.read(16)) >= 8:
        size, name = struct.unpack_from(">I4s", head)
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack_from(">Q", head, 8)
        if size < 8:
            return
        yield name, at, size
        at += size
        file.seek(at)


def _decoded_at(file: BinaryIO, moof: int) -> int:
    """The decoding time of the first sample of a fragment, in ticks."""
    file.seek(moof)
    head = file.read(8)
    (size,) = struct.unpack_from(">I", head)
    box = head + file.read(min(size, 1 << 20) - 8)
    at = box.find(b"tfdt")
    if at < 0:
        raise TransientError("A fragment of a stream has no time.", code="stream_damaged", remedy=AGAIN)
    form = ">Q" if box[at + 4] == 1 else ">I"
    return int(struct.unpack_from(form, box, at + 8)[0])


def lay_out_texts(folder: Path, captions: Sequence[Caption], seconds: Fraction) -> str:
    """Write the captions as WebVTT in parts of half a minute with their playlist; return the playlist's name."""
    files: list[tuple[str, Fraction]] = []
    for number in range(max(1, math.ceil(seconds / SUBTITLES_S))):
        begin = Fraction(number * SUBTITLES_S)
        end = min(seconds, begin + SUBTITLES_S)
        name = f"subtitles_{number:04d}.vtt"
        seen = [caption for caption in captions if caption.start < end and caption.end > begin]
        (folder / name).write_text(write(seen, "vtt"), encoding="utf-8")
        files.append((name, end - begin))
    (folder / "subtitles.m3u8").write_text(hls.texts(files))
    return "subtitles.m3u8"
