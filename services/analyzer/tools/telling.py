"""The child's side of the talk with its parent: one request on stdin, progress on stdout, the answer in a file."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

ANSWER = "answer.json"
_EVERY_S = 0.25
_last = [0.0]
T = TypeVar("T", bound=BaseModel)


def request(model: type[T]) -> T:
    """Return what the parent asks for."""
    return model.model_validate_json(sys.stdin.buffer.read())


def progress(fraction: float, **detail: float) -> None:
    """Tell the parent how far the work is, at most four times a second."""
    now = time.monotonic()
    if now - _last[0] >= _EVERY_S:
        _last[0] = now
        sys.stdout.write(json.dumps({"fraction": round(fraction, 4), **detail}) + "\n")
        sys.stdout.flush()


def ready() -> None:
    """Tell the parent that the answer lies there and that the next request may come."""
    sys.stdout.write(json.dumps({"ready": True}) + "\n")
    sys.stdout.flush()


def answer(folder: Path, value: BaseModel) -> None:
    """Leave the answer for the parent."""
    (folder / ANSWER).write_text(value.model_dump_json(), "utf-8")
