"""Words out of text of which pieces have times of their own: WebVTT's time tags, ASS's karaoke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.analyzer.domain.text.words import clean, spread
from shared.contracts.speech import Word


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text and when it is said, in seconds."""

    text: str
    start: float
    end: float


def words_of(pieces: Sequence[Piece]) -> tuple[Word, ...]:
    """Return the words: pieces that touch without a space between them are syllables of one word.

    Words that share a piece share its time by their letters.
    """
    words: list[Word] = []
    open_word = False
    for piece in pieces:
        text = piece.text
        found = spread(clean(text), piece.start, piece.end) if text.strip() else ()
        if found and open_word and words and not text[0].isspace():
            last = words.pop()
            found = (last.model_copy(update={"text": last.text + found[0].text, "end": found[0].end}), *found[1:])
        words.extend(found)
        open_word = bool(text) and not text[-1].isspace() if text.strip() else open_word and not text
    return tuple(words)
