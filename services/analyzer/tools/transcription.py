"""Speech to words by a server that speaks OpenAI's transcription API; see https://platform.openai.com/docs/api-reference/audio.

The sound goes out as 16-bit WAV in parts below the server's limit, parted in pauses. Servers differ: where one cannot
tell the times of words and segments (``verbose_json``), short parts give the times.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import wave
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.text.listed import read_json
from services.analyzer.domain.text.refusing import BadSubtitles
from services.analyzer.domain.text.replies import Reply, reply_of
from services.analyzer.tools.child import OnProgress, call
from services.analyzer.tools.failing import SpeechFailed, refused
from services.analyzer.tools.parting import RATE, parts
from services.analyzer.tools.requests import MendRequest, SpokenAnswer
from shared.contracts.speech import Caption
from shared.process import Limits

_PART_S, _SHORT_PART_S = 600.0, 25.0
_MOST_ANSWER = 32 * 1024 * 1024
_HEARABLE = 1e-4
_MEND_LIMITS = Limits(wall_s=120, cpu_s=100, memory_bytes=2 * 1024**3)

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server: ``base_url`` with its ``/v1``, empty for OpenAI's own; ``part_bytes``: the largest file it takes."""

    base_url: str
    key: str
    model: str
    timeout_s: float
    retries: int
    part_bytes: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to transcribe: the mono 16 kHz 32-bit float samples in ``path``."""

    path: Path
    folder: Path
    duration: float
    language: str | None
    hotwords: str


async def transcribe(wanted: Wanted, endpoint: Endpoint, on_progress: OnProgress) -> SpokenAnswer:
    """Return what was said, mended. Raises SpeechFailed, and ProcessFailed if the answer overwhelms us."""
    openai = await asyncio.to_thread(importlib.import_module, "openai")
    lines: list[Caption] = []
    language = wanted.language
    client = openai.AsyncOpenAI(
        base_url=endpoint.base_url or None,
        api_key=endpoint.key or "none",
        timeout=endpoint.timeout_s,
        max_retries=endpoint.retries,
    )
    try:
        async for reply, start, end in _Asking(client, endpoint, wanted).replies():
            language = language or reply.language
            lines += reply.lines(start / RATE, end / RATE)
            on_progress(min(1.0, end / RATE / wanted.duration), {})
    except openai.OpenAIError as error:
        raise refused(error, endpoint.base_url, endpoint.key) from error
    finally:
        await client.close()
    return await mend(lines, wanted.duration, language, wanted.folder)


async def mend(lines: Sequence[Caption], duration: float, language: str | None, folder: Path) -> SpokenAnswer:
    """Return lines mended, with sentences and marks, by a process of its own. Raises ProcessFailed."""
    request = MendRequest(lines=tuple(lines), folder=folder, duration=duration, language=language)
    return await call("mend_child", request, SpokenAnswer, folder=folder, limits=_MEND_LIMITS)


class _Asking:
    """Sends one part after the other; once the server cannot tell times, the rest goes in short parts."""

    def __init__(self, client: Any, endpoint: Endpoint, wanted: Wanted) -> None:
        self._client, self._endpoint, self._wanted = client, endpoint, wanted
        self._timed = True

    async def replies(self) -> AsyncIterator[tuple[Reply, int, int]]:
        """Yield what the server says to each part, and the part's first and last sample."""
        samples = await asyncio.to_thread(_mapped, self._wanted.path)
        for start, end in await self._parts(samples, 0, self._most_s(_PART_S)):
            reply = await self._reply(samples[start:end])
            if self._timed and reply is not None:
                yield reply, start, end
                continue
            self._timed = False
            for first, last in await self._parts(samples[start:end], start, self._most_s(_SHORT_PART_S)):
                reply = await self._reply(samples[first:last])
                if reply is not None:
                    yield reply, first, last

    def _most_s(self, wanted: float) -> float:
        return min(wanted, (self._endpoint.part_bytes - 1024) / 2 / RATE)

    async def _parts(self, samples: Samples, offset: int, most_s: float) -> list[tuple[int, int]]:
        found = await asyncio.to_thread(lambda: list(parts(samples, most_s)))
        return [(start + offset, end + offset) for start, end in found]

    async def _reply(self, samples: Samples) -> Reply | None:
        """Return the answer to one part; None if it has no times though times were asked for."""
        file = self._wanted.folder / "part.wav"
        if not await asyncio.to_thread(_written, samples, file):
            return Reply()
        text = await self._send(file)
        if text is None:
            return None
        reply = await asyncio.to_thread(_understood, text, timed=self._timed)
        return None if self._timed and reply.text and not reply.captions else reply

    async def _send(self, file: Path) -> str | None:
        import openai

        told: dict[str, Any] = {"file": file, "model": self._endpoint.model, "response_format": "json"}
        told |= {"language": self._wanted.language} if self._wanted.language else {}
        told |= {"prompt": self._wanted.hotwords} if self._wanted.hotwords else {}
        if self._timed:
            told |= {"response_format": "verbose_json", "timestamp_granularities": ["word", "segment"]}
        try:
            return await self._body(told)
        except openai.BadRequestError as error:
            if self._timed and any(word in str(error) for word in ("response_format", "verbose_json", "granularit")):
                return None
            raise

    async def _body(self, told: Mapping[str, Any]) -> str:
        data = bytearray()
        async with self._client.audio.transcriptions.with_streaming_response.create(**told) as response:
            async for piece in response.iter_bytes():
                data += piece
                if len(data) > _MOST_ANSWER:
                    raise SpeechFailed("speech_answer_invalid", "The speech server's answer has no end.")
        return data.decode("utf-8", "replace")


def _understood(text: str, *, timed: bool) -> Reply:
    try:
        reply = reply_of((), text)
    except BadSubtitles as bad:
        raise SpeechFailed("speech_answer_invalid", f"The speech server's answer is no answer: {bad}.") from bad
    if not timed:
        return reply
    with contextlib.suppress(BadSubtitles):  # times that cannot be read are no times
        return reply_of(read_json(text), text)
    return reply


def _mapped(path: Path) -> Samples:
    size = path.stat().st_size // 4
    return np.memmap(path, np.float32, mode="r", shape=(size,)) if size else np.zeros(0, np.float32)


def _written(samples: Samples, file: Path) -> bool:
    """Write a part as WAV; False if there is nothing to be heard in it, and so nothing to be paid for."""
    if not len(samples) or float(np.abs(samples).max()) < _HEARABLE:
        return False
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return True
