"""Writing the one subtitle script that libass draws: captions and watermark. Every user's character is made harmless.

Format: Advanced SubStation Alpha 4.00+, as libass reads it. Times have centiseconds: a boundary at frame n is
written as the moment half a frame before it, so that no rounding moves it to another frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import inf

from services.renderer.domain.look import Look
from services.renderer.domain.page import Page
from services.renderer.domain.writing import bgr, escaped, line
from shared.contracts.easing import eased

FONT = "Noto Sans"
_ALIGNMENT = {"bottom": 2, "middle": 5, "top": 8}


@dataclass(frozen=True, slots=True)
class Frame:
    """Where captions may stand in a frame, in pixels: the font's size and the margins that keep them in safe zones."""

    width: int
    height: int
    size: int
    side: int
    top: int
    bottom: int

    @property
    def line_width(self) -> float:
        """How many ems fit in a line; a glyph's em is some 0.73 of libass's font size."""
        return (self.width - 2 * self.side) / (0.73 * self.size)


SAFE = ((0.75, (0.14, 0.22, 0.12)), (1.2, (0.07, 0.1, 0.08)), (inf, (0.07, 0.07, 0.1)))
"""Margins (top, bottom, each side) as fractions of the frame, up to a ratio of width to height.

In upright video they keep clear of what TikTok, Reels and Shorts draw over it: text below, buttons at the side.
"""


def frame(width: int, height: int, size: float = 1.0) -> Frame:
    """Return the caption layout of a frame; ``size`` multiplies that of the letters."""
    top, bottom, side = next(margins for most, margins in SAFE if width / height <= most)
    letters = max(1, round(min(width, height) * (0.078 if height > width * 1.2 else 0.068) * size))
    return Frame(width, height, letters, round(width * side), round(height * top), round(height * bottom))


def script(
    layout: Frame, pages: Sequence[Page], look: Look, watermark: str, *, frames: int, rate: str, language: str = ""
) -> str:
    """Return the script for ``frames`` frames at ``rate``, or an empty text when there is nothing to draw.

    ``language``: see :mod:`services.renderer.domain.shapes`.
    """
    mark = escaped(watermark).strip()
    if not pages and not mark:
        return ""
    events = [line for page in pages for line in _events(page, look, rate)]
    if mark:
        events.append(_dialogue(0, frames, rate, "Mark", mark))
    return "\n".join([*_head(layout, look, language), *events, ""])


def opening(width: int, height: int, language: str = "") -> list[str]:
    """Return the lines of a script for a frame of that size, up to where its styles follow."""
    return [
        "[Script Info]",
        *([f"Language: {language}"] if language else []),
        "ScriptType: v4.00+",
        f"PlayResX: {width}",
        f"PlayResY: {height}",
        "WrapStyle: 0",
        "ScaledBorderAndShadow: yes",
        "YCbCr Matrix: TV.709",
        "",
        "[V4+ Styles]",
        "Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Bold, BorderStyle, Outline, "
        "Shadow, Alignment, MarginL, MarginR, MarginV, Encoding",
    ]


def _head(layout: Frame, look: Look, language: str) -> list[str]:
    edges = max(1.0, layout.size * look.outline_width), layout.size * look.shadow_width
    edge = f"1,{edges[0]:.1f},{edges[1]:.1f}"
    behind = f"&H60{bgr('#000000')}"
    outline = f"&H00{bgr(look.outline)}"
    if look.box:
        edge = f"4,{layout.size * 0.22:.1f},{layout.size * 0.22:.1f}"
        behind = f"&H{round(255 * (1 - look.box_opacity)):02X}{bgr(look.box)}"
        outline = "&HFF000000"
    small = max(10, round(min(layout.width, layout.height) * 0.032))
    corner = 1 if look.position == "top" else 9
    return [
        *opening(layout.width, layout.height, language),
        *(
            f"Style: {position.capitalize()},{FONT},{layout.size},&H00{bgr(look.colour)},{outline},{behind},-1,"
            f"{edge},{alignment},{layout.side},{layout.side},{margin},-1"
            for (position, alignment), margin in zip(_ALIGNMENT.items(), (layout.bottom, 0, layout.top), strict=True)
        ),
        f"Style: Mark,{FONT},{small},&H50FFFFFF,&H90101010,&HFF000000,-1,1,{max(1.0, small / 14):.1f},0,"
        f"{corner},{round(layout.width * 0.04)},{round(layout.width * 0.04)},{round(layout.height * 0.04)},-1",
        "",
        "[Events]",
        "Format: Layer, Start, End, Style, MarginL, MarginR, MarginV, Text",
    ]


def _events(page: Page, look: Look, rate: str) -> Iterator[str]:
    """One event as long as nothing changes: neither the spoken word nor the size of a page that jumps in."""
    spoken = look.spoken != "nothing" and page.timed
    turns = {page.start, page.end}
    if spoken:
        turns |= {min(max(token.start, page.start), page.end) for token in page.tokens[1:]}
    born = page.born if page.born is not None else page.start
    if look.pop != 1.0:
        turns |= {min(max(born + n, page.start), page.end) for n in range(look.pop_frames + 1)}
    style = (page.position or look.position).capitalize()
    for start, end in pairwise(sorted(turns)):
        active = sum(token.start <= start for token in page.tokens[1:]) if spoken else None
        yield _dialogue(start, end, rate, style, _grown(look, start - born) + line(page.tokens, look, active))


def _grown(look: Look, age: int) -> str:
    if look.pop == 1.0 or age >= look.pop_frames:
        return ""
    size = 100 * (look.pop + (1 - look.pop) * eased("back", (age + 1) / (look.pop_frames + 1)))
    return f"{{\\fscx{size:.1f}\\fscy{size:.1f}}}"


def _dialogue(start: int, end: int, rate: str, style: str, text: str) -> str:
    layer = 0 if style == "Mark" else 1
    return f"Dialogue: {layer},{clock(start, rate)},{clock(end, rate)},{style},0,0,0,{text}"


def clock(frame_number: int, rate: str) -> str:
    """Return the moment half a frame before ``frame_number`` as the script writes it."""
    centiseconds = max(0, round((frame_number - Fraction(1, 2)) / Fraction(rate) * 100))
    seconds, hundredths = divmod(centiseconds, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{hundredths:02d}"
