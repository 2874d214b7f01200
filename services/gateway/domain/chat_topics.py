"""Finding what is spoken of: by words that share a beginning, without a model."""

from __future__ import annotations

import re
import unicodedata

from services.gateway.domain.chat_length import piece, spoken, text_of
from services.gateway.domain.timeline_data import CaptionData, SegmentData, TimelineData

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


def funniness(data: TimelineData, segment: SegmentData) -> float:
    """Return how much of what is said sounds like fun: words of laughter, and exclamation marks."""
    text = text_of(data, segment)
    laughing = sum(w in FUNNY or w.startswith("haha") for w in words(text))
    return laughing + 0.2 * text.count("!")


def only(segment: SegmentData, spans: list[tuple[float, float]], least: float) -> list[SegmentData]:
    """Return the pieces of the segment in ``spans`` that last at least ``least`` seconds."""
    return [piece(segment, a, b) for a, b in spans if b - a >= least]
