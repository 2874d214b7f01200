"""Numbers, lengths of time and places of segments as people write them, in English and German."""

from __future__ import annotations

import re

_WORDS: dict[str, float] = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fortyfive": 45,
    "fifty": 50, "sixty": 60, "ninety": 90, "half": 0.5, "half a": 0.5, "ein": 1, "eine": 1, "einen": 1, "einer": 1,
    "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "zwölf": 12,
    "fünfzehn": 15, "zwanzig": 20, "dreissig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "neunzig": 90,
    "eine halbe": 0.5, "halbe": 0.5, "anderthalb": 1.5,
}  # fmt: skip
_ORDINALS: dict[str, int] = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "last": -1, "final": -1, "second last": -2, "second to last": -2, "erste": 1, "ersten": 1, "zweite": 2,
    "zweiten": 2, "dritte": 3, "dritten": 3, "vierte": 4, "vierten": 4, "fünfte": 5, "fünften": 5, "letzte": -1,
    "letzten": -1, "vorletzte": -2, "vorletzten": -2,
}  # fmt: skip


def _any(known: dict[str, int] | dict[str, float]) -> str:
    return "|".join(sorted(map(re.escape, known), key=len, reverse=True))


NUMBER = rf"(?:\d+(?:[.,]\d+)?|{_any(_WORDS)})"
_HOURS, _MINUTES = r"(?:hours?|hrs?|h|stunden?)", r"(?:minutes?|mins?|m|minuten?)"
_SECONDS = r"(?:seconds?|secs?|s|sekunden?|sek)"
_UNIT = rf"(?:{_HOURS}|{_MINUTES}|{_SECONDS})"
TIME = rf"(?:\d+:\d\d(?::\d\d)?(?:\.\d+)?|{NUMBER}[\s-]*{_UNIT}(?:(?:\s*(?:and|und))?\s*{NUMBER}[\s-]*{_UNIT})?)"
"""A length or a place in time."""
_PART = re.compile(rf"({NUMBER})[\s-]*(?:({_HOURS})|({_MINUTES})|({_SECONDS}))\b")
CLIP = r"(?:segments?|clips?|shots?|scenes?|parts?|pieces?|cuts?|szenen?|abschnitte?n?|teile?n?|stücke?n?)"
_ORDINAL = rf"(?:{_any(_ORDINALS)}|\d+(?:st|nd|rd|th|\.))"
_LIST = r"\d+(?:\s*(?:,|and|und|to|bis|through|-|–|&)\s*(?:and\s+|und\s+)?\d+)*"
PLACE = (
    rf"(?:(?:the |den |die |das |dem |der )?{_ORDINAL} {CLIP}"
    rf"|(?:the |den |die |das )?{CLIP} (?:number |no\. |nr\. |#)?(?:{_LIST}))"
)
"""One or several segments."""


def number(text: str) -> float:
    """Return a number in digits or as a word."""
    known = _WORDS.get(text.strip())
    return known if known is not None else float(text.replace(",", "."))


def seconds(text: str) -> float:
    """Return the length of time, as ``TIME`` matches it, in seconds."""
    if ":" in text:
        total = 0.0
        for part in text.split(":"):
            total = total * 60 + float(part)
        return total
    return sum(
        number(value) * (3600 if hours else 60 if minutes else 1) for value, hours, minutes, _ in _PART.findall(text)
    )


def places(text: str) -> tuple[int, ...]:
    """Return the places that ``PLACE`` matched, from 1, or from the end by -1 and less."""
    ordinal = re.search(rf"({_ORDINAL}) {CLIP}", text)
    if ordinal:
        word = ordinal[1]
        return (_ORDINALS[word] if word in _ORDINALS else int(re.sub(r"\D", "", word)),)
    found: list[int] = []
    for first, last in re.findall(r"(\d+)(?:\s*(?:to|bis|through|-|–)\s*(\d+))?", text):
        end = int(last or first)
        found += range(int(first), min(end, int(first) + 2000) + 1) if end >= int(first) else [int(first), end]
    return tuple(dict.fromkeys(found))
