"""What is heard in a medium, words aside. Times are seconds after the container's start, as a player shows them."""

from __future__ import annotations

from shared.contracts.blob import BlobRef
from shared.contracts.value import Value


class Loudness(Value):
    """EBU R128 figures: LUFS, LU and dBTP."""

    integrated: float
    range: float
    true_peak: float


class Curve(Value):
    """Evenly sampled values; ``values[i]`` belongs to the time ``i * step`` seconds."""

    step: float
    values: tuple[float, ...]


class Waveform(Value):
    """How the sound swings, mixed to one channel, to be drawn.

    ``peaks``: for each of ``count`` stretches of 1/``rate`` seconds the lowest and the highest sample, two 16-bit
    integers each, little-endian. ``picture``: a PNG of the whole.
    """

    peaks: BlobRef
    picture: BlobRef
    rate: int
    count: int


class Beats(Value):
    """Beat times in seconds; ``tempo`` (per minute) is null where no steady beat was found; ``confidence`` is 0..1.

    ``downbeats``: those of the times that begin a bar; empty where that is not clear.
    """

    times: tuple[float, ...] = ()
    downbeats: tuple[float, ...] = ()
    tempo: float | None = None
    confidence: float = 0.0
