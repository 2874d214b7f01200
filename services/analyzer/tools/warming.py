"""Let the beat tracker run once. Ours needs nothing; librosa's compiles for half a minute on a fresh machine."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

import numpy as np

from services.analyzer.tools.sound import RATE, Tracker, find_beats

_SECONDS = 6


async def warm(tracker: Tracker) -> float:
    """Track the beat of a few clicks; return how many seconds it took."""
    started = time.monotonic()
    clicks = np.zeros(_SECONDS * RATE, np.float32)
    for start in range(0, len(clicks), RATE // 2):
        clicks[start : start + 400] = np.hanning(400)
    with tempfile.TemporaryDirectory(prefix="cutroom-warm-") as name:
        samples = Path(name) / "clicks.f32"
        await asyncio.to_thread(samples.write_bytes, clicks.tobytes())
        tracker.cache.mkdir(parents=True, exist_ok=True)
        await find_beats(samples, _SECONDS, Path(name), tracker)
    return time.monotonic() - started
