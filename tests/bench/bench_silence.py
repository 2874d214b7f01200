"""Silence removal, 80 % kept: pictures copied against all of it encoded anew, and against auto-editor.

Sixty cuts in ten minutes. ``CUTROOM_BENCH_SILENCE`` names the cases, by commas: ``720p-2s`` is 720 lines and a key
frame every two seconds, ``720p-2s-2min`` two minutes of it with twelve cuts, ``auto-editor:720p-2s`` the same against
auto-editor instead. ``CUTROOM_BENCH_SECONDS``: how long the films are that do not say it, whole minutes, instead of ten
minutes. Every frame and the sound of every cut are compared with the source, which is kept for the next run in
``~/.cache/cutroom-bench``; its picture is a minute over and over, its sound is not.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from shared.contracts.timeline import Output, RenderOptions
from shared.process import ffmpeg_path, run
from tests.bench import auto_editor
from tests.bench.edits import LIMITS, RATE, Heard, Spent, edit, make, ours, spent
from tests.bench.table import Row

NAMES = os.environ.get("CUTROOM_BENCH_SILENCE", "720p-2s").split(",")
MINUTES, CUTS = int(os.environ.get("CUTROOM_BENCH_SECONDS", "600")) // 60, 6
"""As a rule; cuts are in each minute."""
WIDTHS = {"360p": 640, "720p": 1280, "1080p": 1920}
SMALL = (64, 36)
RIVAL = "auto-editor:"
KEPT = auto_editor.HOME.parent / "silence"
Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Case:
    """A film of so many seconds and what is kept of it."""

    name: str
    source: Path
    size: tuple[int, int]
    seconds: int
    cuts: Spans

    @property
    def frames(self) -> int:
        """Frames that are kept."""
        return sum(n for _, n in self.cuts)


async def measure() -> list[Row]:
    """Both ways on every case that is named."""
    rows: list[Row] = []
    for name in NAMES:
        with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as folder:
            case = await _case(name.removeprefix(RIVAL))
            rows += await (_against_rival if name.startswith(RIVAL) else _against_encoding)(case, Path(folder))
    return rows


async def _case(name: str) -> Case:
    lines, far, *more = name.split("-")
    minutes = int(more[0].removesuffix("min")) if more else MINUTES
    size = (WIDTHS[lines], int(lines.removesuffix("p")))
    name = f"{lines}-{far}" if minutes == 10 else f"{lines}-{far}-{minutes}min"
    source = KEPT / f"{name}.mp4"
    if not source.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        fresh = source.with_suffix(".new.mp4")
        await _make(fresh, size, minutes, round(float(far.removesuffix("s")) * RATE))
        fresh.rename(source)
    return Case(name, source, size, 60 * minutes, _cuts(60 * minutes, CUTS * minutes))


async def _make(path: Path, size: tuple[int, int], minutes: int, gop: int) -> None:
    """Write a film whose picture is a minute over and over: encoding all of it would take longer than the rest."""
    minute = path.with_suffix(".minute.mp4")
    await make(minute, size, 60, gop)
    noise = f"anoisesrc=r=48000:a=0.2:d={60 * minutes}:c=pink"
    inputs = ["-stream_loop", str(minutes - 1), "-i", str(minute), "-f", "lavfi", "-i", noise]
    chosen = ["-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac"]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", *inputs, *chosen, str(path)], limits=LIMITS)
    minute.unlink()


async def _rendered(case: Case, folder: Path, fidelity: str) -> tuple[Spent, list[Row]]:
    timeline = edit(case.source, case.size, case.seconds, case.cuts)
    output = Output(name="wide", width=case.size[0], height=case.size[1])
    plain = RenderOptions(captions=False, loudness=None).model_copy(update={"fidelity": fidelity})
    heard = Heard()
    took = await spent(ours(folder / fidelity, timeline, case.source, [output], plain, heard=heard))
    return took, heard.rows(f"{case.name}, {fidelity}")


async def _against_encoding(case: Case, folder: Path) -> list[Row]:
    copied, told = await _rendered(case, folder, "copy")
    encoded, more = await _rendered(case, folder, "encode")
    film = folder / "copy/film_wide.mp4"
    return [*_rows(case, "encoded anew", copied, encoded), *told, *more, *await _held(case, "copied", film)]


async def _against_rival(case: Case, folder: Path) -> list[Row]:
    if not auto_editor.installed():
        sys.exit(auto_editor.MISSING)
    copied, _ = await _rendered(case, folder, "copy")
    film = folder / "rival.mp4"
    rival = await spent(auto_editor.edited(case.source, folder, film, _gaps(case)))
    return [*_rows(case, "auto-editor", copied, rival), *await _held(case, "auto-editor", film)]


def _rows(case: Case, other: str, copied: Spent, against: Spent) -> list[Row]:
    return [
        Row(f"{case.name}: copied, wall", copied.wall, "s"),
        Row(f"{case.name}: copied, CPU", copied.cpu, "s"),
        Row(f"{case.name}: {other}, wall", against.wall, "s"),
        Row(f"{case.name}: {other}, CPU", against.cpu, "s"),
        Row(f"{case.name}: copying is faster than {other}, wall", against.wall / copied.wall, "x", "≥ 5"),
        Row(f"{case.name}: copying is faster than {other}, CPU", against.cpu / copied.cpu, "x"),
    ]


async def _held(case: Case, whose: str, film: Path) -> list[Row]:
    shown, wrong = await _wrong(case, film)
    return [
        Row(f"{case.name}: {whose}, frames there of {case.frames}", shown, ""),
        Row(f"{case.name}: {whose}, wrong frames", wrong, "", "0"),
        Row(
            f"{case.name}: {whose}, sound off its place in the source, at most",
            await _off(case, film),
            "samples",
            "≤ 1",
        ),
    ]


def _cuts(seconds: int, count: int) -> Spans:
    """Spans of about 8 s with pauses of about 2 s between them."""
    chance, at, cuts = random.Random(6), 0, []
    for _ in range(count):
        length = round(RATE * chance.uniform(6.0, 10.0) * 0.99)
        cuts.append((at, length))
        at += length + round(RATE * chance.uniform(1.0, 3.0))
    last = seconds * RATE
    return [(first, min(n, last - first - 2)) for first, n in cuts if first < last - 30]


def _gaps(case: Case) -> Spans:
    """What is taken out: frames from and up to."""
    ends = [0, *(first + n for first, n in case.cuts)]
    begins = [*(first for first, _ in case.cuts), case.seconds * RATE]
    return [(end, begin) for end, begin in zip(ends, begins, strict=True) if begin > end]


async def _wrong(case: Case, film: Path) -> tuple[int, int]:
    """Count a film's frames, and those that are not nearest to their own counterpart of the source."""
    before, after = await _small(case.source, film.parent), await _small(film, film.parent)
    wanted = np.concatenate([np.arange(first, first + n) for first, n in case.cuts])
    count = min(len(wanted), len(after))
    wanted, shown = wanted[:count], after[:count].astype(np.int16)
    own = np.abs(before[wanted] - shown).mean(axis=1)
    last = len(before) - 1
    beside = [np.abs(before[np.clip(wanted + d, 0, last)] - shown).mean(axis=1) for d in (-1, 1)]
    wrong = int(((own > beside[0] + 0.05) | (own > beside[1] + 0.05)).sum())
    return len(after), wrong + abs(len(after) - case.frames)


