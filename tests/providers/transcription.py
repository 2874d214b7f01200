"""An OpenAI-compatible transcription server on a loopback port: it says what the test says, and remembers the files."""

from __future__ import annotations

import asyncio
import contextlib
import io
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.providers.serving import served

WORDS = ("So", "this", "is", "what", "we", "do.")


@dataclass(frozen=True)
class Broken:
    """An error of the server, or an answer that is none."""

    status: int
    message: str = "it broke"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Asked:
    """One request: the form's fields, seconds of sound, bytes of the file, the key."""

    form: dict[str, Any]
    seconds: float
    size: int
    key: str


@dataclass
class TranscriptionServer:
    """Says six words to each file, a second apart, the first one half a second in.

    ``plays`` are used up first, one a request. ``timed``: whether it can tell times (``verbose_json``); where not, it
    refuses to if ``strict``, and else just leaves them out.
    """

    plays: list[Broken] = field(default_factory=list)
    timed: bool = True
    strict: bool = True
    after_s: float = 0.0
    seen: list[Asked] = field(default_factory=list)
    base_url: str = ""

    async def transcribe(self, request: Request) -> Response:
        """Answer one request."""
        async with request.form() as form:
            told = {key: form.getlist(key) for key in form if key != "file"}
            file = form["file"]
            assert isinstance(file, UploadFile)
            data = await file.read()
        with wave.open(io.BytesIO(data)) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16_000, 1, 2)
            seconds = sound.getnframes() / sound.getframerate()
        self.seen.append(Asked(told, seconds, len(data), request.headers.get("authorization", "")))
        await asyncio.sleep(self.after_s)
        if self.plays:
            return _error(self.plays.pop(0))
        verbose = told["response_format"] == ["verbose_json"]
        if verbose and not self.timed and self.strict:
            return _error(Broken(400, "response_format 'verbose_json' is not compatible with this model, use 'json'."))
        return JSONResponse(_verbose(seconds) if verbose and self.timed else {"text": " ".join(WORDS)})


def _verbose(seconds: float) -> dict[str, Any]:
    words = [{"word": word, "start": 0.5 + i, "end": 0.9 + i} for i, word in enumerate(WORDS) if 0.9 + i < seconds]
    text = " ".join(str(word["word"]) for word in words)
    segments = [{"id": 0, "start": 0.5, "end": 0.9 + len(words) - 1, "text": f" {text}"}] if words else []
    return {
        "task": "transcribe",
        "language": "english",
        "duration": seconds,
        "text": text,
        "segments": segments,
        "words": words,
    }


def _error(told: Broken) -> Response:
    if told.body is not None:
        return Response(told.body, told.status, headers=told.headers, media_type="application/json")
    body = {"error": {"message": told.message, "type": "error", "param": None, "code": None}}
    return JSONResponse(body, told.status, headers=told.headers)


@contextlib.asynccontextmanager
async def transcription_server(*plays: Broken, **traits: Any) -> AsyncIterator[TranscriptionServer]:
    """Serve on a free port while in the block."""
    played = TranscriptionServer(list(plays), **traits)
    app = Starlette(routes=[Route("/v1/audio/transcriptions", played.transcribe, methods=["POST"])])
    async with served(app) as played.base_url:
        yield played
