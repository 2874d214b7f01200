"""A studio that kills itself with SIGKILL at one named moment of one named message.

``python -m tests.crash.doomed_studio DATA PORT MESSAGE MOMENT``. Moments: ``before`` (the message is claimed, its
handler has not begun), ``inside`` (everything is written and nothing committed), ``after`` (committed, and nobody
in the process knows of it yet).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from deploy.embedded import Studio, run_forever
from shared import log
from shared.service import Service
from shared.step import Finish, Handler, Step


def die() -> None:
    """End here and now, as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


class DoomedStep:
    """The step, but for its end, which kills the process on one side of the commit."""

    def __init__(self, step: Step, moment: str) -> None:
        self._step, self._moment = step, moment

    def __getattr__(self, name: str) -> Any:
        return getattr(self._step, name)

    @asynccontextmanager
    async def finish(self) -> AsyncIterator[Finish]:
        """Die before or after the commit."""
        async with self._step.finish() as done:
            yield done
            if self._moment == "inside":
                die()
        die()


def doomed(handler: Handler, moment: str) -> Handler:
    """Return a handler that does not survive ``moment``."""

    async def handle(command: Any, step: Step) -> None:
        if moment == "before":
            die()
        await handler(command, DoomedStep(step, moment))  # type: ignore[arg-type]  # the same shape, by delegation

    return handle


class DoomedStudio(Studio):
    """A studio in which one message is deadly."""

    message, moment = "", ""

    def _build(self, name: str, infra: Any) -> Service:
        service = super()._build(name, infra)
        service.handlers = {
            key: (model, doomed(handler, self.moment) if key == self.message else handler)
            for key, (model, handler) in service.handlers.items()
        }
        return service


if __name__ == "__main__":
    folder, port, DoomedStudio.message, DoomedStudio.moment = sys.argv[1:]
    log.configure("warning")
    asyncio.run(run_forever(Path(folder), "127.0.0.1", int(port), lambda studio: None, DoomedStudio))
