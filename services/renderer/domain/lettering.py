"""Texts and shapes laid over the picture, as a script for libass. Pure; every character of a person's is made harmless.

What moves gets an event for each frame, placed by our own curves at fractions of a pixel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.renderer.domain.ass import FONT, clock, opening
from services.renderer.domain.breaking import wrapped
from services.renderer.domain.layers import Shown
from services.renderer.domain.writing import bgr, escaped
from shared.contracts.easing import moves, value_at
from shared.contracts.overlays import Shape, TextBox
from shared.contracts.timeline import Output, Overlay

KAPPA = 0.5522847498
"""Where the handles of a Bezier curve lie that draws a quarter of a circle."""
_ALIGNED = {"left": 4, "centre": 5, "right": 6}


def lettering(group: Sequence[Shown], output: Output, rate: str, language: str = "") -> str:
    """Return the script for texts and shapes that lie above each other in this order."""
    styles = [_style(i, one.overlay, output) for i, one in enumerate(group)]
    events = [line for i, one in enumerate(group) for line in _events(i, one, output, rate)]
    return "\n".join(
        [
            *opening(output.width, output.height, language),
            *styles,
            "",
            "[Events]",
            "Format: Layer, Start, End, Style, Text",
            *events,
            "",
        ]
    )


def _style(number: int, overlay: Overlay, output: Output) -> str:
    text = overlay.text or TextBox(text="-")
    size = round(text.size * min(output.width, output.height))
    side = round(output.width * max(0.0, 1 - (overlay.width or 0.9)) / 2)
    if overlay.shape:
        edge, fill = "1,0,0", _colour(overlay.shape.colour)
    else:
        # Border style 3 is the box that turns with its text; it is drawn in the outline's colour.
        edge = f"3,{size * 0.2:.1f},0" if text.box else f"1,{max(1.0, size / 16):.1f},0"
        fill = _colour(text.colour)
    return (
        f"Style: L{number},{FONT},{size},{fill},{_colour(text.box or text.outline)},&HFF000000,-1,{edge},"
        f"{_ALIGNED[text.align]},{side},{side},0,-1"
    )


def _colour(text: str) -> str:
    return f"&H00{bgr(text)}"


def _events(number: int, one: Shown, output: Output, rate: str) -> Iterator[str]:
    overlay = one.overlay
    content = _drawing(overlay, output) if overlay.shape else _lines(overlay, output)
    moving = moves(overlay.x, overlay.y, overlay.scale, overlay.opacity, overlay.rotation)
    begin, last = 0, ""
    for frame in range(one.frames if moving else 1):
        tags = _tags(overlay, one.first + frame, output)
        if last and tags != last:
            yield _event(number, one, (begin, frame), rate, last + content)
            begin = frame
        last = tags
    yield _event(number, one, (begin, one.frames), rate, last + content)


def _event(number: int, one: Shown, span: tuple[int, int], rate: str, text: str) -> str:
    begin, end = (clock(one.at + frame, rate) for frame in span)
    return f"Dialogue: {number},{begin},{end},L{number},{text}"


def _tags(overlay: Overlay, frame: int, output: Output) -> str:
    x, y = value_at(overlay.x, frame) * output.width, value_at(overlay.y, frame) * output.height
    size = max(0.0, value_at(overlay.scale, frame)) * 100
    clear = round(255 * (1 - min(max(value_at(overlay.opacity, frame), 0.0), 1.0)))
    turn = -value_at(overlay.rotation, frame)
    drawn = r"\p1" if overlay.shape else ""
    return f"{{\\pos({x:.3f},{y:.3f})\\fscx{size:.3f}\\fscy{size:.3f}\\frz{turn:.3f}\\alpha&H{clear:02X}&{drawn}}}"


def _lines(overlay: Overlay, output: Output) -> str:
    if overlay.text is None:
        return ""
    # A glyph's em is some 0.73 of libass's font size.
    room = (overlay.width or 0.9) * output.width / (0.73 * overlay.text.size * min(output.width, output.height))
    lines = [wrapped(line, room) for line in overlay.text.text.splitlines()]
    return "\\N".join(escaped(part) for line in lines for part in line.split("\n"))


def _drawing(overlay: Overlay, output: Output) -> str:
    shape = overlay.shape or Shape()
    width, height = (overlay.width or 0.1) * output.width, (overlay.height or 0.1) * output.height
    return _outline(shape.kind, width, height)


def _outline(kind: str, w: float, h: float) -> str:
    if kind == "triangle":
        return f"m {w / 2:.2f} 0 l {w:.2f} {h:.2f} 0 {h:.2f}"
    if kind == "arrow":
        neck, thin = w - min(w / 2, h), h / 3
        return (
            f"m 0 {thin:.2f} l {neck:.2f} {thin:.2f} {neck:.2f} 0 {w:.2f} {h / 2:.2f} {neck:.2f} {h:.2f} "
            f"{neck:.2f} {h - thin:.2f} 0 {h - thin:.2f}"
        )
    radius = {"ellipse": (w / 2, h / 2), "rounded": (min(w, h) / 5,) * 2}.get(kind)
    if radius is None:
        return f"m 0 0 l {w:.2f} 0 {w:.2f} {h:.2f} 0 {h:.2f}"
    return _rounded(w, h, *radius)


def _rounded(w: float, h: float, rx: float, ry: float) -> str:
    kx, ky = rx * (1 - KAPPA), ry * (1 - KAPPA)
    return (
        f"m {rx:.2f} 0 l {w - rx:.2f} 0 b {w - kx:.2f} 0 {w:.2f} {ky:.2f} {w:.2f} {ry:.2f} "
        f"l {w:.2f} {h - ry:.2f} b {w:.2f} {h - ky:.2f} {w - kx:.2f} {h:.2f} {w - rx:.2f} {h:.2f} "
        f"l {rx:.2f} {h:.2f} b {kx:.2f} {h:.2f} 0 {h - ky:.2f} 0 {h - ry:.2f} "
        f"l 0 {ry:.2f} b 0 {ky:.2f} {kx:.2f} 0 {rx:.2f} 0"
    )
