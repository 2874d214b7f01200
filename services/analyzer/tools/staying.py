"""A measuring program that stays between requests, so that what it has loaded is loaded once."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from services.analyzer.tools.child import OnProgress, environment, ignore
from services.analyzer.tools.telling import ANSWER
from shared.process import Conversation, Limits, ProcessFailed, converse

R = TypeVar("R", bound=BaseModel)
_FOR_EVER_S = 365 * 86400.0
_LOOK_S = 1.0


class Staying:
    """``services.analyzer.tools.<module>`` in a process of its own, started by the first request.

    One request at a time, others wait. It is ended ``idle_s`` seconds after the last one, as long as ``keep`` runs, and
    at once when a request is cancelled, takes too long or breaks it: the next one starts another. ``memory_bytes``
    bounds its address space.
    """

    def __init__(self, module: str, *, idle_s: float, memory_bytes: int | None, env: Mapping[str, str]) -> None:
        self._module, self._idle_s, self._env = module, idle_s, env
        self._limits = Limits(wall_s=_FOR_EVER_S, memory_bytes=memory_bytes)
        self._turn = asyncio.Lock()
        self._talk: Conversation | None = None
        self._ready = asyncio.Event()
        self._on_progress: OnProgress = ignore
        self._used = time.monotonic()
        self.started = 0
        """How many processes there have been."""

    async def ask(
        self, request: BaseModel, answer: type[R], *, folder: Path, wall_s: float, on_progress: OnProgress
    ) -> R:
        """Return the answer, which is left in ``folder``. Raises ProcessFailed."""
        async with self._turn:
            self._ready.clear()
            self._on_progress = on_progress
            talk = await self._running()
            try:
                talk.tell(request.model_dump_json())
                await self._answered(talk, wall_s)
                return await asyncio.to_thread(_read, folder, answer)
            except BaseException:
                await self.end()
                raise
            finally:
                self._on_progress, self._used = ignore, time.monotonic()

    async def keep(self) -> None:
        """End the process when it has been idle for long, and when this is cancelled."""
        try:
            while True:
                await asyncio.sleep(min(_LOOK_S, self._idle_s))
                if self._talk and not self._turn.locked() and time.monotonic() - self._used >= self._idle_s:
                    async with self._turn:
                        await self.end()
        finally:
            await self.end()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._talk is not None and self._talk.alive

    async def _running(self) -> Conversation:
        if self._talk is None or not self._talk.alive:
            argv = [sys.executable, "-m", f"services.analyzer.tools.{self._module}"]
            self._talk = await converse(argv, self._heard, limits=self._limits, env={**environment(), **self._env})
            self.started += 1
        return self._talk

    def _heard(self, line: str) -> None:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            told = json.loads(line)
            if told.pop("ready", False):
                self._ready.set()
            else:
                self._on_progress(float(told.pop("fraction")), told)

    async def _answered(self, talk: Conversation, wall_s: float) -> None:
        ready = asyncio.ensure_future(self._ready.wait())
        try:
            done, _ = await asyncio.wait({ready, talk.ended}, timeout=wall_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if not done:
            raise ProcessFailed(self._module, "wall_limit", 0, f"no answer in {wall_s:.0f} s")
        if not self._ready.is_set():
            await talk.ended
            raise ProcessFailed(self._module, "exit", 0, "it ended without an answer")

    async def end(self) -> None:
        """End the process; the next request starts another."""
        talk, self._talk = self._talk, None
        if talk is not None:
            await talk.end()


def _read(folder: Path, answer: type[R]) -> R:
    return answer.model_validate_json((folder / ANSWER).read_bytes())
