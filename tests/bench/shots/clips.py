"""The corpus: the same 29 kinds of clip four times, from other worlds and seeds, and 25 further kinds twice.

Thresholds come from ``tuning`` and ``more tuning``. ``held out`` and ``third`` were looked at between versions of the
rules. ``fourth`` was drawn when they were done, and measured once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from tests.bench.shots.casting import DARK, FADES, Casting, dissolves, upset
from tests.bench.shots.filming import Shot
from tests.bench.shots.kinds import more
from tests.bench.shots.reel import Clip, Join

NTSC, FILM, PAL, FIFTY, SIXTY = Fraction(30000, 1001), Fraction(24), Fraction(25), Fraction(50), Fraction(60)
THIRTY = Fraction(30)


def _jumps(cast: Casting, near: float, light: tuple[float, float]) -> tuple[Shot, ...]:
    """The same people before the same wall, with time left out; every second take a little nearer."""
    first = cast.shot(1.2, 1.2, camera="still", figures=2, light=light)
    return tuple(replace(first, late=3.7 * n, near=near if n % 2 else 1.0, seconds=1.1 + 0.17 * n) for n in range(6))


def _alike(cast: Casting) -> tuple[Shot, ...]:
    """Shots of one place from other corners: the same colours."""
    first = cast.shot(1.3, 1.3, camera="still", figures=1)
    places = [(0.25, 0.4), (0.7, 0.6), (0.45, 0.35), (0.62, 0.65), (0.3, 0.6)]
    return tuple(replace(first, place=p, camera="hand", seconds=1.2 + 0.1 * n) for n, p in enumerate(places))


def _wipes(cast: Casting) -> dict[str, Any]:
    made = dissolves(cast, (0.6, 1.0, 0.8, 1.3), "")
    kinds = ("wipe", "wipe_soft", "wipe_up", "wipe")
    joins = tuple(replace(j, kind=k) for j, k in zip(made["joins"], kinds, strict=True))
    return {**made, "joins": joins}


def _mixed(cast: Casting) -> dict[str, Any]:
    kinds = ("cut", "dissolve", "cut", "fade", "cut", "wipe", "cut")
    lengths = (0.0, 0.9, 0.0, 1.2, 0.0, 0.7, 0.0)
    made = dissolves(cast, lengths, "")
    return {**made, "joins": tuple(Join(k, s) for k, s in zip(kinds, lengths, strict=True))}


FLASHES = ((0.7, 0.04), (1.3, 0.12), (2.0, 0.2))


def corpus(half: str) -> list[Clip]:
    """Return the clips of a part: ``tuning``, ``more tuning``, ``held out``, ``third`` or ``fourth``."""
    c = Casting(half)
    if half == "more tuning":
        return more(c)
    make: list[Callable[[], Clip]] = [
        lambda: Clip("cuts_25", "cuts", PAL, c.shots(6)),
        lambda: Clip("cuts_24_short", "cuts", FILM, c.shots(9, 0.7, 1.0)),
        lambda: Clip("cuts_ntsc_hand", "cuts", NTSC, c.shots(6, camera="hand")),
        lambda: Clip("cuts_30_pans", "cuts", THIRTY, c.shots(6, camera="pan")),
        lambda: Clip("cuts_50", "cuts", FIFTY, c.shots(6)),
        lambda: Clip("cuts_60", "cuts", SIXTY, c.shots(6)),
        lambda: Clip("cuts_vfr", "cuts", THIRTY, c.shots(6), jitter=True),
        lambda: Clip("cuts_letterbox", "cuts", FILM, c.shots(6), bars=0.13),
        lambda: Clip("cuts_grain", "cuts", PAL, c.shots(6), grain=11.0),
        lambda: Clip("cuts_dark", "dark", PAL, c.shots(7, light=DARK), grain=2.5),
        lambda: Clip("dissolves_dark", "dark", PAL, **dissolves(c, (0.8, 1.4, 1.0), "still", light=DARK), grain=1.5),
        lambda: Clip("alike", "alike", PAL, _alike(c)),
        lambda: Clip("jumps", "alike", THIRTY, _jumps(c, 1.0, (1.0, 1.0))),
        lambda: Clip("punch_ins", "alike", PAL, _jumps(c, 1.18, (0.9, 1.0))),
        lambda: Clip("dissolves_short", "gradual", PAL, **dissolves(c, (0.3, 0.5, 0.4, 0.7), "still")),
        lambda: Clip("dissolves_second", "gradual", THIRTY, **dissolves(c, (0.8, 1.0, 1.2, 0.9), "")),
        lambda: Clip("dissolves_long", "gradual", NTSC, **dissolves(c, (1.5, 2.0, 1.8), "")),
        lambda: Clip("dissolves_moving", "gradual", SIXTY, **dissolves(c, (0.7, 1.2, 1.7), "hand")),
        lambda: Clip("fades_black", "gradual", FILM, **dissolves(c, FADES, "", "fade"), opens=0.8, closes=1.0),
        lambda: Clip("fades_white", "gradual", PAL, **dissolves(c, FADES, "", "fade_white")),
        lambda: Clip("wipes", "gradual", THIRTY, **_wipes(c)),
        lambda: Clip("flashes", "traps", THIRTY, upset(c, "flash", (0.7, 0.04), (1.3, 0.12), (2.0, 0.2)), trap="flash"),
        lambda: Clip("side_flashes", "traps", PAL, upset(c, "part_flash", (0.8, 0.1), (1.7, 0.2)), trap="flash"),
        lambda: Clip("strobe", "traps", FIFTY, upset(c, "strobe", (0.7, 1.4)), trap="strobe"),
        lambda: Clip("shake", "traps", THIRTY, c.shots(3, 2.6, 3.0, camera="shake"), trap="shake"),
        lambda: Clip("whips", "traps", PAL, c.shots(4, 1.8, 2.2, camera="whip"), trap="whip"),
        lambda: Clip("passers", "traps", THIRTY, upset(c, "passer", (0.7, 0.5), (1.8, 0.25)), trap="passer"),
        lambda: Clip("lamps", "traps", PAL, upset(c, "lamp", (0.8, 0.04), (1.7, 0.4)), trap="lamp"),
        lambda: Clip("mixed", "mixed", PAL, **_mixed(c)),
    ]
    return [*(made() for made in make), *(more(c) if half == "fourth" else [])]
