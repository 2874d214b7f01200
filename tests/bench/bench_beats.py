"""Beats of generated rhythms, ours and librosa's ``beat_track``, on the same sound in the same run.

F-measure within 70 ms of the true beats, mean over the tracks of a kind; "octave": also right with half or double the
tempo. On sound without a beat the figure is how many tracks are given beats. librosa's tracker has no confidence, so
that it finds beats in everything.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import librosa
import numpy as np
import soxr

from deploy.sample.voice import RATE as VOICE_RATE
from deploy.sample.voice import speak
from services.analyzer.domain.beats.finding import find_beats
from services.analyzer.domain.beats.onsets import Floats, Onsets
from shared import process
from tests.bench.rhythms import RATE, Rhythm, Samples, corpus, f_measure, octave_f
from tests.bench.table import Row, median

SECONDS = 30.0
TEMPOS = (60, 63, 69, 76, 84, 93, 104, 113, 124, 133, 145, 155, 165, 176, 180)
SEED = 7
"""The thresholds were found on other tempos with seed 1."""
OURS = 16_000
LINES = (
    "The harbour wakes slowly. Boats come in one after the other, and the market fills with people who want fish.",
    "If you look at the numbers, you will see that nothing changed in the second quarter. That surprised everybody.",
    "First, take two eggs and a little salt. Then stir, gently, until it is smooth, and let it rest for a while.",
    "We never planned to build a company. We wanted a tool that works, and then others wanted it too, so here we are.",
)
_PROGRAMS = {
    "ours": "from services.analyzer.domain.beats.finding import find_beats;"
    "from services.analyzer.domain.beats.onsets import Onsets;"
    "o = Onsets(16000); o.feed(x); find_beats(*o.finish())",
    "librosa": "import librosa; librosa.beat.beat_track(y=x, sr=16000)",
}


def ours(samples: Samples) -> Sequence[float]:
    """Our tracker."""
    onsets = Onsets(OURS)
    onsets.feed(soxr.resample(samples, RATE, OURS).astype(np.float32))
    return find_beats(*onsets.finish()).times


def theirs(samples: Samples) -> Sequence[float]:
    """librosa's, with its own defaults."""
    _, times = librosa.beat.beat_track(y=samples, sr=RATE, units="time")
    return [float(at) for at in times]


async def _voices() -> list[Floats]:
    with tempfile.TemporaryDirectory() as folder:
        spoken = await speak(LINES, Path(folder))
    pause = np.zeros(VOICE_RATE // 4, np.float32)
    return [soxr.resample(np.append(line.samples, pause), VOICE_RATE, RATE).astype(np.float32) for line in spoken]


async def _first_use(what: str, cache: Path) -> float:
    """Seconds of a fresh process from its start to the beats of ten seconds of clicks."""
    program = f"import numpy as np; x = np.zeros(160000, np.float32); x[::8000] = 1; {_PROGRAMS[what]}"
    env = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    started = time.monotonic()
    await process.run([sys.executable, "-c", program], limits=process.Limits(wall_s=300), cwd=Path.cwd(), env=env)
    return time.monotonic() - started


def _scores(
    tracks: Sequence[Rhythm], find: Callable[[Samples], Sequence[float]]
) -> tuple[dict[str, list[float]], float]:
    scores: dict[str, list[float]] = defaultdict(list)
    started = time.monotonic()
    for track in tracks:
        found = find(track.samples)
        scores[track.kind].append(f_measure(found, track.beats) if track.beats else float(len(found) > 0))
        if track.beats:
            scores[f"{track.kind}, octave"].append(octave_f(found, track.beats))
    return scores, time.monotonic() - started


async def measure() -> list[Row]:
    """Both trackers on every track; then how long the first and the later uses take."""
    tracks = corpus(await _voices(), SECONDS, TEMPOS, SEED)
    theirs(tracks[0].samples)
    rows: list[Row] = []
    results = {"ours": _scores(tracks, ours), "librosa": _scores(tracks, theirs)}
    for kind in results["ours"][0]:
        beatless = kind in {"speech only", "no beat"}
        for who, (scores, _) in results.items():
            value = sum(scores[kind]) if beatless else float(np.mean(scores[kind]))
            text = f"of {len(scores[kind])} tracks with beats claimed" if beatless else "F"
            rows.append(Row(f"{kind}: {who}", value, text, ("0" if beatless else "≥ 0.95") if who == "ours" else ""))
    seconds = len(tracks) * SECONDS
    rows += [Row(f"{seconds / 60:.0f} min of sound: {who}", took, "s") for who, (_, took) in results.items()]
    with tempfile.TemporaryDirectory() as folder:
        for who in _PROGRAMS:
            rows.append(Row(f"first use on a fresh machine: {who}", await _first_use(who, Path(folder)), "s", "< 2"))
            later = median([await _first_use(who, Path(folder)) for _ in range(3)])
            rows.append(Row(f"later, each process: {who}", later, "s"))
    return rows
