"""What the present request repeats, if it was begun before: its jobs are made once, whatever died in between."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Origin:
    """A request with an Idempotency-Key. ``name`` stays the same when the request is repeated after a crash."""

    name: str
    jobs: int = 0

    def next(self) -> str:
        """Return the name of the next job that the request makes."""
        self.jobs += 1
        return f"{self.name}:{self.jobs}"


origin: ContextVar[Origin | None] = ContextVar("origin", default=None)
