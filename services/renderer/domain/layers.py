"""Overlays on a chunk: which are seen, where their corners lie, how opaque they are. Pure.

Everything is computed from the overlay's own frame number, so that it goes on over the border of a chunk unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import pi

from services.renderer.domain.chunks import Chunk, Piece
from services.renderer.domain.filters import animated_expression
from shared.contracts.easing import moves, value_at
from shared.contracts.media import VideoStream
from shared.contracts.timeline import Output, Overlay

DEFAULT_WIDTH = 0.3
LEAST_SCALE = 0.001
MARGIN = 4
"""Transparent pixels about a moving picture: what lies outside it repeats its edge, which must not be seen."""


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
    return max(2, 2 * round(width / 2)), max(2, 2 * round(height / 2))


def stands_still(overlay: Overlay) -> bool:
    """Tell whether it can be laid on at whole pixels: nothing of it moves or is turned."""
    turned = value_at(overlay.rotation, 0) % 360 != 0
    return not (moves(overlay.x, overlay.y, overlay.scale, overlay.rotation) or turned)


def corner(overlay: Overlay, size: tuple[int, int], output: Output) -> tuple[int, int]:
    """Return where the upper left corner of an overlay that stands still lies, in pixels."""
    x, y = value_at(overlay.x, 0), value_at(overlay.y, 0)
    return round(x * output.width - size[0] / 2), round(y * output.height - size[1] / 2)


def sheet(size: tuple[int, int], output: Output) -> tuple[int, int]:
    """Return the size of the transparent sheet on which a moving picture is moved: it has room for all of the frame."""
    return max(size[0], output.width) + MARGIN, max(size[1], output.height) + MARGIN


def corners(one: Shown, across: tuple[int, int], output: Output) -> dict[str, str]:
    """Return where ``perspective``, which counts frames from 1, puts the corners of the sheet ``across``."""
    overlay, frame = one.overlay, f"(in-1+{one.first})"
    span = (one.first, one.first + one.frames)
    x, y, turn = (animated_expression(v, frame, span) for v in (overlay.x, overlay.y, overlay.rotation))
    scale = f"max({LEAST_SCALE},{animated_expression(overlay.scale, frame, span)})"
    cos, sin = f"cos({turn}*{pi / 180:.9f})", f"sin({turn}*{pi / 180:.9f})"
    found: dict[str, str] = {}
    for number, (right, down) in enumerate(((-1, -1), (1, -1), (-1, 1), (1, 1))):
        dx, dy = right * across[0] / 2, down * across[1] / 2
        found[f"x{number}"] = f"{across[0] / 2}+({x}-0.5)*{output.width}+{scale}*({dx}*{cos}-{dy}*{sin})"
        found[f"y{number}"] = f"{across[1] / 2}+({y}-0.5)*{output.height}+{scale}*({dx}*{sin}+{dy}*{cos})"
    return found


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
