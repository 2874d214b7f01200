"""Programs of ours that run apart, under limits, as what they read comes from outside."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

import services
from services.renderer.domain.formats import Option
from services.renderer.tools.ffmpeg import Bench
from shared.process import run

_CODE_ROOT = str(Path(services.__file__).parent.parent)
R = TypeVar("R", bound=BaseModel)


def command(module: str) -> list[str]:
    """Return how ``services.renderer.tools.<module>`` is started."""
    return [sys.executable, "-m", f"services.renderer.tools.{module}"]


def environment() -> dict[str, str]:
    """Return what such a program needs of ours."""
    return {"PYTHONPATH": _CODE_ROOT, "OPENBLAS_NUM_THREADS": "1"}


def known(given: Mapping[str, Option]) -> dict[str, str]:
    """Return what PyAV is to be told of an input; what only ffmpeg's command knows is left out."""
    names = ("format_whitelist", "protocol_whitelist", "max_streams", "max_pixels")
    return {name: str(given[name]) for name in names if name in given}


async def call(bench: Bench, module: str, request: BaseModel, answer: type[R]) -> R:
    """Run the program once: ``request`` to its stdin, ``answer`` from its stdout. Raises ProcessFailed."""
    asked = request.model_dump_json().encode()
    done = await run(command(module), limits=bench.limits, cwd=bench.scratch, env=environment(), stdin=asked)
    return answer.model_validate_json(done.stdout)
