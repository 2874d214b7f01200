"""Overlays on a chunk: which are seen, where their corners lie, how opaque they are. Pure.

Everything is computed from the overlay's own frame number, so that it goes on over the border of a chunk unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, cos, pi, radians, sin

from services.renderer.domain.chunks import Chunk, Piece
from services.renderer.domain.filters import animated_expression
from shared.contracts.easing import moves, value_at
from shared.contracts.media import VideoStream
from shared.contracts.timeline import Output, Overlay

DEFAULT_WIDTH = 0.3
LEAST_SCALE = 0.001
MARGIN = 8
"""Transparent pixels beside a moving picture, both sides together: two that it moves by on its sheet, and an edge that
is repeated for what lies outside."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An overlay on a chunk: from frame ``at`` of the chunk on, its own frames ``first`` to ``first + frames``."""

    overlay: Overlay
    at: int
    first: int
    frames: int

    @property
    def piece(self) -> Piece:
        """The part of the overlay's clip that is read; after the clip's end its last frame stands."""
        length = self.overlay.clip.frames if self.overlay.clip else self.frames
        first = min(self.first, length - 1)
        return Piece(0, first, min(self.frames, length - first))


def shown(overlays: Sequence[Overlay], chunk: Chunk) -> tuple[Shown, ...]:
    """Return what is seen of the overlays on a chunk, the lowest first."""
    end = chunk.first + chunk.frames
    found: list[Shown] = []
    for overlay in overlays:
        begin, stop = max(overlay.start, chunk.first), min(overlay.start + overlay.frames, end)
        if begin < stop:
            found.append(Shown(overlay, begin - chunk.first, begin - overlay.start, stop - begin))
    return tuple(found)


def box(overlay: Overlay, stream: VideoStream, output: Output) -> tuple[int, int]:
    """Return the even width and height in pixels of a film or picture at scale 1; one may follow from its shape."""
    shape = stream.width / stream.height
    width = overlay.width * output.width if overlay.width is not None else None
    height = overlay.height * output.height if overlay.height is not None else None
    if width is None:
        width = height * shape if height is not None else DEFAULT_WIDTH * output.width
    if height is None:
        height = width / shape
    return _even((width, height))


def stands_still(overlay: Overlay) -> bool:
    """Tell whether it can be laid on at whole pixels: nothing of it moves or is turned."""
    turned = value_at(overlay.rotation, 0) % 360 != 0
    return not (moves(overlay.x, overlay.y, overlay.scale, overlay.rotation) or turned)


