"""Changes of shot in 166 generated clips, two thirds of scenes that the thresholds were not found on, side by side with
PySceneDetect's content and adaptive detectors (default settings) in the same run: hits, false finds, CPU time.

Needs the ``bench`` extra: ``pip install -e .[bench]``. A hard cut is hit within two frames, a gradual change within a
quarter of a second of it. The clips are made on the first run and kept in ``~/.cache/cutroom/bench``.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from services.analyzer.domain.judge import judge
from services.analyzer.tools.requests import VideoRequest
from services.analyzer.tools.video import _request
from services.analyzer.tools.video_child import measure as measure_pictures
from tests.bench.shots import casting, clips, disturbing, filming, kinds, nights, reel, worlds
from tests.bench.shots.clips import corpus
from tests.bench.shots.reel import Clip, write
from tests.bench.shots.scoring import Found, Score
from tests.bench.table import Row
from tests.service.analyzer_stage import Bounds, facts_of

WAYS = ("ours", "content", "adaptive")
_DRAWN = (casting, clips, disturbing, filming, kinds, nights, reel, worlds)
PARTS = ("tuning", "more tuning", "held out", "third", "fourth")


async def measure() -> list[Row]:
    """Score all three on each part; print what was not found or false, clip by clip, on the way."""
    rows: list[Row] = []
    for half in PARTS:
        scores = {way: Score() for way in WAYS}
        groups: dict[str, dict[str, Score]] = {}
        spent = dict.fromkeys(WAYS, 0.0)
        for clip in corpus(half):
            path = made(clip, half)
            request = await _asked(path)
            by_group = groups.setdefault(clip.group, {way: Score() for way in WAYS})
            for way in WAYS:
                begun = time.process_time()
                found = _ours(clip, request) if way == "ours" else _theirs(path, way)
                spent[way] += time.process_time() - begun
                for score in (scores[way], by_group[way]):
                    score.add(clip, found)
        rows += _rows(half, scores, groups, spent)
    return rows


def made(clip: Clip, half: str) -> Path:
    """Return the clip's file; it is made anew when the code that draws it has changed."""
    code = "".join(Path(str(module.__file__)).read_text("utf-8") for module in _DRAWN)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cutroom" / "bench"
    folder = cache / f"shots-{hashlib.sha256(code.encode()).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{half.replace(' ', '-')}-{clip.name}.mp4"
    if not path.exists():
        write(clip, folder / f"{os.getpid()}-{clip.name}.mp4").rename(path)
    return path


async def _asked(path: Path) -> VideoRequest:
    with tempfile.TemporaryDirectory() as name:
        facts = await facts_of(path, Path(name))
    return _request(path, facts, judge(facts), Path(), Bounds())


def _ours(clip: Clip, request: VideoRequest) -> list[Found]:
    """All but the faces is in this time, stills and sheet too; what is told of progress is not shown."""
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stdout(io.StringIO()):
        answer = measure_pictures(request.model_copy(update={"folder": Path(name), "people": False}))
    starts = np.array(clip.times()) / 1e6
    shown = [c for c in answer.changes if c.kind not in {"fade_in", "fade_out"}]
    return [Found(*(int(np.abs(starts - edge).argmin()) for edge in (c.start, c.end)), c.kind) for c in shown]


def _theirs(path: Path, way: str) -> list[Found]:
    try:
        from scenedetect import AdaptiveDetector, ContentDetector, SceneManager, open_video
    except ImportError:
        raise SystemExit("PySceneDetect is missing: pip install -e .[bench]") from None
    detectors: dict[str, Callable[[], object]] = {"content": ContentDetector, "adaptive": AdaptiveDetector}
    video, manager = open_video(str(path)), SceneManager()
    manager.add_detector(detectors[way]())
    manager.detect_scenes(video)
    return [Found(at, at) for at in (scene[0].frame_num for scene in manager.get_scene_list()[1:])]


def _rows(
    half: str, scores: dict[str, Score], groups: dict[str, dict[str, Score]], spent: dict[str, float]
) -> list[Row]:
    rows: list[Row] = []
    for way, score in scores.items():
        target = "≥ theirs" if way == "ours" else ""
        both = f"precision {score.precision:.3f}, recall {score.recall:.3f}"
        rows += [
            Row(f"{half}, {way}: F1 ({both})", score.f1, "", target),
            Row(f"{half}, {way}: hard cuts found, of {score.hard}", score.hard_hit, ""),
            Row(f"{half}, {way}: hard cuts a frame or two off", sum(o != 0 for o in score.offsets), ""),
            Row(
                f"{half}, {way}: gradual changes found, of {score.gradual}",
                score.gradual_hit,
                "",
                f"≥ {0.8 * score.gradual:.0f}" if way == "ours" else "",
            ),
            Row(f"{half}, {way}: taken in by flash, strobe, shake, whip pan, passer, lamp", score.trapped, "",
                "0" if way == "ours" else ""),
            Row(f"{half}, {way}: CPU", spent[way], "s"),
        ]  # fmt: skip
    ours = scores["ours"]
    rows.append(Row(f"{half}, ours: kind named rightly, of {ours.hits} hits", ours.named, ""))
    for share, word in ((50, "median"), (90, "90 %")):
        away = float(np.percentile(np.abs(ours.edges), share)) if ours.edges else 0.0
        rows.append(Row(f"{half}, ours: start and end of gradual changes off by, {word}", 1000 * away, "ms"))
    for group, ways in groups.items():
        told = ", ".join(f"{way} {ways[way].f1:.2f}" for way in WAYS[1:])
        rows.append(Row(f"{half}, {group}: F1 of ours ({told})", ways["ours"].f1, "", "≥ theirs"))
    return rows
