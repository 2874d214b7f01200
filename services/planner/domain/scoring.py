"""How good a unit is: small measures, each 0..1, weighed by one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

from services.planner.domain.arc import arc
from services.planner.domain.footage import Footage
from services.planner.domain.text import Keyness, Story, asks, has_number
from services.planner.domain.units import Unit

WEIGHTS: dict[str, float] = {
    "story": 6.0,
    "speech": 2.0,
    "keyness": 2.0,
    "energy": 1.2,
    "motion": 1.2,
    "fresh": 0.5,
    "questions": 0.5,
    "numbers": 0.4,
    "clear": 0.4,
    "laughter": 1.2,
    "faces": 0.6,
    "sharp": 0.4,
    "arc": 0.6,
}
"""What counts, and how much. A template multiplies single weights."""

WHAT: dict[str, str] = {
    "story": "touches the story",
    "speech": "dense speech",
    "keyness": "says what the whole is about",
    "energy": "loud passage",
    "motion": "much movement",
    "fresh": "a new shot begins",
    "questions": "asks a question",
    "numbers": "names a figure",
    "clear": "clearly spoken",
    "laughter": "met with laughter or applause",
    "faces": "a face is seen",
    "sharp": "a sharp picture",
    "arc": "opens or closes the story",
}
SHORTEST_LAUGH, LONGEST_LAUGH, LOUD_LAUGH = 0.6, 3.0, 0.55
"""Seconds of it, and the least level on the film's own scale."""
STANDS_OUT = 0.4
"""Measure from which it is a reason."""
JITTER = 0.04
"""How far a seed may move a score, so that another seed gives another edit of the same quality."""


@dataclass(frozen=True, slots=True)
class View:
    """A unit with all that measures look at."""

    footage: Footage
    unit: Unit
    text: str
    start: float
    end: float
    keyness: Keyness
    story: Story


@dataclass(frozen=True, slots=True)
class Score:
    """``value`` is 0..1; ``measures`` are its parts, ``because`` the one that gave most, ``reasons`` the best."""

    value: float
    measures: Mapping[str, float]
    because: str
    text: str
    reasons: tuple[str, ...] = ()


Measure = Callable[[View], float | None]


def _speech(view: View) -> float | None:
    tokens = [view.footage.speech.tokens[i] for i in view.unit.tokens]
    if not view.footage.speech.tokens or view.end <= view.start:
        return None
    return min(1.0, sum(t.end - t.start for t in tokens) / (view.end - view.start) / 0.8)


def _clear(view: View) -> float | None:
    tokens = [view.footage.speech.tokens[i].word for i in view.unit.tokens]
    known = [w.confidence for w in tokens if w is not None and w.confidence is not None]
    return min(1.0, max(0.0, sum(known) / len(known))) if known else None


def _fresh(view: View) -> float | None:
    if not view.footage.cuts:
        return None
    return 1.0 if view.unit.frames[0] == 0 or view.footage.is_cut(view.unit.frames[0]) else 0.0


def _faces(view: View) -> float | None:
    if not view.footage.faces or view.end <= view.start:
        return None
    seen = sum(max(0.0, min(s.end, view.end) - max(s.start, view.start)) for s in view.footage.faces)
    return min(1.0, seen / (view.end - view.start))


def laughter(view: View) -> float | None:
    """Return how loud it is right behind the words, up to the next ones: 0 in a pause, near 1 where people laugh."""
    if not view.unit.tokens or not view.footage.energy.known:
        return None
    tokens, last = view.footage.speech.tokens, view.unit.tokens[-1]
    begin = max(tokens[i].end for i in view.unit.tokens)
    end = tokens[last + 1].start if last + 1 < len(tokens) else view.footage.analysis.media.duration
    if end - begin < SHORTEST_LAUGH:
        return 0.0
    level = view.footage.energy.mean(begin, min(end, begin + LONGEST_LAUGH))
    return level if level >= LOUD_LAUGH else 0.0


MEASURES: dict[str, Measure] = {
    "story": lambda v: v.story.relevance(v.text, v.keyness) if v.story.stems else None,
    "speech": _speech,
    "keyness": lambda v: v.keyness.score(v.text) if v.footage.speech.tokens else None,
    "energy": lambda v: v.footage.energy.mean(v.start, v.end) if v.footage.energy.known else None,
    "motion": lambda v: v.footage.motion.mean(v.start, v.end) if v.footage.motion.known else None,
    "fresh": _fresh,
    "questions": lambda v: float(asks(v.text)) if v.footage.speech.tokens else None,
    "numbers": lambda v: float(has_number(v.text)) if v.footage.speech.tokens else None,
    "clear": _clear,
    "laughter": laughter,
    "faces": _faces,
    "sharp": lambda v: v.footage.sharpness.mean(v.start, v.end) if v.footage.sharpness.known else None,
    "arc": lambda v: arc(v.text, v.start / v.footage.analysis.media.duration) if v.footage.speech.tokens else None,
}
"""A measure answers None where a source cannot be measured so; it then neither helps nor harms."""


def scores_of(
    footages: Sequence[Footage], units: Sequence[Unit], story: Story, factors: Mapping[str, float], seed: int
) -> list[Score]:
    """Return the score of each unit. ``factors`` multiply ``WEIGHTS``."""
    weights = {name: weight * factors.get(name, 1.0) for name, weight in WEIGHTS.items()}
    keyness = Keyness([text for f in footages for text in _sentences(f)])
    return [_score(_view(footages[u.source], u, keyness, story), weights, seed) for u in units]


def _sentences(footage: Footage) -> list[str]:
    numbered = zip(footage.speech.sentence, footage.speech.tokens, strict=True)
    return [" ".join(t.text for _, t in group) for _, group in groupby(numbered, key=lambda pair: pair[0])]


def _view(footage: Footage, unit: Unit, keyness: Keyness, story: Story) -> View:
    text = " ".join(footage.speech.tokens[i].text for i in unit.tokens)
    start, end = footage.grid.seconds(unit.frames[0]), footage.grid.seconds(unit.frames[1])
    return View(footage, unit, text, start, end, keyness, story)


def _score(view: View, weights: Mapping[str, float], seed: int) -> Score:
    found = {name: measure(view) for name, measure in MEASURES.items()}
    measures = {name: value for name, value in found.items() if value is not None}
    whole = sum(weights[name] for name in measures)
    parts = {name: weights[name] * value for name, value in measures.items()}
    best = sorted((n for n in parts if measures[n] >= STANDS_OUT), key=lambda name: (-parts[name], name))
    because = max(parts, key=lambda name: parts[name], default="fresh")
    value = sum(parts.values()) / whole if whole > 0 else 0.5
    value += _jitter(seed, view.footage.asset_id, view.unit.frames[0])
    return Score(round(min(1.0, max(0.0, value)), 6), measures, because, view.text, tuple(best[:3]))


def _jitter(seed: int, *parts: object) -> float:
    """A small number that depends on nothing but its arguments; 0 for seed 0."""
    if seed == 0:
        return 0.0
    digest = sha256("\x1f".join(map(str, (seed, *parts))).encode()).digest()
    return JITTER * (2 * int.from_bytes(digest[:4], "big") / 0xFFFFFFFF - 1)
