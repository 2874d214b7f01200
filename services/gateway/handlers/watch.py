"""Waiting for jobs without asking the database again and again: NOTIFY wakes whoever waits for that job."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from shared.signal import Signal


class Watch:
    """Wakes the waiters of one process. A wake-up only saves time: waiters look at the database for what is true."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[Signal]] = defaultdict(set)
        self.closing = False

    def heard(self, job_id: str) -> None:
        """Wake those who wait for ``job_id``; all of them for an empty one (the connection was away)."""
        for name in [job_id] if job_id else list(self._waiting):
            for signal in self._waiting.get(name, ()):
                signal.set()

    def close(self) -> None:
        """Wake everybody for good: the service is going down."""
        self.closing = True
        self.heard("")

    @contextmanager
    def on(self, job_id: str) -> Iterator[Signal]:
        """Give a signal that is set whenever the job has something new, from now until the block is left."""
        signal = Signal()
        self._waiting[job_id].add(signal)
        try:
            yield signal
        finally:
            self._waiting[job_id].discard(signal)
            if not self._waiting[job_id]:
                del self._waiting[job_id]
