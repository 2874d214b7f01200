"""Words from a Whisper model on this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from services.analyzer.engines.models import Model
from services.analyzer.engines.speech import OnProgress, Speech, Spoken, Transcribed, transcribed
from shared.contracts.speech import Transcript
from shared.process import ProcessFailed

_REMEDY = (
    "Check with `cutroom doctor` that the model is whole and that there is memory enough for it, "
    "or send a subtitle file with the footage."
)


class Heard(Spoken, Protocol):
    """What a model heard."""

    @property
    def language(self) -> str | None:
        """The language it heard."""


Recognize = Callable[[Model, Speech, OnProgress], Awaitable[Heard]]


@dataclass(frozen=True, slots=True)
class WhisperEngine:
    """``recognize(model, speech, on_progress)`` runs the model."""

    model: Model
    recognize: Recognize
    hotwords: str = ""

    @property
    def identity(self) -> str:
        """Words depend on the model and what it was told to expect."""
        return f"whisper:{self.model.name}:{self.hotwords}"

    @property
    def listens(self) -> bool:
        """To all of it."""
        return True

    async def transcribe(self, speech: Speech, on_progress: OnProgress) -> Transcribed:
        """Return what the model hears; a model that fails makes a failed transcript."""
        if speech.samples is None:
            return Transcribed(Transcript(status="completed"))
        try:
            heard = await self.recognize(self.model, speech, on_progress)
        except ProcessFailed as failed:
            reason = f"The speech model {self.model.folder.name} failed: {failed.message}"
            transcript = Transcript(
                status="failed", source="model", code="speech_model_failed", reason=reason[:500], remedy=_REMEDY
            )
            return Transcribed(transcript)
        return transcribed(heard, "model", heard.language)
