"""Pauses in speech with known times: share of speech that is taken away, share of pause time that is found.

Each figure is over all takes of a condition. The knobs were turned on the tuning takes; the held-out ones (other
voices, languages, sentences, paces) were looked at afterwards. silencedetect: -30 dB, 0.3 s; auto-editor: as it comes,
and with no margin around speech.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import soundfile

from services.analyzer.tools.sound import measure_levels
from shared.process import ffmpeg_path, run
from tests import spoken
from tests.bench import auto_editor
from tests.bench.table import Row

Pairs = Sequence[tuple[float, float]]
Finder = Callable[[spoken.Take, Path], Awaitable[Pairs]]
_ENGLISH = (
    "Good morning, and welcome to the show.",
    "Today we talk about boats, trains and aeroplanes.",
    "The first thing to know is this.",
    "Nobody likes to wait for a bus that never comes!",
    "So we asked three people what they think.",
    "Yes.",
    "It costs about fifteen dollars, sometimes less.",
    "Thanks for listening, see you next week.",
)
_GERMAN = (
    "Guten Morgen und herzlich willkommen.",
    "Heute sprechen wir über Schiffe, Züge und Flugzeuge.",
    "Das kostet ungefähr fünfzehn Euro.",
    "Niemand wartet gern auf den Bus.",
    "Bis zur nächsten Woche, auf Wiedersehen.",
)
_FRENCH = (
    "Bonjour et bienvenue dans notre émission.",
    "Aujourd'hui nous parlons des bateaux et des trains.",
    "Personne n'aime attendre le bus sous la pluie.",
    "Merci beaucoup, à la semaine prochaine.",
)
_SPANISH = (
    "Buenos días y bienvenidos al programa.",
    "Hoy hablamos de barcos, trenes y aviones.",
    "Nadie quiere esperar el autobús.",
    "Gracias por escuchar, hasta la próxima semana.",
)
TAKES: dict[str, tuple[tuple[str, tuple[str, ...], int], ...]] = {
    "tuning": (("en-us", _ENGLISH, 165), ("de", _GERMAN, 150), ("en-us+f3", _ENGLISH, 190)),
    "held out": (
        ("fr", _FRENCH, 170),
        ("es", _SPANISH, 160),
        ("en-us+m4", _ENGLISH[::-1], 140),
        ("de+f2", _GERMAN, 175),
    ),
}


async def ours(take: spoken.Take, folder: Path) -> Pairs:
    """Our pauses, by the child process that measures them in production."""
    samples = folder / "sound.f32"
    samples.write_bytes(take.samples.tobytes())
    found = await measure_levels(samples, take.seconds, folder)
    return [(span.start, span.end) for span in found.silences]


async def silencedetect(take: spoken.Take, folder: Path) -> Pairs:
    """ffmpeg's filter at the settings that are everywhere."""
    argv = [ffmpeg_path(), "-hide_banner", "-nostdin", "-i", str(_wav(take, folder))]
    done = await run([*argv, "-af", "silencedetect=n=-30dB:d=0.3", "-f", "null", "-"])
    starts = [float(at) for at in re.findall(r"silence_start: (-?[\d.]+)", done.stderr_tail)]
    ends = [float(at) for at in re.findall(r"silence_end: ([\d.]+)", done.stderr_tail)]
    return list(zip(starts, [*ends, take.seconds][: len(starts)], strict=True))


async def auto_edit(take: spoken.Take, folder: Path) -> Pairs:
    """auto-editor's cuts with its own margin of 0.2 s."""
    return await auto_editor.removed(_wav(take, folder), folder)


async def auto_edit_tight(take: spoken.Take, folder: Path) -> Pairs:
    """auto-editor's cuts without a margin."""
    return await auto_editor.removed(_wav(take, folder), folder, "--margin", "0s")


def _wav(take: spoken.Take, folder: Path) -> Path:
    path = folder / "take.wav"
    soundfile.write(path, take.samples, spoken.RATE)
    return path


async def measure() -> list[Row]:
    """Return the table: ours and the others', on the same takes in the same run."""
    finders: dict[str, Finder] = {"ours": ours, "silencedetect": silencedetect}
    if auto_editor.installed():
        finders |= {"auto-editor": auto_edit, "auto-editor, no margin": auto_edit_tight}
    else:
        print(auto_editor.MISSING)
    rows = []
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder = Path(name)
        for part, scripts in TAKES.items():
            clean = [
                await spoken.record(lines, voice, folder, pace=pace, seed=number + (part == "held out") * 10)
                for number, (voice, lines, pace) in enumerate(scripts)
            ]
            for condition in spoken.CONDITIONS:
                takes = [spoken.heard(take, condition, seed=number) for number, take in enumerate(clean)]
                for who, finder in finders.items():
                    rows += await _judged(f"{part}, {condition}, {who}", who == "ours", takes, finder, folder)
        rows += await _long(takes[0], folder)
    return rows


async def _judged(what: str, mine: bool, takes: Sequence[spoken.Take], finder: Finder, folder: Path) -> list[Row]:
    found = [await finder(take, folder) for take in takes]
    lost = sum(spoken.overlap(t.speech, f) for t, f in zip(takes, found, strict=True))
    right = sum(spoken.overlap(t.pauses, f) for t, f in zip(takes, found, strict=True))
    speech, pause = (
        sum(spoken.total(s) for s in spans) for spans in zip(*((t.speech, t.pauses) for t in takes), strict=True)
    )
    return [
        Row(f"{what}: speech lost", 100 * lost / speech, "%", "<= 1" if mine else ""),
        Row(f"{what}: pause time found", 100 * right / pause, "%", ">= 95" if mine else ""),
    ]


async def _long(take: spoken.Take, folder: Path) -> list[Row]:
    """How time and memory grow: ten minutes and an hour of the same take over and over."""
    rows = []
    for minutes in (10, 60):
        samples = folder / "long.f32"
        with samples.open("wb") as file:
            for _ in range(round(minutes * 60 / take.seconds)):
                file.write(take.samples.tobytes())
        started, peak = time.monotonic(), _PeakMemory()
        async with peak:
            await measure_levels(samples, samples.stat().st_size / 4 / spoken.RATE, folder)
        rows.append(Row(f"{minutes} min of sound", time.monotonic() - started, "s"))
        rows.append(Row(f"{minutes} min of sound, peak memory of the child", peak.megabytes, "MB"))
    return rows


class _PeakMemory(contextlib.AbstractAsyncContextManager["_PeakMemory"]):
    """Watches the largest resident set of this process's children while it is open."""

    megabytes = 0.0

    async def __aenter__(self) -> _PeakMemory:
        self._task = asyncio.get_running_loop().create_task(self._watch())
        return self

    async def _watch(self) -> None:
        while True:
            for status in Path("/proc").glob("[0-9]*/status"):
                with contextlib.suppress(OSError):
                    text = status.read_text()
                    if "levels_child" in (status.parent / "cmdline").read_bytes().decode(errors="replace"):
                        peak = re.search(r"VmHWM:\s+(\d+)", text)
                        self.megabytes = max(self.megabytes, int(peak[1]) / 1024 if peak else 0)
            await asyncio.sleep(0.05)

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
