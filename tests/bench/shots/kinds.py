"""Kinds of clip that the first three parts lack: more dark film, and more that looks like a change and is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from tests.bench.shots.casting import DARK, FADES, Casting, dissolves, upset
from tests.bench.shots.filming import Shot
from tests.bench.shots.reel import Clip

FILM, PAL, THIRTY, FIFTY = Fraction(24), Fraction(25), Fraction(30), Fraction(50)
NIGHT = (0.42, 1.5)
BLACK = (0.085, 1.15)


def _paused(cast: Casting, light: tuple[float, float]) -> tuple[Shot, ...]:
    """The same people before the same wall, with so little time left out that they hardly moved."""
    first = cast.shot(1.4, 1.4, camera="still", figures=2, light=light)
    return tuple(replace(first, late=1.45 * n + 0.83 * (n % 2), seconds=1.2 + 0.13 * n) for n in range(5))


def more(c: Casting) -> list[Clip]:
    """Return a clip of each further kind."""
    dark: list[Callable[[], Clip]] = [
        lambda: Clip("low_key", "dark", PAL, c.shots(7, light=NIGHT, pool=0.22), grain=2.0),
        lambda: Clip("low_key_hand", "dark", FILM, c.shots(6, camera="hand", light=NIGHT, pool=0.3), grain=3.0),
        lambda: Clip("night_pans", "dark", THIRTY, c.shots(6, camera="pan", light=NIGHT), grain=3.0),
        lambda: Clip("grain_on_black", "dark", FILM, c.shots(7, light=DARK), grain=9.0),
        lambda: Clip("dark_letterbox", "dark", FILM, c.shots(7, light=DARK), grain=2.5, bars=0.13),
        lambda: Clip("nearly_black", "dark", PAL, c.shots(7, light=BLACK), grain=1.5),
        lambda: Clip("dark_jumps", "dark", THIRTY, _paused(c, NIGHT), grain=2.0),
        lambda: Clip("dark_dissolves_grain", "dark", FILM,
                     **dissolves(c, (0.8, 1.2, 1.0), "", light=DARK), grain=6.0),
        lambda: Clip("dark_dissolves_letterbox", "dark", PAL,
                     **dissolves(c, (0.7, 1.3, 1.0), "hand", light=NIGHT, pool=0.3), bars=0.13),
        lambda: Clip("dark_fades", "dark", PAL, **dissolves(c, FADES, "", "fade", light=DARK), grain=1.5),
        lambda: Clip("low_key_fades", "dark", THIRTY, **dissolves(c, FADES, "still", "fade", light=NIGHT, pool=0.25)),
    ]  # fmt: skip
    traps: list[Callable[[], Clip]] = [
        lambda: Clip("press", "more traps", PAL, upset(c, "press", (0.5, 1.9)), trap="flash"),
        lambda: Clip("club", "more traps", FIFTY, upset(c, "club", (0.6, 2.0), light=DARK), trap="strobe"),
        lambda: Clip("lightning", "more traps", PAL, upset(c, "lightning", (0.6, 2.5), light=NIGHT), trap="flash"),
        lambda: Clip("police", "more traps", THIRTY, upset(c, "police", (0.5, 2.5), light=NIGHT), trap="lamp"),
        lambda: Clip("screens", "more traps", THIRTY, upset(c, "screen", (0.0, 3.0), camera="still"), trap="screen"),
        lambda: Clip("hands", "more traps", PAL, upset(c, "hand", (0.8, 1.1)), trap="hand"),
        lambda: Clip("doors", "more traps", PAL, upset(c, "doors", (0.6, 1.5), camera="still"), trap="doors"),
        lambda: Clip("titles", "more traps", THIRTY, upset(c, "title", (0.7, 1.1)), trap="title"),
        lambda: Clip("boards", "more traps", PAL, upset(c, "board", (0.7, 1.2), camera="still"), trap="title"),
        lambda: Clip("near_passers", "more traps", PAL, upset(c, "near", (0.6, 0.6), (1.7, 0.4)), trap="passer"),
        lambda: Clip("dark_passers", "more traps", THIRTY,
                     upset(c, "passer", (0.7, 0.5), (1.8, 0.3), light=NIGHT), trap="passer"),
        lambda: Clip("dark_whips", "more traps", PAL, c.shots(4, 1.8, 2.2, camera="whip", light=NIGHT), trap="whip"),
        lambda: Clip("dark_shake", "more traps", FILM, c.shots(3, 2.6, 3.0, camera="shake", light=DARK), trap="shake"),
    ]  # fmt: skip
    return [*(make() for make in dark), *(make() for make in traps), Clip("paused", "alike", PAL, _paused(c, (1, 1)))]
