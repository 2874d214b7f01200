"""A 20-cut edit at 720p and 1080p against one hand-written ffmpeg command: the same encoder, frames compared."""

from __future__ import annotations

import asyncio
import random
import tempfile
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from services.renderer.domain.seen import figures
from services.renderer.settings import RendererSettings
from services.renderer.tools import film
from services.renderer.tools.check import measure as measure_film
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order
from services.renderer.tools.picture import SMALL as COPY
from services.renderer.tools.proof import proved
from services.renderer.tools.shelf import Drawn
from shared.contracts.blob import BlobRef
from shared.contracts.layout import lay_out
from shared.contracts.media import AudioStream, MediaInfo, VideoStream
from shared.contracts.time import MICROSECONDS
from shared.contracts.timeline import Clip, Output, RenderOptions, Source, Timeline
from shared.process import Limits, ffmpeg_path, run
from tests.bench.alike import unlike
from tests.bench.edits import Spent, spent
from tests.bench.table import Row, median

SECONDS, RATE, CUTS, ROUNDS = 90, 30, 20, 3
SIZES = ((1280, 720), (1920, 1080))
LIMITS = Limits(wall_s=3600)
Size = tuple[int, int]


async def measure() -> list[Row]:
    """Both ways in turn, medians of the rounds; the results must be the same frames."""
    return [row for size in SIZES for row in await _measured(size)]


async def _measured(size: Size) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder = Path(name)
        source = folder / "source.mp4"
        await _make(source, size)
        cuts = _cuts()
        hand, ours, look = [], [], []
        for i in range(ROUNDS):
            hand.append(await spent(_by_hand(source, cuts, folder / "hand.mp4")))
            room = folder / f"ours{i}"
            room.mkdir()
            ours.append(await spent(_ours(source, size, cuts, room)))
            made = room / "film_wide.mp4"
            look.append(await _looked(room, made))
        assert await unlike(folder / "hand.mp4", made) == 0
    label = f"{size[1]}p, "
    return [*_rows(label + "wall", *(median([s.wall for s in way]) for way in (hand, ours, look))),
            *_rows(label + "CPU", *(median([s.cpu for s in way]) for way in (hand, ours, look)))]  # fmt: skip


def _rows(kind: str, hand: float, ours: float, look: float) -> list[Row]:
    return [
        Row(f"one hand-written command, {kind}", hand, "s"),
        Row(f"the renderer, its check included, {kind}", ours, "s"),
        Row(f"renderer without its check against hand-written, {kind}", (ours - look) / hand, "x"),
        Row(f"renderer with its check against hand-written, {kind}", ours / hand, "x", "≤ 1.1"),
        Row(f"the check's share, {kind}", 100 * look / ours, "%", "< 15"),
    ]


async def _looked(room: Path, made: Path) -> Spent:
    """What the check costs: small copies of all frames, proof of the chunks, the film's packets and its sound."""
    decode = [ffmpeg_path(), "-loglevel", "error", "-i", str(made), "-an"]
    small = f"extractplanes=y,scale={COPY[0]}:{COPY[1]}:flags=area"
    plain = await spent(run([*decode, "-f", "null", "-"], limits=LIMITS))
    whole = await spent(run([*decode, "-vf", small, "-f", "rawvideo", str(room / "grey"), "-y"], limits=LIMITS))
    rest = await spent(_proved(room, made))
    return Spent(max(0.0, whole.wall - plain.wall) + rest.wall, max(0.0, whole.cpu - plain.cpu) + rest.cpu)


async def _proved(room: Path, made: Path) -> None:
    grey = (room / "grey").read_bytes()
    size, at, drawn = COPY[0] * COPY[1], 0, []
    for chunk in _ordered(room):
        seen = await asyncio.to_thread(figures, grey[at * size : (at + chunk[1]) * size])
        drawn.append(Drawn(chunk[0], seen, await asyncio.to_thread(proved, chunk[0], seen, f"{RATE}/1")))
        at += chunk[1]
    await measure_film(Bench(room, RendererSettings()), made, drawn)


