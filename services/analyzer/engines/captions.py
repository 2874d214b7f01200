"""Words from the subtitle file that came with the footage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.analyzer.engines.speech import OnProgress, Speech, Transcribed, mended_note
from shared.contracts.media import Caption, Transcript
from shared.process import ProcessFailed

_REMEDY = "Export the subtitles as SRT, WebVTT, ASS or JSON in UTF-8, for this film, and send them again."


class Read(Protocol):
    """Lines that were read; ``refusal`` says why there are none."""

    @property
    def captions(self) -> tuple[Caption, ...]:
        """The lines."""

    @property
    def mended(self) -> int:
        """How many of them had to be changed."""

    @property
    def refusal(self) -> str:
        """Empty, or a reason."""


ReadCaptions = Callable[[Path, float, Path], Awaitable[Read]]


@dataclass(frozen=True, slots=True)
class CaptionsEngine:
    """``file`` is the subtitle file, ``sha256`` its content hash; ``read(file, duration, folder)`` reads it."""

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
            found = await self.read(self.file, speech.duration, speech.folder)
        except ProcessFailed as failed:
            return _failed(f"reading them took too much ({failed.reason})")
        if found.refusal:
            return _failed(found.refusal)
        transcript = Transcript(
            status="completed", source="captions", language=speech.language, captions=found.captions
        )
        return Transcribed(transcript, mended_note(found.mended))


def _failed(why: str) -> Transcribed:
    reason = f"The subtitles cannot be used: {why}."
    return Transcribed(Transcript(status="failed", source="captions", reason=reason, remedy=_REMEDY))
