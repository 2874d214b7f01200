"""A model behind an OpenAI-compatible chat API: OpenAI, Anthropic's compatible endpoint, Ollama, vLLM, LM Studio, TGI.

Servers differ in what they take. What one refuses is left out and remembered: the form of structured output
(``json_schema``, then ``json_object``, then plain text in which the answer is looked for), pictures, and the name of
the limit on the answer.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, Literal

import openai
from openai.types.chat import ChatCompletion

from services.planner.engines.bounded import BoundedTransport
from services.planner.engines.model import Memory, ModelFailed, Reply, Request
from services.planner.engines.refusals import said, verdict
from shared import log

FORMATS = ("json_schema", "json_object", "text")
PAUSES = (0.5, 2.0, 8.0)
logger = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is and how it is used. Times in seconds; ``price`` in US dollars a million tokens in and out."""

    base_url: str
    model: str
    key: str = field(repr=False, default="")
    vision: Literal["auto", "on", "off"] = "auto"
    answer_tokens: int = 4000
    timeout_s: float = 120.0
    retries: int = 2
    patience_s: float = 60.0
    price: tuple[float, float] | None = None


class OpenAIModel:
    """The client; ``memory`` keeps what was learned of the server."""

    def __init__(self, endpoint: Endpoint, memory: Memory) -> None:
        self._at = endpoint
        self._memory = memory

    @property
    def endpoint(self) -> str:
        """The address of its server."""
        return self._at.base_url

    @property
    def name(self) -> str:
        """The model's name."""
        return self._at.model

    async def sees(self) -> bool:
        """Tell whether pictures are worth sending."""
        if self._at.vision != "auto":
            return self._at.vision == "on"
        return (await self._memory.recall(self.endpoint, self.name)).get("pictures") != "no"

    def cost_usd(self, prompt_tokens: int, completion_tokens: int) -> float | None:
        """Return the price of so many tokens; None where nobody has told what the model costs."""
        price = self._at.price
        if price is None:
            return None
        return round((prompt_tokens * price[0] + completion_tokens * price[1]) / 1e6, 6)

    async def ask(self, request: Request) -> Reply:
        """Ask until there is an answer, or a reason why there is none."""
        traits = await self._memory.recall(self.endpoint, self.name)
        tried = 0
        async with self._client() as client:
            while True:
                try:
                    completion = await client.chat.completions.create(**self._body(request, traits))
                except (openai.BadRequestError, openai.UnprocessableEntityError) as refused:
                    if not self._step_down(request, traits, said(refused, self._at.key).lower()):
                        raise verdict(refused, self._at.key, 0.0).failed from None
                    continue
                except openai.APIError as error:
                    judged = verdict(error, self._at.key, PAUSES[min(tried, len(PAUSES) - 1)])
                    if judged.again_after is None or tried >= self._at.retries:
                        raise judged.failed from None
                    if judged.again_after > self._at.patience_s:
                        raise judged.failed from None
                    logger.warning("model.again", code=judged.failed.code, after=round(judged.again_after, 2))
                    tried += 1
                    await asyncio.sleep(judged.again_after)
                    continue
                reply = _reply(completion)
                if reply is None and tried < self._at.retries:
                    tried += 1
                    continue
                if reply is None:
                    raise ModelFailed("The model's answer is empty.", code="model_empty")
                await self._learn(request, traits)
                return reply

    def _client(self) -> openai.AsyncOpenAI:
        # Servers at home ask for no key, but the client insists on one.
        return openai.AsyncOpenAI(
            api_key=self._at.key or "none",
            base_url=self._at.base_url,
            timeout=self._at.timeout_s,
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(transport=BoundedTransport()),
        )

    def _body(self, request: Request, traits: dict[str, str]) -> dict[str, Any]:
        form = traits.get("format", FORMATS[0])
        body: dict[str, Any] = {"model": self.name, "messages": _messages(request, form, traits)}
        body[traits.get("limit", "max_completion_tokens")] = self._at.answer_tokens
        if form == "json_schema":
            schema = {"name": request.name, "strict": True, "schema": request.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif form == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body

    def _step_down(self, request: Request, traits: dict[str, str], why: str) -> bool:
        """Leave out what the server seems to refuse; False when nothing is left to leave out."""
        if "max_completion_tokens" in why and traits.get("limit") != "max_tokens":
            traits["limit"] = "max_tokens"
            return True
        pictures = bool(request.pictures) and traits.get("pictures") != "no" and self._at.vision != "on"
        form = traits.get("format", FORMATS[0])
        about_pictures = any(word in why for word in ("image", "vision", "multimodal", "content"))
        if pictures and (about_pictures or form == FORMATS[-1]):
            traits["pictures"] = "no"
            return True
        if form != FORMATS[-1]:
            traits["format"] = FORMATS[FORMATS.index(form) + 1]
            return True
        return False

    async def _learn(self, request: Request, traits: dict[str, str]) -> None:
        """Remember what worked, so that it is tried once and not at every request."""
        worked = dict(traits)
        if request.pictures and self._at.vision == "auto":
            worked.setdefault("pictures", "yes")
        known = await self._memory.recall(self.endpoint, self.name)
        for trait, value in worked.items():
            if known.get(trait) != value:
                await self._memory.note(self.endpoint, self.name, trait, value)


def _messages(request: Request, form: str, traits: dict[str, str]) -> list[dict[str, Any]]:
    system = request.system
    if form != "json_schema":
        system += "\n\nThe schema of the JSON object:\n" + json.dumps(request.schema, separators=(",", ":"))
    content: Any = request.text
    if request.pictures and traits.get("pictures") != "no":
        content = [{"type": "text", "text": request.text}]
        for picture in request.pictures:
            content.append({"type": "text", "text": picture.label})
            content.append({"type": "image_url", "image_url": {"url": picture.url, "detail": "auto"}})
    messages = [{"role": "system", "content": system}, {"role": "user", "content": content}]
    for theirs, ours in request.turns:
        messages += [{"role": "assistant", "content": theirs}, {"role": "user", "content": ours}]
    return messages


def _reply(completion: ChatCompletion) -> Reply | None:
    """Return what was answered, None when nothing was. Raises ModelFailed for a refusal."""
    choices = completion.choices
    if not choices or choices[0].message is None:
        return None
    choice = choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        why = " ".join((choice.message.refusal or "").split())[:200]
        raise ModelFailed(f"The model refuses to answer. {why}".strip(), code="model_refused")
    if not choice.message.content:
        return None
    used = completion.usage
    return Reply(
        choice.message.content,
        "length" if choice.finish_reason == "length" else "stop",
        used.prompt_tokens or 0 if used else 0,
        used.completion_tokens or 0 if used else 0,
    )
