"""Filters as values: what an effect is made of before ffmpeg sees it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from shared.contracts.easing import BACK, Animated, Ease, Keyframe


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of ffmpeg with its options; numbers and names of ours, never a person's text."""

    name: str
    options: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Moment:
    """The part of a clip that is drawn: from its frame ``first`` on; the whole has ``frames`` at ``rate``."""

    first: int
    frames: int
    rate: Fraction
    width: int
    height: int


def colour(text: str) -> str:
    """Return ``#rrggbb`` as ffmpeg writes it."""
    return f"0x{text[1:]}"


def rgb(*filters: Filter) -> tuple[Filter, ...]:
    """Return filters that work on red, green and blue, with the way there and back in BT.709."""
    there = Filter(
        "setparams", {"range": "tv", "color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709"}
    )
    back = Filter("scale", {"out_color_matrix": "bt709", "out_range": "tv"})
    return (there, Filter("format", {"pix_fmts": "gbrp"}), *filters, back, Filter("format", {"pix_fmts": "yuv420p"}))


def eased_expression(ease: Ease, share: str) -> str:
    """Return the curve of :func:`shared.contracts.easing.eased` over the expression ``share``."""
    p, rest = f"({share})", f"(1-({share}))"
    match ease:
        case "hold":
            return "0"
        case "ease_in":
            return f"pow({p},2)"
        case "ease_out":
            return f"(1-pow({rest},2))"
        case "ease_in_out":
            return f"if(lt({p},0.5),2*pow({p},2),1-2*pow({rest},2))"
        case "cubic_in":
            return f"pow({p},3)"
        case "cubic_out":
            return f"(1-pow({rest},3))"
        case "cubic_in_out":
            return f"if(lt({p},0.5),4*pow({p},3),1-4*pow({rest},3))"
        case "back":
            return f"(1-{BACK + 1}*pow({rest},3)+{BACK}*pow({rest},2))"
        case "bounce":
            return _bounced(p)
    return p


def _bounced(p: str) -> str:
    last = f"(7.5625*pow({p}-{2.625 / 2.75:.9f},2)+0.984375)"
    for end, middle, floor in ((2.5 / 2.75, 2.25 / 2.75, 0.9375), (2 / 2.75, 1.5 / 2.75, 0.75), (1 / 2.75, 0.0, 0.0)):
        last = f"if(lt({p},{end:.9f}),7.5625*pow({p}-{middle:.9f},2)+{floor},{last})"
    return last


def animated_expression(animated: Animated, frame: str, span: tuple[int, int] | None = None) -> str:
    """Return the value of :func:`shared.contracts.easing.value_at` at the expression ``frame``.

    ``span``: the first and the last frame that are asked for; keyframes that do not matter there are left out.
    """
    if not isinstance(animated, tuple):
        return f"{animated:.6f}"
    if span is not None:
        first = max((i for i, key in enumerate(animated) if key.frame <= span[0]), default=0)
        last = min((i for i, key in enumerate(animated) if key.frame >= span[1]), default=len(animated) - 1)
        animated = animated[first : max(first, last) + 1]
    end = animated[-1]
    if len(animated) == 1:
        return f"{end.value:.6f}"
    return f"if(lt({frame},{end.frame}),{_between(animated, frame)},{end.value:.6f})"


def _between(keys: Sequence[Keyframe], frame: str) -> str:
    """Choose by halves between the ways from key to key: ffmpeg refuses what is nested a hundred deep."""
    if len(keys) > 2:
        half = len(keys) // 2
        return f"if(lt({frame},{keys[half].frame}),{_between(keys[: half + 1], frame)},{_between(keys[half:], frame)})"
    before, after = keys
    share = f"clip(({frame}-{before.frame})/{after.frame - before.frame},0,1)"
    return f"({before.value:.6f}+{after.value - before.value:.6f}*{eased_expression(before.ease, share)})"
