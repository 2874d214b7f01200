"""Compile what the beat tracker needs ahead of time: half a minute on a fresh machine, seconds ever after."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

import numpy as np

from services.analyzer.tools.sound import RATE, find_beats

_SECONDS = 6


async def warm(cache: Path) -> float:
    """Track the beat of a few clicks, with ``cache`` for the compiled code; return how many seconds it took."""
    started = time.monotonic()
    clicks = np.zeros(_SECONDS * RATE, np.float32)
    for start in range(0, len(clicks), RATE // 2):
        clicks[start : start + 400] = np.hanning(400)
    with tempfile.TemporaryDirectory(prefix="cutroom-warm-") as name:
        samples = Path(name) / "clicks.f32"
        await asyncio.to_thread(samples.write_bytes, clicks.tobytes())
        cache.mkdir(parents=True, exist_ok=True)
        await find_beats(samples, _SECONDS, Path(name), cache)
    return time.monotonic() - started
