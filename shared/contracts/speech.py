"""What is said in a medium. Times are seconds after the container's start, as a player shows them."""

from __future__ import annotations

from typing import Literal

from shared.contracts.value import Value


class Word(Value):
    """A spoken word."""

    text: str
    start: float
    end: float
    confidence: float | None = None


class Caption(Value):
    """A line of speech; ``words`` may be empty when only the line's time is known."""

    text: str
    start: float
    end: float
    words: tuple[Word, ...] = ()


class Sentence(Value):
    """A sentence as it was spoken."""

    text: str
    start: float
    end: float


class Paragraph(Value):
    """Sentences that belong together: those numbered ``first`` to ``last`` of the transcript's."""

    start: float
    end: float
    first: int
    last: int


class Transcript(Value):
    """What was said; when ``status`` is not ``completed``, ``reason`` and ``remedy`` say why and what to do.

    ``code`` is the stable name of that reason.
    """

    status: Literal["completed", "unavailable", "failed"]
    source: Literal["captions", "model", "none"] = "none"
    language: str | None = None
    captions: tuple[Caption, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    code: str | None = None
    reason: str | None = None
    remedy: str | None = None


class Mark(Value):
    """A stretch of speech that an editor may want to take out; ``detail`` says which words, or how long it is.

    ``filler``: a sound of hesitation. ``repeat``: something that is said again, and mostly better, right behind it: a
    dropped take or a false start. ``long_pause``: nothing is said between two words for long.
    """

    kind: Literal["filler", "repeat", "long_pause"]
    start: float
    end: float
    detail: str = ""