async def _small(path: Path, folder: Path) -> npt.NDArray[np.int16]:
    target = folder / f"{path.stem}.small"
    scale = f"extractplanes=y,scale={SMALL[0]}:{SMALL[1]}:flags=area"
    out = ["-vf", scale, "-fps_mode", "passthrough", "-f", "rawvideo", str(target)]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", "-i", str(path), "-an", *out], limits=LIMITS)
    return np.fromfile(target, np.uint8).reshape(-1, SMALL[0] * SMALL[1]).astype(np.int16)


async def _off(case: Case, film: Path) -> int:
    """By how many samples the sound in the middle of a cut lies off its place, at most."""
    before, after = await _heard(case.source, film.parent), await _heard(film, film.parent)
    worst, at, step = 0, 0, 48000 // RATE
    for first, n in case.cuts:
        middle = (n // 2) * step
        wanted = before[first * step + middle :][:48000]
        heard = after[at * step + middle :][:48000]
        size = 2 * len(wanted)
        product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size)), size)
        lag = int(np.argmax(product))
        worst, at = max(worst, min(lag, size - lag)), at + n
    return worst


async def _heard(path: Path, folder: Path) -> npt.NDArray[np.float32]:
    target = folder / f"{path.stem}.f32"
    out = ["-map", "0:a", "-ac", "1", "-ar", "48000", "-f", "f32le", str(target)]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", "-i", str(path), *out], limits=LIMITS)
    return np.memmap(target, np.float32, "r")
