"""The Protocol of all that can tell what is said in a medium, and the engine for when nothing can."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from shared.contracts.media import Note, Transcript

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


def mended_note(mended: int) -> tuple[Note, ...]:
    """Say that times were changed."""
    if not mended:
        return ()
    return (Note(code="words_mended", message=f"The times of {mended} lines of speech overlapped or were impossible."),)


@dataclass(frozen=True, slots=True)
class NoEngine:
    """Knows no words, and says why and what to do about it."""

    reason: str
    remedy: str

    @property
    def identity(self) -> str:
        """There is one way of knowing nothing."""
        return "none"

    @property
    def listens(self) -> bool:
        """It does not."""
        return False

    async def transcribe(self, speech: Speech, on_progress: OnProgress) -> Transcribed:
        """Return an unavailable transcript; for a medium without sound a complete and empty one."""
        if speech.samples is None:
            return Transcribed(Transcript(status="completed"))
        return Transcribed(Transcript(status="unavailable", reason=self.reason, remedy=self.remedy))
