"""Who and what is seen in the clips of a part: shots drawn from its seeds and worlds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tests.bench.shots import nights, worlds
from tests.bench.shots.filming import Event, Shot
from tests.bench.shots.reel import Join

FADES = (0.6, 1.0, 1.6, 0.8)
DARK = (0.16, 1.3)


class Casting:
    """Draws shots of one part."""

    def __init__(self, half: str) -> None:
        self.seed, beginning, families = {
            "tuning": (100, 11, worlds.TUNING),
            "held out": (9000, 40961, worlds.HELD_OUT),
            "third": (52_000, 777_001, worlds.BLIND),
            "more tuning": (300, 13, worlds.TUNING),
            "fourth": (310_000, 60_221_409, nights.FOURTH),
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


def dissolves(
    cast: Casting, lengths: tuple[float, ...], camera: str, kind: str = "dissolve", **more: object
) -> dict[str, Any]:
    """The shots and joins of a clip whose changes last ``lengths`` seconds."""
    both = zip((0.0, *lengths), (*lengths, 0.0), strict=True)
    shots = tuple(cast.shot(1.3 + a + b, 1.9 + a + b, camera=camera, **more) for a, b in both)
    return {"shots": shots, "joins": tuple(Join(kind, s) for s in lengths)}


def upset(cast: Casting, kind: str, *times: tuple[float, float], camera: str = "", **more: object) -> tuple[Shot, ...]:
    """Three shots; each is disturbed at ``times`` (when, how long)."""
    events = tuple(Event(kind, at, lasts) for at, lasts in times)
    return cast.shots(3, 2.6, 3.0, camera=camera, events=events, **more)