def _ordered(room: Path) -> list[tuple[Path, int]]:
    """The chunks as they were joined, with their frames."""
    lines = (room / "film_wide.mp4.ffconcat").read_text().splitlines()[1:]
    return [
        (room / file.removeprefix("file "), round(float(length.removeprefix("duration ")) * RATE))
        for file, length in zip(lines[::2], lines[1::2], strict=True)
    ]


def _cuts() -> list[tuple[int, int]]:
    """First frame and number of frames of each cut, in an order that no film has."""
    chance = random.Random(20)
    return [(chance.randrange(0, (SECONDS - 4) * RATE), chance.randrange(45, 100)) for _ in range(CUTS)]


async def _make(path: Path, size: Size) -> None:
    picture = f"testsrc2=s={size[0]}x{size[1]}:r={RATE}:d={SECONDS},noise=alls=3:allf=t"
    sound = f"anoisesrc=r=48000:a=0.2:d={SECONDS}:c=pink"
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "250", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    await run([ffmpeg_path(), "-loglevel", "error", *inputs, *codecs, str(path)], limits=LIMITS)


async def _by_hand(source: Path, cuts: list[tuple[int, int]], target: Path) -> None:
    """The fastest exact command: one input for each cut, sought a quarter of a frame early, joined by ``concat``."""
    inputs: list[str] = []
    for first, frames in cuts:
        inputs += ["-ss", f"{max(0, first - 0.25) / RATE:.6f}", "-t", f"{frames / RATE:.6f}", "-i", str(source)]
    labels = "".join(f"[{i}:v][{i}:a]" for i in range(CUTS))
    graph = f"{labels}concat=n={CUTS}:v=1:a=1[v][a]"
    codecs = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", "-g", "150"]
    rest = ["-c:a", "aac", "-b:a", "192k", "-movflags", "+faststart", str(target)]
    head = [ffmpeg_path(), "-loglevel", "error", "-y"]
    await run([*head, *inputs, "-filter_complex", graph, "-map", "[v]", "-map", "[a]", *codecs, *rest], limits=LIMITS)


async def _ours(source: Path, size: Size, cuts: list[tuple[int, int]], folder: Path) -> None:
    timeline = _timeline(source, size, cuts)
    options = RenderOptions(captions=False, loudness=None)
    output = Output(name="wide", width=size[0], height=size[1])
    tags = Tags("", "", datetime(2026, 1, 1, tzinfo=UTC))
    order = Order(timeline, {"a": source}, (output,), options, tags)
    (done,) = await film.render(
        Bench(folder, RendererSettings(keyframe_seconds=5)), order, lambda fraction, detail: None
    )
    assert done.check.passed, done.check.findings


def _timeline(source: Path, size: Size, cuts: list[tuple[int, int]]) -> Timeline:
    video = VideoStream(
        index=0, codec="h264", width=size[0], height=size[1], coded_width=size[0], coded_height=size[1],
        frame_rate=f"{RATE}/1", time_base="1/15360", duration=SECONDS, color_space="bt709", pixel_format="yuv420p",
    )  # fmt: skip
    audio = AudioStream(index=1, codec="aac", sample_rate=48000, channels=1, duration=SECONDS)
    media = MediaInfo(
        kind="video", container="mp4", duration=SECONDS, size=source.stat().st_size, video=video, audio=audio
    )
    blob = BlobRef(key="ingest/source.mp4", sha256="0" * 64, size=media.size, content_type="video/mp4")
    clips = [
        Clip(
            id=f"c{i}", name=f"cut {i}", source="a", time_base=MICROSECONDS, frames=1,
            start=round(Fraction(first * 1_000_000, RATE)), end=round(Fraction((first + frames) * 1_000_000, RATE)),
        )
        for i, (first, frames) in enumerate(cuts)
    ]  # fmt: skip
    rate = f"{RATE}/1"
    return Timeline(rate=rate, sources={"a": Source(blob=blob, media=media)}, video=lay_out(clips, rate))
