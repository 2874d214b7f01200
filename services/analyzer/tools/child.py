"""Run one of our measuring programs in a process of its own: bounded, killable, and out of the event loop's way."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

import services
from services.analyzer.tools.telling import ANSWER
from shared.process import Limits, ProcessFailed, run

R = TypeVar("R", bound=BaseModel)
OnProgress = Callable[[float, Mapping[str, float]], None]
_CODE_ROOT = str(Path(services.__file__).parent.parent)
_CRASHES = {-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGFPE, -signal.SIGILL, -signal.SIGBUS}


def ignore(_fraction: float, _detail: Mapping[str, float]) -> None:
    """Take no notice of progress."""


async def call(
    module: str,
    request: BaseModel,
    answer: type[R],
    *,
    folder: Path,
    limits: Limits,
    env: Mapping[str, str] | None = None,
    on_progress: OnProgress = ignore,
) -> R:
    """Run ``services.analyzer.tools.<module>`` on ``request`` and return its answer, which it leaves in ``folder``.

    Raises ProcessFailed. What the child writes besides its answer also lies in ``folder``, which must exist.
    """

    def on_line(line: str) -> None:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            told = json.loads(line)
            on_progress(float(told.pop("fraction")), told)

    await run(
        [sys.executable, "-m", f"services.analyzer.tools.{module}"],
        limits=limits,
        cwd=folder,
        env={**environment(), **(env or {})},
        stdin=request.model_dump_json().encode(),
        on_line=on_line,
    )
    return answer.model_validate_json((folder / ANSWER).read_bytes())


def environment() -> dict[str, str]:
    """Return what all our children get.

    One thread a linear-algebra call: the arrays are small, and every thread's buffers count as memory.
    """
    cores = str(min(4, os.cpu_count() or 1))
    return {"PYTHONPATH": _CODE_ROOT, "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_NUM_THREADS": cores}


def too_much(failed: ProcessFailed) -> str | None:
    """Say in a few words how the medium overwhelmed the child; None when it was not the medium's fault."""
    if failed.reason in {"wall_limit", "cpu_limit"}:
        return "reading it takes too long"
    if failed.reason in {"file_limit", "output_limit"}:
        return "it makes too much data"
    if "MemoryError" in failed.stderr_tail or "Cannot allocate memory" in failed.stderr_tail:
        return "reading it takes too much memory"
    return "it crashes the decoder" if failed.returncode in _CRASHES else None
