"""Shots joined to a clip, with what is true of it, and its file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.bench.shots.filming import Frame, Shot, film


@dataclass(frozen=True, slots=True)
class Join:
    """How a shot follows the one before: cut, dissolve, fade (through black), fade_white, wipe, wipe_soft, wipe_up."""

    kind: str = "cut"
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Truth:
    """A change of shots; ``start`` the first frame that shows it, ``end`` the first that is all new shot."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clip:
    """``bars``: share of the height that is black above and below. ``opens``, ``closes``: seconds of fade to black.

    ``jitter``: frames stand irregularly. ``trap``: what in it looks like a change and is none.
    """

    name: str
    group: str
    rate: Fraction
    shots: tuple[Shot, ...]
    joins: tuple[Join, ...] = ()
    grain: float = 2.0
    bars: float = 0.0
    opens: float = 0.0
    closes: float = 0.0
    jitter: bool = False
    trap: str = ""
    size: tuple[int, int] = (320, 180)

    @property
    def lengths(self) -> list[int]:
        """Frames of each shot, with both its transitions."""
        return [round(shot.seconds * self.rate) for shot in self.shots]

    def joined(self) -> list[Join]:
        """The join before each shot but the first."""
        return list(self.joins) or [Join()] * (len(self.shots) - 1)

    def truth(self) -> list[Truth]:
        """All changes between shots, in frame numbers."""
        found, at = [], 0
        for length, join in zip(self.lengths, self.joined(), strict=False):
            lasts = round(join.seconds * self.rate)
            at += length
            kind = {"fade_white": "fade"}.get(join.kind, join.kind.split("_")[0])
            found.append(Truth(kind, at - lasts, at))
            at -= lasts
        return found

    def times(self) -> list[int]:
        """Each frame's time in microseconds."""
        count = sum(self.lengths) - sum(round(join.seconds * self.rate) for join in self.joined())
        if not self.jitter:
            return [round(n * 1_000_000 / self.rate) for n in range(count)]
        steps = np.random.default_rng(5).choice([0.6, 1.0, 1.0, 1.5, 2.4], count) * float(1_000_000 / self.rate)
        return [0, *(int(at) for at in np.cumsum(steps))][:count]


def frames(clip: Clip) -> Iterator[Frame]:
    """Yield all frames, uint8 RGB."""
    rng = np.random.default_rng(len(clip.name))
    count = len(clip.times())
    rows = round(clip.bars * clip.size[1])
    opens, closes = (max(1, round(s * clip.rate)) for s in (clip.opens, clip.closes))
    for n, frame in enumerate(_joined(clip)):
        shown = frame + rng.standard_normal(frame.shape, np.float32) * np.float32(clip.grain)
        if clip.opens or clip.closes:
            shown = shown * np.float32(_shade(clip, n, count, opens, closes))
        if rows:
            shown[:rows] = shown[-rows:] = 0
        yield np.clip(shown, 0, 255).astype(np.uint8)  # type: ignore[misc]


def _shade(clip: Clip, n: int, count: int, opens: int, closes: int) -> float:
    """How much light frame ``n`` has where the clip opens and closes in black."""
    return min(1.0, n / opens if clip.opens else 1.0, (count - 1 - n) / closes if clip.closes else 1.0)


def _joined(clip: Clip) -> Iterator[Frame]:
    over: list[Frame] = []
    before = Join()
    joins = [*clip.joined(), Join()]
    for shot, count, join in zip(clip.shots, clip.lengths, joins, strict=True):
        lasts = round(join.seconds * clip.rate)
        taken = film(shot, float(clip.rate), clip.size, count)
        for n, frame in enumerate(itertools.islice(taken, len(over))):
            yield mix(before.kind, over[n], frame, (n + 1) / (len(over) + 1))
        yield from itertools.islice(taken, count - len(over) - lasts)
        over, before = list(taken), join


def mix(kind: str, old: Frame, new: Frame, share: float) -> Frame:
    """One frame of a transition, ``share`` 0..1 of the way."""
    part = np.float32(share)
    if kind == "dissolve":
        return old * (1 - part) + new * part
    if kind in {"fade", "fade_white"}:
        ground = np.float32(255 if kind == "fade_white" else 0)
        shown, strength = (old, 1 - 2 * part) if share < 0.5 else (new, 2 * part - 1)
        return ground + (shown - ground) * strength
    axis = 0 if kind == "wipe_up" else 1
    soft = 0.25 if kind == "wipe_soft" else 0.004
    along = np.linspace(0, 1, old.shape[axis], dtype=np.float32)
    mask = np.clip((part * (1 + soft) - along) / soft, 0, 1)
    mask = mask[:, None, None] if axis == 0 else mask[None, :, None]
    return old * (1 - mask) + new * mask


def write(clip: Clip, path: Path) -> Path:
    """Encode the clip as H.264 at a rate at which artefacts are seen."""
    part = path.with_suffix(".part.mp4")
    with av.open(str(part), "w") as container:
        stream = container.add_stream("libx264", rate=clip.rate)
        stream.width, stream.height = clip.size
        stream.pix_fmt, stream.codec_context.time_base = "yuv420p", Fraction(1, 1_000_000)
        stream.options = {"preset": "veryfast", "crf": "26", "threads": "1"}
        for picture, at in zip(frames(clip), clip.times(), strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 1_000_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return part.rename(path)
