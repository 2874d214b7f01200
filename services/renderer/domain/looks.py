"""Effects on light, colour and sharpness: each one a pure function from parameters to filters."""

from __future__ import annotations

from math import pi

from services.renderer.domain.cube import cube_name
from services.renderer.domain.filters import Filter, Moment, colour, rgb
from shared.contracts.effects import Adjust, Blur, ChromaKey, FadeIn, Lut, Mirror, Vignette

COLDEST, NEUTRAL, WARMEST = 12_000, 6_500, 3_500
"""Kelvin."""


def fade_in(settings: FadeIn, moment: Moment) -> tuple[Filter, ...]:
    """Out of a colour; by the clip's own time, as a chunk may begin in the middle."""
    return _fade("in", 0, settings, moment)


def fade_out(settings: FadeIn, moment: Moment) -> tuple[Filter, ...]:
    """Into a colour, which the last frame reaches."""
    length = round(settings.duration * moment.rate)
    return _fade("out", max(0, moment.frames - 1 - length), settings, moment)


def _fade(way: str, begin: int, settings: FadeIn, moment: Moment) -> tuple[Filter, ...]:
    length = min(max(1, round(settings.duration * moment.rate)), moment.frames)
    times = {"start_time": f"{float(begin / moment.rate):.6f}", "duration": f"{float(length / moment.rate):.6f}"}
    faded = Filter("fade", {"type": way, **times, "color": colour(settings.colour)})
    steps = (faded,) if settings.colour == "#000000" else rgb(faded)
    moved = [Filter("setpts", {"expr": f"PTS{sign}{moment.first}"}) for sign in "+-"]
    return (moved[0], *steps, moved[1]) if moment.first else steps


def blur(settings: Blur, moment: Moment) -> tuple[Filter, ...]:
    """Gaussian; at most a twenty-fifth of the frame's height wide."""
    sigma = settings.amount * 0.04 * moment.height
    return (Filter("gblur", {"sigma": f"{sigma:.3f}", "steps": 2}),) if sigma >= 0.1 else ()


def vignette(settings: Vignette, moment: Moment) -> tuple[Filter, ...]:
    """Darker towards the corners, by the natural fall of light of a lens of that angle."""
    return (Filter("vignette", {"angle": f"{settings.strength * pi / 3:.6f}"}),) if settings.strength else ()


def adjust(settings: Adjust, moment: Moment) -> tuple[Filter, ...]:
    """Brightness, contrast and saturation in YUV, temperature in RGB."""
    values: dict[str, str | int | float] = {
        "brightness": settings.brightness,
        "contrast": settings.contrast,
        "saturation": settings.saturation,
    }
    steps = () if tuple(values.values()) == (0.0, 1.0, 1.0) else (Filter("eq", values),)
    if not settings.temperature:
        return steps
    end = WARMEST if settings.temperature > 0 else COLDEST
    kelvin = NEUTRAL + (end - NEUTRAL) * abs(settings.temperature)
    return (*steps, *rgb(Filter("colortemperature", {"temperature": round(kelvin), "pl": 0.5})))


def lut(settings: Lut, moment: Moment) -> tuple[Filter, ...]:
    """Colours through a table in a file of ours; how strong it is already stands in the table."""
    if (settings.look is None and settings.lut is None) or not settings.strength:
        return ()
    return rgb(Filter("lut3d", {"file": cube_name(settings), "interp": "tetrahedral"}))


def chroma_key(settings: ChromaKey, moment: Moment) -> tuple[Filter, ...]:
    """Make one colour transparent; by its hue alone, so that shadows on a green wall go with it."""
    reach = {"similarity": settings.similarity, "blend": settings.blend}
    keyed = Filter("chromakey", {"color": colour(settings.colour), **reach})
    return (Filter("format", {"pix_fmts": "yuva420p"}), keyed)


def mirror(settings: Mirror, moment: Moment) -> tuple[Filter, ...]:
    """Exchange the sides."""
    return (Filter("hflip" if settings.axis == "horizontal" else "vflip", {}),)