def corner(overlay: Overlay, size: tuple[int, int], output: Output) -> tuple[int, int]:
    """Return where the upper left corner of an overlay that stands still lies, in pixels."""
    x, y = value_at(overlay.x, 0), value_at(overlay.y, 0)
    return round(x * output.width - size[0] / 2), round(y * output.height - size[1] / 2)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The transparent sheet on which a picture is moved: ``size`` in pixels, as large as the picture gets.

    It goes along with the picture by steps of two pixels, which is what the colours of 4:2:0 allow; the rest of the way
    goes over it. Where it would be larger than the frame it is as large as that and stands still: ``x``, ``y``.
    ``shrunk``: how much larger its picture is at scale 1 than what lies on the sheet, across and along.
    """

    size: tuple[int, int]
    x: int | None
    y: int | None
    shrunk: tuple[float, float]


def grown(one: Shown, size: tuple[int, int], stream: VideoStream, output: Output) -> tuple[int, int]:
    """Return how large a picture of ``size`` pixels at scale 1 is drawn before it is moved.

    It is as large as it ever gets, that it may not be seen soft, yet no larger than it is in its file, nor so large
    that it would be shrunk to less than half: shrinking so far leaves pixels out. What stands still has its size.
    """
    overlay = one.overlay
    frames = range(overlay.frames) if moves(overlay.scale) else range(1)
    scales = [max(LEAST_SCALE, value_at(overlay.scale, number)) for number in frames]
    if stands_still(overlay):
        return _even(size, scales[0])
    room = max(2.0, *(frame / own for frame, own in zip((output.width, output.height), size, strict=True)))
    most = max(1.0, min(max(scales), 2 * min(scales), room, stream.width / size[0], stream.height / size[1]))
    return _even(size, most)


def _even(size: tuple[float, float], times: float = 1.0) -> tuple[int, int]:
    return max(2, 2 * round(size[0] * times / 2)), max(2, 2 * round(size[1] * times / 2))


def sheet(one: Shown, size: tuple[int, int], cell: tuple[int, int], output: Output) -> Sheet:
    """Return the sheet for a picture of ``size`` pixels at scale 1 that was drawn ``cell`` pixels large."""
    room, stands = [], []
    for needed, own, frame in zip(_reach(one, size), cell, (output.width, output.height), strict=True):
        across = max(2 * ceil(needed / 2), own) + MARGIN
        still = max(own, frame) + MARGIN
        room.append(min(across, still))
        stands.append(None if across < still else (frame - still) // 2)
    shrunk = (size[0] / cell[0], size[1] / cell[1])
    return Sheet((room[0], room[1]), stands[0], stands[1], shrunk)


def _reach(one: Shown, size: tuple[int, int]) -> tuple[float, float]:
    """Return how wide and how high the picture gets, turned and scaled, in the frames that are shown."""
    wide, high = 0.0, 0.0
    for number in range(one.first, one.first + one.frames):
        scale = max(LEAST_SCALE, value_at(one.overlay.scale, number))
        turn = radians(value_at(one.overlay.rotation, number))
        across, along = abs(cos(turn)), abs(sin(turn))
        wide = max(wide, scale * (size[0] * across + size[1] * along))
        high = max(high, scale * (size[0] * along + size[1] * across))
    return wide, high


def corners(one: Shown, moved: Sheet, output: Output) -> dict[str, str]:
    """Return where ``perspective``, which counts frames from 1, puts the corners of the sheet."""
    overlay, frame = one.overlay, f"(in-1+{one.first})"
    span = (one.first, one.first + one.frames)
    turn = animated_expression(overlay.rotation, frame, span)
    scale = f"max({LEAST_SCALE},{animated_expression(overlay.scale, frame, span)})"
    cosine, sine = f"cos({turn}*{pi / 180:.9f})", f"sin({turn}*{pi / 180:.9f})"
    x, y = (_left(place, one, moved, output, frame) for place in (0, 1))
    left = f"mod({x},2)" if moved.x is None else f"({x}-({moved.x}))"
    top = f"mod({y},2)" if moved.y is None else f"({y}-({moved.y}))"
    found: dict[str, str] = {}
    for number, (right, down) in enumerate(((-1, -1), (1, -1), (-1, 1), (1, 1))):
        dx, dy = right * moved.size[0] * moved.shrunk[0] / 2, down * moved.size[1] * moved.shrunk[1] / 2
        found[f"x{number}"] = f"{moved.size[0] / 2}+{left}+{scale}*({dx}*{cosine}-{dy}*{sine})"
        found[f"y{number}"] = f"{moved.size[1] / 2}+{top}+{scale}*({dx}*{sine}+{dy}*{cosine})"
    return found


def places(one: Shown, moved: Sheet, output: Output, rate: str) -> tuple[str, str]:
    """Return where ``overlay`` lays the sheet: numbers or expressions of the chunk's time, in whole even pixels.

    The frame is told by its time: ``overlay`` counts frames that it has read ahead.
    """
    frame = f"(round(t*{rate})-{one.at}+{one.first})"
    stands = (moved.x, moved.y)
    found = [
        str(still) if still is not None else f"2*floor({_left(place, one, moved, output, frame)}/2)"
        for place, still in enumerate(stands)
    ]
    return found[0], found[1]


def _left(place: int, one: Shown, moved: Sheet, output: Output, frame: str) -> str:
    """The left or upper edge of the sheet about the picture's middle, in pixels of the frame."""
    middle = (one.overlay.x, one.overlay.y)[place]
    long = (output.width, output.height)[place]
    value = animated_expression(middle, frame, (one.first, one.first + one.frames))
    return f"({value}*{long}-{moved.size[place] / 2})"


def opacity_commands(one: Shown, rate: str, name: str) -> str:
    """Return the script for ``sendcmd`` that sets the opacity of the filter ``name``, frame by frame."""
    lines: list[str] = []
    last = ""
    for number in range(one.frames):
        value = f"{min(max(value_at(one.overlay.opacity, one.first + number), 0.0), 1.0):.4f}"
        if value != last:
            at = max(Fraction(0), (number - Fraction(1, 2)) / Fraction(rate))
            lines.append(f"{float(at):.6f} {name} a val*{value};")
        last = value
    return "\n".join(lines) + "\n"
