"""A long-running program that was started and is looked after by hand: a server of the stack, a service under test."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess


class Spawned:
    """A started program; ``pid`` is also the id of its process group."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    @property
    def returncode(self) -> int | None:
        """The exit status, negative for a signal; None while the program runs."""
        return self._process.poll()

    def alive(self) -> bool:
        """Tell whether the program still runs."""
        return self._process.poll() is None

    def terminate(self, timeout_s: float = 10) -> int:
        """Ask the program to end, wait for it, then kill what is left of its group. Returns its exit status.

        Only the program itself gets the SIGTERM: an orderly end of its own children is its business.
        """
        if self.alive():
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout_s)
        return self.kill()

    def kill(self) -> int:
        """Kill the whole group at once and return the exit status."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # Darwin says EPERM for a group of zombies
            os.killpg(self.pid, signal.SIGKILL)
        return self._process.wait()
