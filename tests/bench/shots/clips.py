"""The corpus: the same 29 kinds of clip three times, from other worlds and seeds.

Thresholds come from ``tuning`` alone. ``held out`` was looked at between versions of the rules, ``blind`` never: it was
drawn when they were done, measured once, and changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from tests.bench.shots import worlds
from tests.bench.shots.filming import Event, Shot
from tests.bench.shots.reel import Clip, Join

NTSC, FILM, PAL, FIFTY, SIXTY = Fraction(30000, 1001), Fraction(24), Fraction(25), Fraction(50), Fraction(60)
THIRTY = Fraction(30)


class Casting:
    """Draws shots of one part."""

    def __init__(self, half: str) -> None:
        self.seed, beginning, families = {
            "tuning": (100, 11, worlds.TUNING),
            "held out": (9000, 40961, worlds.HELD_OUT),
            "blind": (52_000, 777_001, worlds.BLIND),
        }[half]
        self.rng = np.random.default_rng(beginning)
        self.families = list(families)

    def shot(self, low: float = 1.0, high: float = 2.2, camera: str = "", **more: object) -> Shot:
        """A shot of ``low`` to ``high`` seconds by any quiet camera, or the one named."""
        self.seed += 1
        rng = self.rng
        made = Shot(
            world=self.families[self.seed % len(self.families)],
            seed=self.seed,
            seconds=round(float(rng.uniform(low, high)), 2),
            camera=camera or str(rng.choice(["still", "pan", "zoom", "hand"])),
            speed=float(rng.uniform(0.6, 1.3)),
            figures=int(rng.integers(0, 3)),
            light=(float(rng.uniform(0.8, 1.05)), float(rng.uniform(0.85, 1.2))),
            place=(float(rng.uniform(0.35, 0.65)), float(rng.uniform(0.4, 0.6))),
        )
        return replace(made, **more)  # type: ignore[arg-type]

    def shots(self, count: int, *lengths: float, camera: str = "", **more: object) -> tuple[Shot, ...]:
        """Several such shots."""
        return tuple(self.shot(*lengths, camera=camera, **more) for _ in range(count))


def _jumps(cast: Casting, near: float, light: tuple[float, float]) -> tuple[Shot, ...]:
    """The same people before the same wall, with time left out; every second take a little nearer."""
    first = cast.shot(1.2, 1.2, camera="still", figures=2, light=light)
    return tuple(replace(first, late=3.7 * n, near=near if n % 2 else 1.0, seconds=1.1 + 0.17 * n) for n in range(6))


def _alike(cast: Casting) -> tuple[Shot, ...]:
    """Shots of one place from other corners: the same colours."""
    first = cast.shot(1.3, 1.3, camera="still", figures=1)
    places = [(0.25, 0.4), (0.7, 0.6), (0.45, 0.35), (0.62, 0.65), (0.3, 0.6)]
    return tuple(replace(first, place=p, camera="hand", seconds=1.2 + 0.1 * n) for n, p in enumerate(places))


def _dissolves(
    cast: Casting, lengths: tuple[float, ...], camera: str, kind: str = "dissolve", **more: object
) -> dict[str, object]:
    both = zip((0.0, *lengths), (*lengths, 0.0), strict=True)
    shots = tuple(cast.shot(1.3 + a + b, 1.9 + a + b, camera=camera, **more) for a, b in both)
    return {"shots": shots, "joins": tuple(Join(kind, s) for s in lengths)}


def _wipes(cast: Casting) -> dict[str, object]:
    made = _dissolves(cast, (0.6, 1.0, 0.8, 1.3), "")
    kinds = ("wipe", "wipe_soft", "wipe_up", "wipe")
    joins = tuple(replace(j, kind=k) for j, k in zip(made["joins"], kinds, strict=True))  # type: ignore[call-overload]
    return {**made, "joins": joins}


def _mixed(cast: Casting) -> dict[str, object]:
    kinds = ("cut", "dissolve", "cut", "fade", "cut", "wipe", "cut")
    lengths = (0.0, 0.9, 0.0, 1.2, 0.0, 0.7, 0.0)
    made = _dissolves(cast, lengths, "")
    return {**made, "joins": tuple(Join(k, s) for k, s in zip(kinds, lengths, strict=True))}


def _upset(cast: Casting, kind: str, *times: tuple[float, float], camera: str = "") -> tuple[Shot, ...]:
    """Three shots; each is disturbed at ``times`` (when, how long)."""
    events = tuple(Event(kind, at, lasts) for at, lasts in times)
    return cast.shots(3, 2.6, 3.0, camera=camera, events=events)


FADES = (0.6, 1.0, 1.6, 0.8)
FLASHES = ((0.7, 0.04), (1.3, 0.12), (2.0, 0.2))
DARK = (0.16, 1.3)


def corpus(half: str) -> list[Clip]:
    """Return the clips of a part, ``tuning``, ``held out`` or ``blind``."""
    c = Casting(half)
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
        lambda: Clip("dissolves_dark", "dark", PAL, **_dissolves(c, (0.8, 1.4, 1.0), "still", light=DARK), grain=1.5),  # type: ignore[arg-type]
        lambda: Clip("alike", "alike", PAL, _alike(c)),
        lambda: Clip("jumps", "alike", THIRTY, _jumps(c, 1.0, (1.0, 1.0))),
        lambda: Clip("punch_ins", "alike", PAL, _jumps(c, 1.18, (0.9, 1.0))),
        lambda: Clip("dissolves_short", "gradual", PAL, **_dissolves(c, (0.3, 0.5, 0.4, 0.7), "still")),  # type: ignore[arg-type]
        lambda: Clip("dissolves_second", "gradual", THIRTY, **_dissolves(c, (0.8, 1.0, 1.2, 0.9), "")),  # type: ignore[arg-type]
        lambda: Clip("dissolves_long", "gradual", NTSC, **_dissolves(c, (1.5, 2.0, 1.8), "")),  # type: ignore[arg-type]
        lambda: Clip("dissolves_moving", "gradual", SIXTY, **_dissolves(c, (0.7, 1.2, 1.7), "hand")),  # type: ignore[arg-type]
        lambda: Clip("fades_black", "gradual", FILM, **_dissolves(c, FADES, "", "fade"), opens=0.8, closes=1.0),  # type: ignore[arg-type]
        lambda: Clip("fades_white", "gradual", PAL, **_dissolves(c, FADES, "", "fade_white")),  # type: ignore[arg-type]
        lambda: Clip("wipes", "gradual", THIRTY, **_wipes(c)),  # type: ignore[arg-type]
        lambda: Clip(
            "flashes", "traps", THIRTY, _upset(c, "flash", (0.7, 0.04), (1.3, 0.12), (2.0, 0.2)), trap="flash"
        ),
        lambda: Clip("side_flashes", "traps", PAL, _upset(c, "part_flash", (0.8, 0.1), (1.7, 0.2)), trap="flash"),
        lambda: Clip("strobe", "traps", FIFTY, _upset(c, "strobe", (0.7, 1.4)), trap="strobe"),
        lambda: Clip("shake", "traps", THIRTY, c.shots(3, 2.6, 3.0, camera="shake"), trap="shake"),
        lambda: Clip("whips", "traps", PAL, c.shots(4, 1.8, 2.2, camera="whip"), trap="whip"),
        lambda: Clip("passers", "traps", THIRTY, _upset(c, "passer", (0.7, 0.5), (1.8, 0.25)), trap="passer"),
        lambda: Clip("lamps", "traps", PAL, _upset(c, "lamp", (0.8, 0.04), (1.7, 0.4)), trap="lamp"),
        lambda: Clip("mixed", "mixed", PAL, **_mixed(c)),  # type: ignore[arg-type]
    ]
    return [made() for made in make]
