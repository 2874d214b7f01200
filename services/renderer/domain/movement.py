"""Effects that move the view over the picture: each one a pure function from parameters to filters.

The view is moved by ``perspective``, whose corners lie at fractions of a pixel: cropping at whole pixels is seen as
shaking. It counts frames from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import pi

import numpy as np

from services.renderer.domain.filters import Filter, Moment, eased_expression
from shared.contracts.effects import KenBurns, PunchIn, Shake, Zoom

SWINGS = ((1.0, 0.55), (1.73, 0.3), (2.91, 0.15))
"""Frequencies and shares of the swings that a shake is made of; no two have a common period that anybody sees."""


def zoom(settings: Zoom, moment: Moment) -> tuple[Filter, ...]:
    """From one magnification to another over the whole clip."""
    share = eased_expression(settings.ease, _share(moment))
    return (
        view(f"({settings.begin:.6f}+{settings.end - settings.begin:.6f}*{share})", str(settings.x), str(settings.y)),
    )


def ken_burns(settings: KenBurns, moment: Moment) -> tuple[Filter, ...]:
    """From one view to another over the whole clip."""
    share = eased_expression(settings.ease, _share(moment))
    ways = (
        (settings.from_scale, settings.to_scale),
        (settings.from_x, settings.to_x),
        (settings.from_y, settings.to_y),
    )
    return (view(*(f"({low:.6f}+{high - low:.6f}*{share})" for low, high in ways)),)


def punch_in(settings: PunchIn, moment: Moment) -> tuple[Filter, ...]:
    """Closer at each moment: for a while, or until the next one, which goes back."""
    at = sorted(round(seconds * moment.rate) for seconds in settings.at)
    if settings.duration:
        length = max(1, round(settings.duration * moment.rate))
        spans = [(first, first + length) for first in at]
    else:
        spans = list(zip(at[::2], [*at[1::2], moment.frames][: len(at[::2])], strict=True))
    seen = [(a, b) for a, b in spans if b > moment.first and a < moment.frames]
    if not seen:
        return ()
    close = _sum([f"between({_frame(moment)},{a},{b - 1})" for a, b in _merged(seen)])
    return (view(f"(1+{settings.scale - 1:.6f}*min(1,{close}))", str(settings.x), str(settings.y)),)


def shake(settings: Shake, moment: Moment) -> tuple[Filter, ...]:
    """A view that swings about the middle; it is magnified by as much as it swings, so that no edge is seen."""
    phases = np.random.default_rng(settings.seed).uniform(0, 2 * pi, (2, len(SWINGS)))
    pace = 2 * pi * settings.frequency / float(moment.rate)
    places = [
        "0.5+" + "+".join(
            f"{settings.strength * share:.6f}*sin({pace * times:.6f}*{_frame(moment)}+{phase:.6f})"
            for (times, share), phase in zip(SWINGS, row, strict=True)
        )
        for row in phases
    ]  # fmt: skip
    return (view(f"{1 / (1 - 2 * settings.strength):.6f}", *places),)


def view(scale: str, x: str, y: str) -> Filter:
    """Return the filter that shows the picture ``scale`` times larger about (x, y), never beyond its edges.

    A curve that overshoots may ask for less than the whole picture: there it is the whole.
    """
    half = f"(0.5/max(1,{scale}))"
    left, top = (f"(clip({place},{half},1-{half})-{half})" for place in (x, y))
    corners = {
        "x0": f"W*{left}", "y0": f"H*{top}", "x1": f"W*({left}+2*{half})", "y1": f"H*{top}",
        "x2": f"W*{left}", "y2": f"H*({top}+2*{half})", "x3": f"W*({left}+2*{half})", "y3": f"H*({top}+2*{half})",
    }  # fmt: skip
    return Filter("perspective", {**corners, "interpolation": "linear", "eval": "frame"})


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for a, b in spans:
        if found and a <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], b))
        else:
            found.append((a, b))
    return found


def _sum(terms: Sequence[str]) -> str:
    """Add up by halves: ffmpeg refuses expressions that are nested a hundred deep, and a plain sum is."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return f"({_sum(terms[:half])}+{_sum(terms[half:])})"


def _frame(moment: Moment) -> str:
    return f"(in-1+{moment.first})"


def _share(moment: Moment) -> str:
    return f"min(1,{_frame(moment)}/{max(1, moment.frames - 1)})"
