"""Lines of speech as they come, made into what is answered: mended, with sentences, paragraphs and marks."""

from __future__ import annotations

from collections.abc import Iterable

from services.analyzer.domain.text.marks import marks
from services.analyzer.domain.text.sentences import paragraphs, sentences, words_in
from services.analyzer.domain.text.words import mend_captions
from services.analyzer.tools.requests import SpokenAnswer
from shared.contracts.speech import Caption


def spoken(lines: Iterable[Caption], duration: float, language: str | None) -> SpokenAnswer:
    """Return the lines inside ``duration`` seconds and all that is told from their words."""
    captions, mended = mend_captions(lines, duration)
    words = words_in(captions)
    found = sentences(words)
    return SpokenAnswer(
        captions=captions,
        mended=mended,
        language=language,
        sentences=found,
        paragraphs=paragraphs(found),
        marks=marks(words, language),
    )
