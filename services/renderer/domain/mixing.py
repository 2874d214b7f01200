"""Laying sounds over the sound of the clips, block by block. Pure over arrays, which may be mapped files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from services.renderer.domain.ducking import Spans, depth
from services.renderer.domain.stretching import Sound

CLICK_FREE_MS = 4
LOOP_MS = 20


@dataclass(frozen=True, slots=True)
class Laid:
    """A sound from sample ``at`` on for ``length`` samples, out of ``samples``, which begin again when they ``loop``.

    Fades are in samples, ``gain_db`` and ``duck_db`` in dB.
    """

    samples: Sound
    at: int
    length: int
    gain_db: float
    fade_in: int
    fade_out: int
    duck_db: float
    loop: bool = False

    def part(self, first: int, count: int, sample_rate: int) -> Sound:
        """Return ``count`` of its samples from its own sample ``first`` on, with its fades; silence outside."""
        a, b = max(first, 0), min(first + count, self.length)
        made = np.zeros((count, self.samples.shape[1]), np.float32)
        if a >= b:
            return made
        place = np.arange(a, b)
        cross = min(sample_rate * LOOP_MS // 1000, len(self.samples) // 4)
        taken = _looped(self.samples, place, cross) if self.loop else np.asarray(self.samples[a:b])
        made[a - first : a - first + len(taken)] = taken * self._fade(place[: len(taken)], sample_rate)[:, None]
        return made

    def _fade(self, place: np.ndarray[tuple[int], np.dtype[np.int64]], sample_rate: int) -> Sound:
        least = sample_rate * CLICK_FREE_MS // 1000
        into, out = (max(1, least, fade) for fade in (self.fade_in, self.fade_out))
        end = self.length if self.loop else min(self.length, len(self.samples))
        rise = np.clip(place / into, 0, 1)
        fall = np.clip((end - 1 - place) / out, 0, 1)
        return np.asarray(np.sin(rise * np.pi / 2) * np.sin(fall * np.pi / 2), np.float32)


def _looped(samples: Sound, place: np.ndarray[tuple[int], np.dtype[np.int64]], cross: int) -> Sound:
    """The sound over and over; its end and its beginning overlap by ``cross`` samples at equal power."""
    period = len(samples) - cross
    turn, inside = np.divmod(place, period)
    taken = np.asarray(samples[inside])
    seam = (inside < cross) & (turn > 0)
    share = (inside[seam] + 0.5) / max(1, cross) * np.pi / 2
    taken = taken.copy()
    taken[seam] = taken[seam] * np.sin(share)[:, None] + samples[inside[seam] + period] * np.cos(share)[:, None]
    return taken


def mixed(bed: Sound, laid: Sequence[Laid], spans: Spans, sample_rate: int) -> Iterator[Sound]:
    """Yield the mix second by second, as long as ``bed``; ``spans`` is where somebody speaks."""
    for first in range(0, len(bed), sample_rate):
        block = np.array(bed[first : first + sample_rate])
        under: Sound | None = None
        for sound in laid:
            if sound.at >= first + len(block) or sound.at + sound.length <= first:
                continue
            part = sound.part(first - sound.at, len(block), sample_rate) * np.float32(10 ** (sound.gain_db / 20))
            if sound.duck_db:
                share = depth(spans, first, len(block), sample_rate)
                part = part * np.asarray(10 ** (-sound.duck_db * share / 20), np.float32)[:, None]
            under = part if under is None else under + part
        yield block if under is None else block + under
