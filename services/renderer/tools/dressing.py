"""Putting effects on a picture: the filters that the domain decided on, as nodes of a graph."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import ffmpeg

from services.renderer.domain.chunks import Piece
from services.renderer.domain.effects import filters_of
from services.renderer.domain.filters import Filter, Moment, colour
from services.renderer.tools.ffmpeg import apart
from shared.contracts.effects import ChromaKey
from shared.contracts.timeline import Clip, Output

Node = Any
"""A stream of ffmpeg-python, which has no types."""
BACKDROP = 1000
"""Backdrops are inputs too: they are numbered from here on, to be unlike all others."""


def dressed(video: Node, clip: Clip, piece: Piece, output: Output, rate: str, *, opaque: bool = True) -> Node:
    """Return ``video`` with the effects of ``clip`` on it.

    Where a colour was keyed out its background shows, or nothing where the result need not be ``opaque``.
    """
    moment = Moment(piece.first, clip.frames, Fraction(rate), output.width, output.height)
    for place, effect in enumerate(clip.effects):
        video = filtered(video, filters_of([effect], moment))
        if opaque and isinstance(effect.settings, ChromaKey):
            number = BACKDROP + piece.clip * 64 + place
            video = _on_colour(video, effect.settings.background, output, rate, number)
    return video


def filtered(video: Node, filters: Iterable[Filter]) -> Node:
    """Return ``video`` behind all ``filters``."""
    for step in filters:
        video = video.filter(step.name, **step.options)
    return video


def _on_colour(video: Node, background: str, output: Output, rate: str, number: int) -> Node:
    drawn = f"color=c={colour(background)}:s={output.width}x{output.height}:r={rate}"
    plain = ffmpeg.input(drawn, f="lavfi", format_whitelist="lavfi", **apart(number))
    behind = plain.video.filter("format", "yuv420p")
    return behind.overlay(video, shortest=1, format="yuv420")
