"""The frame grid of one source: which instants a cut may lie on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor, lcm

from shared.contracts.media import MediaInfo, VideoStream
from shared.contracts.time import to_seconds, to_ticks

EPSILON = 0.0005
"""Seconds by which two times may differ and still be the same instant (half a millisecond, Matroska's resolution)."""


def _exact(seconds: float) -> Fraction:
    return Fraction(repr(float(seconds)))


@dataclass(frozen=True, slots=True)
class Grid:
    """Frame ``k`` begins ``k / rate`` after the video stream's start, ``0 <= k <= frames``.

    ``known`` holds ticks of frames that lie elsewhere, as first frames of shots do in films of variable frame rate.
    """

    start: Fraction
    rate: Fraction
    time_base: str
    frames: int
    known: dict[int, int] = field(default_factory=dict)
    origin: float = field(init=False)
    fps: float = field(init=False)
    _line: tuple[int, int, int] = field(init=False)
    _base: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin", float(self.start))
        object.__setattr__(self, "fps", float(self.rate))
        base = Fraction(self.time_base)
        first, step = self.start / base, 1 / (self.rate * base)
        whole = lcm(first.denominator, step.denominator)
        object.__setattr__(self, "_line", (int(first * whole), int(step * whole), whole))
        object.__setattr__(self, "_base", (base.numerator, base.denominator))

    def ticks(self, frame: int) -> int:
        """Return where ``frame`` begins, in ticks of the time base."""
        at = self.known.get(frame)
        return self._rounded(frame) if at is None else at

    def seconds(self, frame: int) -> float:
        """Return where ``frame`` begins, in seconds of source time, as its ticks say."""
        return self.ticks(frame) * self._base[0] / self._base[1]

    def nearest(self, seconds: float) -> int:
        """Return the boundary nearest to ``seconds``, inside the source."""
        return self._inside(round((seconds - self.origin) * self.fps))

    def at_or_after(self, seconds: float) -> int:
        """Return the first boundary that is not before ``seconds``."""
        frame = ceil((seconds - self.origin) * self.fps) - 1
        while self.seconds(frame) < seconds - EPSILON:
            frame += 1
        return self._inside(frame)

    def at_or_before(self, seconds: float) -> int:
        """Return the last boundary that is not after ``seconds``."""
        frame = floor((seconds - self.origin) * self.fps) + 1
        while self.seconds(frame) > seconds + EPSILON:
            frame -= 1
        return self._inside(frame)

    def length(self, frames: int) -> float:
        """Return how long so many frames last, in seconds."""
        return frames / self.fps

    def count(self, seconds: float) -> int:
        """Return how many whole frames come nearest to ``seconds``, at least one."""
        return max(1, round(seconds * self.fps))

    def _rounded(self, frame: int) -> int:
        """Whole numbers throughout: a plan for hours of film asks for hundreds of thousands of these."""
        first, step, whole = self._line
        ticks, rest = divmod(first + frame * step, whole)
        return ticks + (2 * rest > whole or (2 * rest == whole and ticks % 2))

    def _inside(self, frame: int) -> int:
        return min(max(frame, 0), self.frames)


def grid_of(media: MediaInfo, shot_starts: Iterable[int]) -> Grid | None:
    """Return the grid of ``media``'s picture, or None when there is no whole frame. ``shot_starts`` are in ticks."""
    video = media.video
    if video is None:
        return None
    rate = min(Fraction(video.frame_rate), 1 / Fraction(video.time_base))  # no frame is shorter than a tick
    start = to_seconds(max(0, to_ticks(video.start, video.time_base)), video.time_base)
    frames = floor((_picture_end(media, video) - start + Fraction(4, 10000)) * rate)
    if frames < 1:
        return None
    even = Grid(start, rate, video.time_base, frames)
    return Grid(start, rate, video.time_base, frames, _known(even, shot_starts))


def _known(grid: Grid, ticks: Iterable[int]) -> dict[int, int]:
    """Return which frame begins at which of ``ticks``, where that keeps the frames in order."""
    known: dict[int, int] = {}
    for at in sorted(set(ticks)):
        frame = grid.nearest(float(to_seconds(at, grid.time_base)))
        before = known.get(frame - 1, grid.ticks(frame - 1))
        if 0 < frame < grid.frames and before < at < grid.ticks(frame + 1):
            known.setdefault(frame, at)
    return known


def _picture_end(media: MediaInfo, video: VideoStream) -> Fraction:
    if video.duration <= 0:
        return _exact(media.duration)
    return min(_exact(media.duration), _exact(video.start) + _exact(video.duration))
