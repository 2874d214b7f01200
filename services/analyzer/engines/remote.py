"""Words from a transcription server, which the person who set it up has chosen to send sound to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.analyzer.engines.speech import OnProgress, Speech, Transcribed, transcribed
from services.analyzer.engines.whisper import Heard
from shared.contracts.speech import Transcript
from shared.errors import CutroomError
from shared.process import ProcessFailed

Listen = Callable[[Speech, OnProgress], Awaitable[Heard]]


@dataclass(frozen=True, slots=True)
class RemoteEngine:
    """``listen(speech, on_progress)`` asks the server ``base_url`` for its ``model``."""

    base_url: str
    model: str
    hotwords: str
    listen: Listen

    @property
    def identity(self) -> str:
        """Words depend on the server, its model and what it was told to expect."""
        return f"remote:{self.base_url}:{self.model}:{self.hotwords}"

    @property
    def listens(self) -> bool:
        """To all of it."""
        return True

    async def transcribe(self, speech: Speech, on_progress: OnProgress) -> Transcribed:
        """Return what the server hears; one that fails makes a failed transcript with the failure's code."""
        if speech.samples is None:
            return Transcribed(Transcript(status="completed"))
        try:
            heard = await self.listen(speech, on_progress)
        except ProcessFailed as failed:
            reason = f"The speech server's answer cannot be read ({failed.reason})."
            return _failed("speech_answer_invalid", reason, "Check that it speaks OpenAI's transcription API.")
        except CutroomError as error:
            return _failed(error.code, error.message, error.remedy)
        return transcribed(heard, "model", heard.language)


def _failed(code: str, reason: str, remedy: str) -> Transcribed:
    return Transcribed(Transcript(status="failed", source="model", code=code, reason=reason, remedy=remedy))
