"""The Protocol of all that can tell what is said in a medium, and the engine for when nothing can."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from shared.contracts.media import Note
from shared.contracts.speech import Caption, Mark, Paragraph, Sentence, Transcript

OnProgress = Callable[[float, Mapping[str, float]], None]


@dataclass(frozen=True, slots=True)
class Speech:
    """What to listen to: mono 16 kHz 32-bit float samples (None: there is no sound). ``folder`` is for own files."""

    samples: Path | None
    duration: float
    language: str | None
    folder: Path


@dataclass(frozen=True, slots=True)
class Transcribed:
    """The transcript and what a person should know of it."""

    transcript: Transcript
    notes: tuple[Note, ...] = ()
    marks: tuple[Mark, ...] = ()


class Spoken(Protocol):
    """Lines of speech, mended, and what is told from their words."""

    @property
    def captions(self) -> tuple[Caption, ...]:
        """The lines, with words."""

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences."""

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """What belongs together."""

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Fillers, repeats and long pauses."""

    @property
    def mended(self) -> int:
        """How many lines had to be changed."""


class SpeechEngine(Protocol):
    """Something that knows the words."""

    @property
    def identity(self) -> str:
        """Names the engine and all that its words depend on; the same identity and medium give the same words."""

    @property
    def listens(self) -> bool:
        """Whether it needs the samples; one that does not is only told by ``samples`` whether there is sound."""

    async def transcribe(self, speech: Speech, on_progress: OnProgress) -> Transcribed:
        """Return the words. What fails is in the transcript's status, with reason and remedy, and is not raised."""


def transcribed(found: Spoken, source: Literal["captions", "model"], language: str | None) -> Transcribed:
    """Return a complete transcript of what was found, with a note where times were changed."""
    transcript = Transcript(
        status="completed",
        source=source,
        language=language,
        captions=found.captions,
        sentences=found.sentences,
        paragraphs=found.paragraphs,
    )
    message = f"The times of {found.mended} lines of speech overlapped or were impossible."
    notes = (Note(code="words_mended", message=message),) if found.mended else ()
    return Transcribed(transcript, notes, found.marks)


@dataclass(frozen=True, slots=True)
class NoEngine:
    """Knows no words, and says why and what to do about it."""

    code: str
    reason: str
    remedy: str

    @property
    def identity(self) -> str:
        """Each reason is its own: another one is to be told as soon as it holds."""
        return f"none:{self.reason}"

    @property
    def listens(self) -> bool:
        """It does not."""
        return False

    async def transcribe(self, speech: Speech, on_progress: OnProgress) -> Transcribed:
        """Return an unavailable transcript; for a medium without sound a complete and empty one."""
        if speech.samples is None:
            return Transcribed(Transcript(status="completed"))
        return Transcribed(Transcript(status="unavailable", code=self.code, reason=self.reason, remedy=self.remedy))
