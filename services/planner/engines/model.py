"""What a language model is to the planner: a request goes in, text and its cost come out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from shared.errors import PermanentError

Finish = Literal["stop", "length"]


class ModelFailed(PermanentError):
    """The model gave no answer. ``paid`` is False when nothing can have been charged."""

    default_code: ClassVar[str] = "model_unavailable"
    default_remedy: ClassVar[str] = "Look at the model's server, or set CUTROOM_PLANNER_LLM_PROVIDER=none."


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a ``data:`` URL, with what it shows."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Request:
    """One question: instructions, the text, pictures, earlier ``turns`` (the model's text, our reply), the schema.

    ``seed`` and ``round`` only make it another question, so that another answer may be had for it.
    """

    system: str
    text: str
    schema: dict[str, object]
    name: str
    pictures: tuple[Picture, ...] = ()
    turns: tuple[tuple[str, str], ...] = ()
    seed: int = 0
    round: int = 0

    def key(self, endpoint: str, model: str) -> str:
        """Return the hash that stands for the request: the same again need not be paid again."""
        pictures = [[p.label, hashlib.sha256(p.url.encode()).hexdigest()] for p in self.pictures]
        parts = [endpoint, model, self.system, self.text, self.schema, self.name, pictures, self.turns, self.seed]
        parts.append(self.round)
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Reply:
    """The model's text. ``finish`` is ``length`` when it was cut off. Tokens are 0 where the server does not tell."""

    text: str
    finish: Finish = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0


class LanguageModel(Protocol):
    """A model at an endpoint."""

    @property
    def endpoint(self) -> str:
        """The address of its server, without secrets."""

    @property
    def name(self) -> str:
        """The model's name as the server knows it."""

    async def sees(self) -> bool:
        """Tell whether pictures are worth sending: not known to be refused."""

    async def ask(self, request: Request) -> Reply:
        """Return the answer. Raises ModelFailed after its own retries."""

    def cost_usd(self, prompt_tokens: int, completion_tokens: int) -> float | None:
        """Return the price of so many tokens; None when it is not known."""


class Memory(Protocol):
    """What was learned of a model, kept where every replica finds it."""

    async def recall(self, endpoint: str, model: str) -> dict[str, str]:
        """Return what is known, by trait."""

    async def note(self, endpoint: str, model: str, trait: str, value: str) -> None:
        """Keep one trait."""
