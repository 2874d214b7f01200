"""What the parent asks of the children that look at sound alone, and what they answer."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from services.analyzer.tools.requests import Talk


class WaveformRequest(Talk):
    """Find the peaks of the mono 32-bit float samples in ``path`` and draw them; both are left in ``folder``."""

    path: Path
    folder: Path
    rate: int
    peaks: str
    picture: str


class WaveformAnswer(Talk):
    """``count`` pairs of peaks, ``rate`` of them a second."""

    rate: int
    count: int


class BeatsRequest(Talk):
    """Look for a beat in the mono 32-bit float samples in ``path`` with the tracker ``engine``."""

    path: Path
    folder: Path
    rate: int
    engine: Literal["own", "librosa"] = "own"
