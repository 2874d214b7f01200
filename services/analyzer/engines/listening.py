"""Engines that hear words in the sound: a Whisper model on this machine, or a transcription server."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from services.analyzer.domain.unheard import Unheard, of_ending
from services.analyzer.engines.models import Model
from services.analyzer.engines.speech import OnProgress, Speech, Spoken, Transcribed, transcribed
from shared.contracts.speech import Transcript
from shared.errors import CutroomError
from shared.process import ProcessFailed


class Heard(Spoken, Protocol):
    """What was heard; ``fault`` says why it is nothing, where something is wrong."""

    @property
    def language(self) -> str | None:
        """The language that was heard."""

    @property
    def fault(self) -> Unheard | None:
        """None if all went well."""


Listen = Callable[[Speech, OnProgress], Awaitable[Heard]]
Recognize = Callable[[Model, Speech, OnProgress], Awaitable[Heard]]


@dataclass(frozen=True, slots=True)
class ListeningEngine:
    """``listen`` hears the words; ``blame`` says what it means that a program of ours has failed at it.

    ``identity`` names all that the words depend on.
    """

    identity: str
    listen: Listen
    blame: Callable[[ProcessFailed], Unheard]

    @property
    def listens(self) -> bool:
        """To all of it."""
        return True

    async def transcribe(self, speech: Speech, on_progress: OnProgress) -> Transcribed:
        """Return what is heard; what fails makes a failed transcript with the failure's code."""
        if speech.samples is None:
            return Transcribed(Transcript(status="completed"))
        try:
            heard = await self.listen(speech, on_progress)
        except ProcessFailed as failed:
            return _none(self.blame(failed))
        except CutroomError as error:
            return _none(Unheard(code=error.code, reason=error.message, remedy=error.remedy))
        return _none(heard.fault) if heard.fault else transcribed(heard, "model", heard.language)


def whisper_engine(model: Model, recognize: Recognize, hotwords: str = "") -> ListeningEngine:
    """Return the engine of a model on this machine; ``recognize(model, speech, on_progress)`` runs it."""

    def blame(failed: ProcessFailed) -> Unheard:
        return of_ending(model.folder.name, failed.reason, failed.returncode, failed.stderr_tail)

    listen = functools.partial(recognize, model)
    return ListeningEngine(f"whisper:{model.name}:{hotwords}", listen, blame)


def remote_engine(base_url: str, model: str, hotwords: str, listen: Listen) -> ListeningEngine:
    """Return the engine of the server ``base_url``, which the person who set it up has chosen to send sound to."""

    def blame(failed: ProcessFailed) -> Unheard:
        return Unheard(
            code="speech_answer_invalid",
            reason=f"The speech server's answer cannot be read ({failed.reason}).",
            remedy="Check that it speaks OpenAI's transcription API.",
        )

    return ListeningEngine(f"remote:{base_url}:{model}:{hotwords}", listen, blame)


def _none(why: Unheard) -> Transcribed:
    return Transcribed(Transcript(status="failed", source="model", code=why.code, reason=why.reason, remedy=why.remedy))
