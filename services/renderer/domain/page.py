"""A page of captions: what stands on the screen at once. Pure values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.renderer.domain.look import Position

LEAST_FRAMES = 2


@dataclass(frozen=True, slots=True)
class Token:
    """A word (or a part of a long one) on output frames ``start`` to ``end``.

    ``glued``: no space before it; ``below``: it begins the second line.
    """

    text: str
    start: int
    end: int
    glued: bool = False
    below: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Words on the screen from frame ``start`` to frame ``end``; ``timed`` when the times are those of the words.

    ``born`` is the frame at which the page came up, where that lies before ``start``; ``position`` where it stands,
    None for where the style says.
    """

    start: int
    end: int
    tokens: tuple[Token, ...]
    timed: bool
    born: int | None = None
    position: Position | None = None


def within(all_pages: Iterable[Page], first: int, end: int) -> tuple[Page, ...]:
    """Return what is to be seen of the pages on output frames ``first`` to ``end``, counted from ``first``."""
    return tuple(
        replace(
            page,
            start=max(page.start, first) - first,
            end=min(page.end, end) - first,
            tokens=_moved(page, first),
            born=page.start - first,
        )
        for page in all_pages
        if page.start < end and page.end > first
    )


def _moved(page: Page, first: int) -> tuple[Token, ...]:
    return tuple(replace(token, start=token.start - first, end=token.end - first) for token in page.tokens)
