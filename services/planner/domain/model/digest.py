"""What a language model is told of footage: lines of speech and shots, each with what it is worth."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from services.planner.domain.footage import Footage
from services.planner.domain.text import Keyness, Story, asks, has_number

Pair = tuple[float, float]
WEIGHTS = {"story": 4.0, "keyness": 2.0, "energy": 1.0, "asks": 0.5, "number": 0.5}


@dataclass(frozen=True, slots=True)
class Line:
    """Something said in source number ``source``; seconds; ``words`` the times of its words; ``value`` 0..1."""

    source: int
    start: float
    end: float
    text: str
    value: float
    words: tuple[Pair, ...] = ()

    def item(self) -> str:
        """Return the line as one JSON array."""
        told: list[object] = [video_name(self.source), round(self.start, 2), round(self.end, 2), self.text]
        return plain([*told, [[round(a, 2), round(b, 2)] for a, b in self.words]] if self.words else told)


@dataclass(frozen=True, slots=True)
class ShotLine:
    """A shot of source number ``source``; ``motion`` and ``energy`` are 0..1."""

    source: int
    start: float
    end: float
    motion: float
    energy: float

    @property
    def value(self) -> float:
        """What the shot is worth without its words."""
        return (self.motion + self.energy) / 2

    def item(self) -> str:
        """Return the shot as one JSON array."""
        span = [video_name(self.source), round(self.start, 2), round(self.end, 2)]
        return plain([*span, round(self.motion, 2), round(self.energy, 2)])


@dataclass(frozen=True, slots=True)
class Digest:
    """Footage for a model, in order of source and time."""

    lines: tuple[Line, ...]
    shots: tuple[ShotLine, ...]


def video_name(source: int) -> str:
    """Return the short name of a source: a model copies it without slips, unlike an id."""
    return f"v{source + 1}"


def plain(value: object) -> str:
    """Return compact JSON in which no ``<`` stands, so that no text can end the block of data that it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def digest_of(footages: Sequence[Footage], story: str | None) -> Digest:
    """Return all that is said and shown, with the times of every word."""
    spoken = [list(_sentences(f)) for f in footages]
    keyness = Keyness([text for sentences in spoken for _, _, text, _ in sentences])
    wish = Story(story)
    lines = [
        Line(i, start, end, text, _value(footage, start, end, text, keyness, wish), words)
        for i, (footage, sentences) in enumerate(zip(footages, spoken, strict=True))
        for start, end, text, words in sentences
    ]
    shots = [shot for i, footage in enumerate(footages) for shot in _shots(footage, i)]
    return Digest(tuple(lines), tuple(shots))


def _sentences(footage: Footage) -> Iterator[tuple[float, float, str, tuple[Pair, ...]]]:
    speech = footage.speech
    for _, group in groupby(range(len(speech.tokens)), key=lambda i: speech.sentence[i]):
        found = [speech.tokens[i] for i in group]
        times = tuple((t.start, t.end) for t in found)
        yield found[0].start, max(t.end for t in found), " ".join(t.text for t in found), times


def _value(footage: Footage, start: float, end: float, text: str, keyness: Keyness, story: Story) -> float:
    parts = {
        "story": story.relevance(text, keyness),
        "keyness": keyness.score(text),
        "energy": footage.energy.mean(start, end) if footage.energy.known else 0.0,
        "asks": float(asks(text)),
        "number": float(has_number(text)),
    }
    return sum(WEIGHTS[name] * part for name, part in parts.items()) / sum(WEIGHTS.values())


def _shots(footage: Footage, source: int) -> Iterator[ShotLine]:
    edges = (0, *footage.cuts, footage.grid.frames)
    for first, last in pairwise(edges):
        start, end = footage.grid.seconds(first), footage.grid.seconds(last)
        motion = footage.motion.mean(start, end) if footage.motion.known else 0.0
        energy = footage.energy.mean(start, end) if footage.energy.known else 0.0
        yield ShotLine(source, start, end, motion, energy)
