"""Effects, sparingly: slow pushes in on strong moments, slow motion where much moves and nothing is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.planner.domain.footage import Footage
from services.planner.domain.spans import Frames
from services.planner.domain.template import Template
from shared.contracts.timeline import Effect

LEAST_SLOWMO = 1.2
LEAST_ZOOM = 1.0
LONGEST_ZOOM = 12.0
"""Seconds on the output between which an effect is worth it."""
LIVELY = 0.6


@dataclass(frozen=True, slots=True)
class Shown:
    """A clip to be: frames of a source, shown at ``speed``; ``because`` says why it is kept, if it was the rules."""

    source: int
    frames: Frames
    score: float
    speed: str = "1/1"
    effects: tuple[Effect, ...] = ()
    because: str = ""


def with_effects(clips: Sequence[Shown], footages: Sequence[Footage], template: Template, seed: int) -> list[Shown]:
    """Return the clips with the template's effects, in order and as long as before."""
    slow = _best([_slow_worth(c, footages[c.source]) for c in clips], template.slowmo_every, seed)
    zoom = _best([_zoom_worth(c, footages[c.source]) for c in clips], template.zoom_every, seed)
    result = []
    for i, clip in enumerate(clips):
        if i in slow:
            result.append(_slowed(clip, footages[clip.source]))
        else:
            result.append(replace(clip, effects=(Effect(name="zoom"),)) if i in zoom else clip)
    return result


def _best(worth: Sequence[float], every: int, seed: int) -> set[int]:
    """The best clip of each ``every`` in a row; ``seed`` shifts where the rows begin. Needs at least one whole row."""
    if not every or len(worth) < every:
        return set()
    first = seed % every
    rows = [range(max(0, at), min(len(worth), at + every)) for at in range(first - every, len(worth), every)]
    best = {max(row, key=lambda i: (worth[i], -i)) for row in rows if len(row) > every // 2}
    return {i for i in best if worth[i] > 0}


def _seconds(clip: Shown, footage: Footage) -> float:
    return footage.grid.length(clip.frames[1] - clip.frames[0])


def _zoom_worth(clip: Shown, footage: Footage) -> float:
    cuts = footage.cuts_within(*clip.frames)
    return clip.score if not cuts and LEAST_ZOOM <= _seconds(clip, footage) <= LONGEST_ZOOM else 0.0


def _slow_worth(clip: Shown, footage: Footage) -> float:
    """Music, speech and changes of shot are never slowed, nor is an odd number of frames, that has no exact half."""
    start, end = (footage.grid.seconds(f) for f in clip.frames)
    busy = footage.spoken(*clip.frames) or footage.beats or footage.cuts_within(*clip.frames)
    if busy or end - start < LEAST_SLOWMO or (clip.frames[1] - clip.frames[0]) % 2:
        return 0.0
    motion = footage.motion.mean(start, end)
    return motion if motion >= LIVELY else 0.0


def _slowed(clip: Shown, footage: Footage) -> Shown:
    """Half the frames at half the speed: the liveliest half of the clip, as long on the output as the whole was."""
    start, end = clip.frames
    half = (end - start) // 2
    best = max(
        (start + (end - start - half) * i // 4 for i in range(5)),
        key=lambda f: (round(footage.motion.mean(footage.grid.seconds(f), footage.grid.seconds(f + half)), 6), -f),
    )
    return replace(clip, frames=(best, best + half), speed="1/2", effects=(Effect(name="slowmo"),))
