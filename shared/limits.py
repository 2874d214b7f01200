"""What a program may use, and what one that ended well leaves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use: seconds on the clock, seconds of CPU, bytes of memory, bytes of any file it writes.

    CPU, memory (its address space) and file limits hold for each process of the program by itself. ``nice`` lowers its
    priority.
    """

    wall_s: float = 600
    cpu_s: int | None = None
    memory_bytes: int | None = None
    file_bytes: int | None = None
    nice: int = 5


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Completed:
    """A program that ended well: its stdout (empty if it went elsewhere), the last 8 KB of stderr, seconds it took."""

    stdout: bytes
    stderr_tail: str
    wall_s: float
