"""Finding what is spoken of: by words that share a beginning, without a model."""

from __future__ import annotations

import re
import unicodedata
from math import ceil, floor

from services.gateway.domain.chat.pieces import piece, spoken, text_of
from services.gateway.domain.timeline.data import CaptionData, SegmentData, TimelineData
from shared.contracts.hearing import Curve

AFTER, SHORTEST_LAUGH, LONGEST_LAUGH = 0.1, 0.4, 2.5
"""Seconds: how long after a line laughter begins at the soonest, and how long it lasts."""
LOUDER = 0.1
"""How much louder than the film's mean it must be."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_FILLING = frozenset({
    "a", "an", "the", "of", "on", "in", "at", "to", "for", "with", "about", "and", "or", "my", "our", "your",
    "his", "her", "their", "its", "this", "that", "these", "those", "part", "parts", "bit", "bits", "section",
    "segment", "segments", "thing", "things", "stuff", "all", "any", "every", "where", "when", "i", "we", "he",
    "she", "they", "you", "it", "is", "are", "was", "were", "talk", "talks", "talking", "talked", "say", "says",
    "saying", "said", "speak", "speaks", "speaking", "mention", "mentions", "mentioning", "discuss", "discusses",
    "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "und", "oder", "über",
    "von", "vom", "zum", "zur", "mit", "wo", "ich", "wir", "er", "sie", "es", "man", "teil", "teile", "stelle",
    "stellen", "alles", "spricht", "sprechen", "redet", "reden",
})  # fmt: skip
_SUFFIXES = (
    "ingly", "ations", "ation", "ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "en", "ly", "s", "n", "e",
)  # fmt: skip
FUNNY = frozenset({
    "haha", "hahaha", "lol", "laugh", "laughs", "laughing", "laughed", "laughter", "joke", "jokes", "joking",
    "funny", "hilarious", "fun", "kidding", "comedy", "silly", "witz", "witzig", "lustig", "lachen", "lacht",
    "gelächter", "komisch", "spaß",
})  # fmt: skip


def words(text: str) -> list[str]:
    """Return the words of ``text`` in lower case."""
    return [w.casefold() for w in _WORD.findall(unicodedata.normalize("NFKC", text))]


def stem(word: str) -> str:
    """Return a word without common English and German endings; "pricing" and "prices" meet."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


def stems(topic: str) -> frozenset[str]:
    """Return what to look for; every word where all of them are fillers."""
    found = words(topic)
    telling = [w for w in found if w not in _FILLING] or found
    return frozenset(stem(w) for w in telling)


def touches(text: str, wanted: frozenset[str]) -> bool:
    """Tell whether every wanted stem is said, or half of them where there are many."""
    said = {stem(w) for w in words(text)}
    hits = sum(s in said for s in wanted)
    return bool(wanted) and hits >= (len(wanted) if len(wanted) <= 2 else (len(wanted) + 1) // 2)


def spans_about(data: TimelineData, segment: SegmentData, wanted: frozenset[str]) -> list[tuple[float, float]]:
    """Return the source spans of the segment in which it is spoken of ``wanted``, a line between two of them too."""
    lines = spoken(data, segment)
    hit = [i for i, line in enumerate(lines) if touches(line.text, wanted)]
    filled = sorted({*hit, *(i + 1 for i in hit if i + 2 in hit)})
    spans: list[tuple[float, float]] = []
    for i in filled:
        start, end = _around(segment, lines, i)
        if spans and start <= spans[-1][1] + 0.001:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _around(segment: SegmentData, lines: tuple[CaptionData, ...], i: int) -> tuple[float, float]:
    """A line with its share of the pauses around it; up to the segment's end where nothing else is said."""
    before = (lines[i - 1].end + lines[i].start) / 2 if i else segment.start
    after = (lines[i].end + lines[i + 1].start) / 2 if i + 1 < len(lines) else segment.end
    return max(segment.start, min(before, lines[i].start)), min(segment.end, max(after, lines[i].end))


def funniness(data: TimelineData, segment: SegmentData, energy: Curve | None) -> float:
    """Return how much sounds like fun: words of laughter, exclamation marks, and loud moments right behind a line.

    People laugh when somebody has spoken; ``energy`` is the film's, 0..1, where it is known.
    """
    text = text_of(data, segment)
    laughing = sum(w in FUNNY or w.startswith("haha") for w in words(text)) + 0.2 * text.count("!")
    return laughing + (_behind_lines(data, segment, energy) if energy else 0.0)


def _behind_lines(data: TimelineData, segment: SegmentData, energy: Curve) -> float:
    lines = spoken(data, segment)
    usual = level(energy, 0.0, energy.step * len(energy.values))
    loudest = 0.0
    for place, line in enumerate(lines):
        until = lines[place + 1].start if place + 1 < len(lines) else segment.end
        start, end = line.end + AFTER, min(until, line.end + LONGEST_LAUGH)
        if end - start >= SHORTEST_LAUGH:
            loudest = max(loudest, level(energy, start, end) - usual)
    return 2.0 * loudest if loudest >= LOUDER else 0.0


def level(energy: Curve, start: float, end: float) -> float:
    """Return the mean of a curve between two times, 0 where it has no values."""
    first = max(0, floor(start / energy.step))
    found = energy.values[first : max(first + 1, ceil(end / energy.step))]
    return sum(found) / len(found) if found else 0.0


def only(segment: SegmentData, spans: list[tuple[float, float]], least: float) -> list[SegmentData]:
    """Return the pieces of the segment in ``spans`` that last at least ``least`` seconds."""
    return [piece(segment, a, b) for a, b in spans if b - a >= least]
