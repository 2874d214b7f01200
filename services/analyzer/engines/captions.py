"""Words from the subtitle file that came with the footage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from services.analyzer.engines.speech import OnProgress, Speech, Spoken, Transcribed, transcribed
from shared.contracts.media import Note
from shared.contracts.speech import Transcript
from shared.process import ProcessFailed

_REMEDY = "Export the subtitles as SRT, WebVTT, ASS or JSON in UTF-8, for this film, and send them again."


class Read(Spoken, Protocol):
    """Lines that were read; ``refusal`` says why there are none, ``outside`` how many lie outside the medium."""

    @property
    def refusal(self) -> str:
        """Empty, or a reason."""

    @property
    def outside(self) -> int:
        """0 for most files; others belong to another cut of the film."""


class ReadCaptions(Protocol):
    """Reads a subtitle file."""

    async def __call__(self, path: Path, duration: float, folder: Path, language: str | None = None) -> Read:
        """``duration`` of the medium in seconds; ``folder`` for own files. Raises ProcessFailed."""


@dataclass(frozen=True, slots=True)
class CaptionsEngine:
    """``file`` is the subtitle file, ``sha256`` its content hash; ``read`` reads it."""

    file: Path
    sha256: str
    read: ReadCaptions

    @property
    def identity(self) -> str:
        """Words depend on the file alone."""
        return f"captions:{self.sha256}"

    @property
    def listens(self) -> bool:
        """The words are in the file."""
        return False

    async def transcribe(self, speech: Speech, on_progress: OnProgress) -> Transcribed:
        """Return the file's lines; a file that cannot be read makes a failed transcript."""
        try:
            found = await self.read(self.file, speech.duration, speech.folder, speech.language)
        except ProcessFailed as failed:
            return _failed(f"reading them took too much ({failed.reason})")
        if found.refusal:
            return _failed(found.refusal)
        made = transcribed(found, "captions", speech.language)
        if not found.outside:
            return made
        message = f"{found.outside} lines of the subtitles lie outside the film; are they those of another cut?"
        return replace(made, notes=(*made.notes, Note(code="captions_outside", message=message)))


def _failed(why: str) -> Transcribed:
    reason = f"The subtitles cannot be used: {why}."
    return Transcribed(
        Transcript(status="failed", source="captions", code="captions_unreadable", reason=reason, remedy=_REMEDY)
    )
