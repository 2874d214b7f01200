"""An OpenAI-compatible chat server on a loopback port: it answers as the test says, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.providers.serving import served

Body = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """An answer of the model."""

    text: str | None
    finish: str = "stop"
    refusal: str | None = None
    usage: tuple[int, int] | None = (1000, 200)
    choices: bool = True
    after_s: float = 0.0


@dataclass(frozen=True)
class Broken:
    """An error of the server."""

    status: int
    message: str = "it broke"
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


Play = Said | Broken | Callable[[Body], "Said | Broken"]


@dataclass
class ChatServer:
    """``plays`` are used up one a request, the last one for ever. ``refuses``: parts of a request that give a 400."""

    plays: list[Play] = field(default_factory=lambda: [Said("{}")])
    refuses: set[str] = field(default_factory=set)
    seen: list[Body] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    base_url: str = ""

    @property
    def answered(self) -> list[Body]:
        """The requests that were not refused for their form."""
        return [body for body in self.seen if not self._refused(body)]

    def _refused(self, body: Body) -> str | None:
        present = {
            str(body.get("response_format", {}).get("type", "")): "response_format is not supported",
            "image_url" if "image_url" in json.dumps(body["messages"]) else "": "this model takes no image_url",
            "max_completion_tokens" if "max_completion_tokens" in body else "": "unknown field max_completion_tokens",
        }
        return next((message for part, message in present.items() if part in self.refuses), None)

    async def complete(self, request: Request) -> Response:
        """Answer one request."""
        body = await request.json()
        self.seen.append(body)
        self.keys.append(request.headers.get("authorization", ""))
        refused = self._refused(body)
        if refused:
            return _error(Broken(400, refused))
        play = self.plays.pop(0) if len(self.plays) > 1 else self.plays[0]
        told = play if isinstance(play, Said | Broken) else play(body)
        if isinstance(told, Broken):
            return _error(told)
        await asyncio.sleep(told.after_s)
        message = {"role": "assistant", "content": told.text, "refusal": told.refusal}
        choice = {"index": 0, "message": message, "finish_reason": told.finish}
        made: Body = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": body["model"],
        }
        made["choices"] = [choice] if told.choices else []
        if told.usage is not None:
            prompt, completion = told.usage
            total = {"total_tokens": prompt + completion}
            made["usage"] = {"prompt_tokens": prompt, "completion_tokens": completion, **total}
        return JSONResponse(made)


def _error(told: Broken) -> Response:
    body = {"error": {"message": told.message, "type": "error", "param": None, "code": told.code}}
    return JSONResponse(body, told.status, headers=told.headers)


def data_of(body: Body) -> Body:
    """Return the block of data in a request about footage."""
    content = body["messages"][1]["content"]
    text = content if isinstance(content, str) else content[0]["text"]
    opened = text.index("<footage_data>") + len("<footage_data>")
    found = json.loads(text[opened : text.index("</footage_data>")])
    assert isinstance(found, dict)
    return found


@contextlib.asynccontextmanager
async def chat_server(*plays: Play, refuses: set[str] | None = None) -> AsyncIterator[ChatServer]:
    """Serve on a free port while in the block."""
    played = ChatServer(list(plays) or [Said("{}")], refuses or set())
    app = Starlette(routes=[Route("/v1/chat/completions", played.complete, methods=["POST"])])
    async with served(app) as played.base_url:
        yield played
