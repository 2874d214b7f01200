"""What a text is about: its content words, how telling each is in its transcript, and how near it comes to a story."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log

from services.planner.domain.vocabulary import ASKS, NUMBERS, STOP

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_SUFFIXES = ("ingly", "edly", "ations", "ation", "ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "ly", "s")


def words(text: str) -> list[str]:
    """Return the words of ``text`` in lower case; scripts without spaces give pairs of characters."""
    result: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        if _UNSPACED.search(word) and len(word) > 1:
            result += [word[i : i + 2] for i in range(len(word) - 1)]
        else:
            result.append(word)
    return result


def stem(word: str) -> str:
    """Return ``word`` without a common English ending, so that "dance", "dances" and "dancing" meet."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)].rstrip("eiy")
    return word.rstrip("eiy") if len(word) > 3 else word


def content(text: str) -> list[str]:
    """Return the stems of the words that say something."""
    return [stem(w) for w in words(text) if w not in STOP and (len(w) > 1 or not w.isascii())]


def has_number(text: str) -> bool:
    """Tell whether a figure is named."""
    return any(w[0].isdigit() or w in NUMBERS for w in words(text))


def asks(text: str) -> bool:
    """Tell whether the text holds a question: by its mark, or by its first word."""
    found = words(text)
    return any(mark in text for mark in "?？؟") or (len(found) > 2 and found[0] in ASKS)


class Keyness:
    """How telling a transcript's words are: often said, yet not in every sentence (tf-idf over its sentences)."""

    def __init__(self, sentences: Sequence[str]) -> None:
        found = [content(s) for s in sentences]
        said = Counter(w for sentence in found for w in sentence)
        spread = Counter(w for sentence in found for w in set(sentence))
        self._weights = {w: (1 + log(n)) * log(1 + len(found) / spread[w]) for w, n in said.items()}
        means = sorted(self._mean(f) for f in found if f)
        self._scale = means[(len(means) * 9) // 10] if means else 0.0

    def score(self, text: str) -> float:
        """Return 0..1; 1 is the level that a tenth of the sentences reach."""
        return min(1.0, self._mean(content(text)) / self._scale) if self._scale > 0 else 0.0

    def weight(self, word: str) -> float:
        """Return the weight of a stem; an unknown one weighs 1."""
        return self._weights.get(word, 1.0)

    def _mean(self, found: Iterable[str]) -> float:
        weights = [self._weights.get(w, 0.0) for w in dict.fromkeys(found)]
        return sum(weights) / (len(weights) + 2) if weights else 0.0


class Story:
    """A wish in words; texts are measured by how much of it they touch."""

    def __init__(self, text: str | None) -> None:
        self.stems: tuple[str, ...] = tuple(dict.fromkeys(content(text or "")))

    def relevance(self, text: str, keyness: Keyness) -> float:
        """Return 0..1: the weighted share of the story's words said, three of them being enough for 1."""
        if not self.stems:
            return 0.0
        said = set(content(text))
        hit = sum(keyness.weight(s) for s in self.stems if s in said)
        whole = sorted((keyness.weight(s) for s in self.stems), reverse=True)[:3]
        return min(1.0, hit / sum(whole)) if hit else 0.0
