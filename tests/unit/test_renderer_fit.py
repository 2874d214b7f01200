"""Pictures of any size are fitted by ffmpeg's expressions as sources of that size are fitted beforehand."""

from __future__ import annotations

import math
from collections.abc import Callable

from hypothesis import assume, given
from hypothesis import strategies as st

from services.renderer.domain.fit import ALIKE, CROP_LOSS, Wanted, each, fit

SIDES = st.integers(8, 2160).map(lambda half: 2 * half)
WAYS: tuple[Wanted, ...] = ("auto", "crop", "blur", "pad")


def reckoned(expression: str, width: int, height: int) -> int:
    """What ffmpeg's evaluator makes of an expression for a picture of square pixels."""
    kept: dict[int, float] = {}
    functions: dict[str, Callable[..., float]] = {
        "st": lambda place, value: kept.setdefault(place, value),
        "ld": lambda place: kept[place],
        "lt": lambda a, b: a < b,
        "gte": lambda a, b: a >= b,
        "iff": lambda test, one, other: one if test else other,
        "ceil": math.ceil,
        "round": lambda value: math.floor(value + 0.5),
        "max": max,
        "min": min,
    }
    store, value = expression.replace("if(", "iff(").split(";")
    names = {**functions, "iw": width, "ih": height, "sar": 1}
    eval(store, {"__builtins__": {}}, names)
    return int(eval(value, {"__builtins__": {}}, names))


@given(st.tuples(SIDES, SIDES), st.tuples(SIDES, SIDES), st.sampled_from(WAYS))
def test_expressions_say_what_is_reckoned_beforehand(
    source: tuple[int, int], frame: tuple[int, int], wanted: Wanted
) -> None:
    shapes = sorted((source[0] * frame[1], source[1] * frame[0]))
    assume(min(abs(shapes[0] / shapes[1] - border) for border in (1 - CROP_LOSS, 1 / ALIKE)) > 1e-6)
    plan = fit(source, frame, wanted)
    found = [reckoned(side, *source) for side in each(frame, wanted)]
    for got, exact in zip(found, (plan.width, plan.height), strict=True):
        assert got % 2 == 0 and abs(got - exact) <= 2, "halves may be rounded the other way"
    if plan.kind == "crop":
        assert found[0] >= frame[0] and found[1] >= frame[1]
    if plan.kind == "exact":
        assert tuple(found) == frame
