"""Writing the one subtitle script that libass draws: captions and watermark. Every user's character is made harmless.

Format: Advanced SubStation Alpha 4.00+, as libass reads it. Times have centiseconds: a boundary at frame n is
written as the moment half a frame before it, so that no rounding moves it to another frame.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from services.renderer.domain.captions import Page, Token
from shared.contracts.timeline import CaptionStyle

FONT = "Noto Sans"
HIGHLIGHT = r"{\c&H00E1FF&}"
PLAIN = r"{\c&HFFFFFF&}"
WORD_JOINER = "\u2060"
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


def frame(width: int, height: int) -> Frame:
    """Return the caption layout of a frame. In upright video the lower fifth belongs to the player's buttons."""
    upright = height > width * 1.2
    size = round(min(width, height) * (0.078 if upright else 0.068))
    side = round(width * (0.08 if upright else 0.1))
    return Frame(
        width,
        height,
        size,
        side,
        round(height * (0.12 if upright else 0.07)),
        round(height * (0.2 if upright else 0.07)),
    )


def escaped(text: str) -> str:
    """Return ``text`` so that libass draws it letter by letter: no override, no line break, no control character."""
    kept = "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs", "Co")
    )
    return kept.replace("\\", "\\" + WORD_JOINER).replace("{", "\\{").replace("}", "\\}")


def script(layout: Frame, pages: Sequence[Page], style: CaptionStyle, watermark: str, *, frames: int, rate: str) -> str:
    """Return the script for ``frames`` frames at ``rate``, or an empty text when there is nothing to draw."""
    mark = escaped(watermark).strip()
    if not pages and not mark:
        return ""
    events = [line for page in pages for line in _events(page, style, rate)]
    if mark:
        events.append(_dialogue(0, frames, rate, "Mark", mark))
    return "\n".join([*_head(layout, style), *events, ""])


def _head(layout: Frame, style: CaptionStyle) -> list[str]:
    line = max(1.0, layout.size / 16)
    boxed = style.name == "boxed"
    edge = f"4,{layout.size * 0.22:.1f},{layout.size * 0.22:.1f}" if boxed else f"1,{line:.1f},{line / 2:.1f}"
    alignment = _ALIGNMENT[style.position]
    vertical = {"bottom": layout.bottom, "middle": 0, "top": layout.top}[style.position]
    small = max(10, round(min(layout.width, layout.height) * 0.032))
    corner = 1 if style.position == "top" else 9
    return [
        "[Script Info]",
        "ScriptType: v4.00+",
        f"PlayResX: {layout.width}",
        f"PlayResY: {layout.height}",
        "WrapStyle: 0",
        "ScaledBorderAndShadow: yes",
        "YCbCr Matrix: TV.709",
        "",
        "[V4+ Styles]",
        "Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Bold, BorderStyle, Outline, "
        "Shadow, Alignment, MarginL, MarginR, MarginV",
        f"Style: Caption,{FONT},{layout.size},&H00FFFFFF,{'&HFF000000' if boxed else '&H00101010'},&H60000000,-1,"
        f"{edge},{alignment},{layout.side},{layout.side},{vertical}",
        f"Style: Mark,{FONT},{small},&H50FFFFFF,&H90101010,&HFF000000,-1,1,{max(1.0, small / 14):.1f},0,"
        f"{corner},{round(layout.width * 0.04)},{round(layout.width * 0.04)},{round(layout.height * 0.04)}",
        "",
        "[Events]",
        "Format: Layer, Start, End, Style, MarginL, MarginR, MarginV, Text",
    ]


def _events(page: Page, style: CaptionStyle, rate: str) -> Iterable[str]:
    if style.name != "highlight" or not page.timed:
        yield _dialogue(page.start, page.end, rate, "Caption", _line(page.tokens, None))
        return
    turns = [page.start, *(max(token.start, page.start) for token in page.tokens[1:]), page.end]
    for i, (start, following) in enumerate(pairwise(turns)):
        end = min(following, page.end)
        if end > start:
            yield _dialogue(start, end, rate, "Caption", _line(page.tokens, i))


def _line(tokens: Sequence[Token], active: int | None) -> str:
    parts: list[str] = []
    for i, token in enumerate(tokens):
        text = escaped(token.text)
        parts.append("" if i == 0 or token.glued else " ")
        parts.append(f"{HIGHLIGHT}{text}{PLAIN}" if i == active else text)
    return "".join(parts)


def _dialogue(start: int, end: int, rate: str, style: str, text: str) -> str:
    layer = 1 if style == "Caption" else 0
    return f"Dialogue: {layer},{clock(start, rate)},{clock(end, rate)},{style},0,0,0,{text}"


def clock(frame_number: int, rate: str) -> str:
    """Return the moment half a frame before ``frame_number`` as the script writes it."""
    centiseconds = max(0, round((frame_number - Fraction(1, 2)) / Fraction(rate) * 100))
    seconds, hundredths = divmod(centiseconds, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{hundredths:02d}"
