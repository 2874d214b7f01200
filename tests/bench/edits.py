"""Edits to measure renders on: a film with sound, cut up, and ways to spend and count time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from services.renderer.settings import RendererSettings
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.film import Film, render
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order
from services.renderer.tools.shelf import Made, T, Taken
from shared.contracts.blob import BlobRef
from shared.contracts.layout import lay_out
from shared.contracts.media import AudioStream, MediaInfo, VideoStream
from shared.contracts.speech import Caption
from shared.contracts.time import MICROSECONDS
from shared.contracts.timeline import Clip, Output, RenderOptions, Source, Timeline
from shared.process import Limits, ffmpeg_path, run
from tests.bench.table import Row

RATE = 30
LIMITS = Limits(wall_s=3600)


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the clock, and of CPU in this process and its children."""

    wall: float
    cpu: float


async def spent(work: Awaitable[object]) -> Spent:
    """Await ``work`` and return what it took."""
    began, used = time.perf_counter(), _used()
    await work
    return Spent(time.perf_counter() - began, _used() - used)


def _used() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def _running() -> float:
    """Seconds of CPU of our programs that still run; those that have ended are counted elsewhere."""
    spent_by: dict[int, tuple[int, int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = entry.read_text().rpartition(")")[2].split()
            spent_by[int(entry.parent.name)] = int(fields[1]), sum(int(field) for field in fields[11:15])
    ours_, ticks = {os.getpid()}, 0
    while more := {pid for pid, (parent, _) in spent_by.items() if parent in ours_} - ours_:
        ours_ |= more
        ticks += sum(spent_by[pid][1] for pid in more)
    return ticks / os.sysconf("SC_CLK_TCK")


async def make(path: Path, size: tuple[int, int], seconds: int, gop: int) -> None:
    """Write a moving, noisy film with sound, a key frame every ``gop`` frames."""
    picture = f"testsrc2=s={size[0]}x{size[1]}:r={RATE}:d={seconds},noise=alls=3:allf=t"
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"anoisesrc=r=48000:a=0.2:d={seconds}:c=pink"]
    codecs = ["-c:v", "libx264", "-preset", "superfast", "-g", str(gop), "-pix_fmt", "yuv420p", "-c:a", "aac"]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", *inputs, *codecs, str(path)], limits=LIMITS)


def edit(
    source: Path, size: tuple[int, int], seconds: int, cuts: Sequence[tuple[int, int]], words: Mapping[int, str] = {}
) -> Timeline:
    """A timeline of ``cuts`` (first frame, frames); ``words`` are captions by the number of the cut."""
    video = VideoStream(
        index=0, codec="h264", width=size[0], height=size[1], coded_width=size[0], coded_height=size[1],
        frame_rate=f"{RATE}/1", time_base="1/15360", duration=seconds, color_space="bt709", pixel_format="yuv420p",
    )  # fmt: skip
    audio = AudioStream(index=1, codec="aac", sample_rate=48000, channels=1, duration=seconds)
    size_ = source.stat().st_size
    media = MediaInfo(kind="video", container="mp4", duration=seconds, size=size_, video=video, audio=audio)
    blob = BlobRef(key="ingest/source.mp4", sha256="0" * 64, size=size_, content_type="video/mp4")
    clips = [
        Clip(
            id=f"c{i}", name=f"cut {i}", source="a", time_base=MICROSECONDS, frames=1,
            start=round(Fraction(first * 1_000_000, RATE)), end=round(Fraction((first + frames) * 1_000_000, RATE)),
            captions=_said(words.get(i), first, frames),
        )
        for i, (first, frames) in enumerate(cuts)
    ]  # fmt: skip
    rate = f"{RATE}/1"
    return Timeline(rate=rate, sources={"a": Source(blob=blob, media=media)}, video=lay_out(clips, rate))


def _said(text: str | None, first: int, frames: int) -> tuple[Caption, ...]:
    return () if text is None else (Caption(text=text, start=(first + 5) / RATE, end=(first + frames - 5) / RATE),)


@dataclass(slots=True)
class Heard:
    """Collects the ETA as it was told, with when, and what of CPU had been spent."""

    began: float = field(default_factory=time.perf_counter)
    used: float = field(default_factory=lambda: _used())
    told: list[tuple[float, float, float, float]] = field(default_factory=list)

    def report(self, fraction: float, detail: dict[str, float | int | str]) -> None:
        """Take what a render reports."""
        eta = detail.get("eta_seconds")
        if isinstance(eta, int | float):
            self.told.append((time.perf_counter() - self.began, fraction, float(eta), _used() + _running() - self.used))

    def error_at_half(self) -> float:
        """By how much the whole time, as it was told at half of the work, was wrong: a share of the true time."""
        true = time.perf_counter() - self.began
        at, _, eta, _ = min(self.told, key=lambda one: abs(one[1] - 0.5))
        return abs(at + eta - true) / true

    def rows(self, what: str) -> list[Row]:
        """How wrong the whole time was as it was told at half of it; and of CPU, which a busy machine changes less."""
        true, used = time.perf_counter() - self.began, _used() - self.used
        at, _, eta, _ = min(self.told, key=lambda one: abs(one[0] - true / 2))
        _, done, _, half = min(self.told, key=lambda one: abs(one[3] - used / 2))
        return [
            Row(f"the ETA at half of the time, {what}", 100 * (at + eta - true) / true, "% of the whole", "±10"),
            Row(f"{what}: told as done at {100 * half / used:.0f} % of the CPU", 100 * done, "%"),
        ]


@dataclass(slots=True)
class InMemory:
    """A shelf for one process, without a database."""

    held: dict[str, Made] = field(default_factory=dict)

    async def offer(self, wanted: Sequence[Sequence[str]], alone: Sequence[str] = ()) -> None:
        """Nobody helps."""

    async def ready(self, keys: Sequence[str]) -> frozenset[str]:
        """What is held."""
        return frozenset(keys) & self.held.keys()

    async def take(self, keys: Sequence[str]) -> Taken:
        """What is held is ready."""
        there = frozenset(keys) & self.held.keys()
        return Taken(frozenset(there), frozenset(keys) - there)

    async def fetch(self, key: str, folder: Path, kind: type[T]) -> T | None:
        """Link the file into the folder."""
        one = self.held[key]
        target = folder / one.file.name
        target.hardlink_to(one.file)
        return kind.again(target, one.notes(), one.packets)

    async def keep(self, key: str, made: Made) -> None:
        """Hold it."""
        self.held[key] = made

    async def release(self, keys: Sequence[str]) -> None:
        """Nobody waits."""

    async def changed(self, within_s: float) -> None:
        """Nobody else changes anything."""
        await asyncio.sleep(within_s)


async def ours(
    folder: Path, timeline: Timeline, source: Path, outputs: Sequence[Output], options: RenderOptions,
    settings: RendererSettings | None = None, shelf: InMemory | None = None, heard: Heard | None = None,
) -> list[Film]:  # fmt: skip
    """Render in a folder of its own; the check must pass."""
    folder.mkdir()
    order = Order(timeline, {"a": source}, tuple(outputs), options, Tags("", "", datetime(2026, 1, 1, tzinfo=UTC)))
    report = (heard or Heard()).report
    films = await render(Bench(folder, settings or RendererSettings()), order, report, shelf)
    assert all(film.check.passed for film in films), [film.check.findings for film in films]
    return films
