"""What the demo film shows and says, and how it is fitted into a wished length."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from shared.errors import BadRequest

SHORTEST_S = 6.0
SHORTEST_SCENE = 0.6


@dataclass(frozen=True, slots=True)
class Scene:
    """One shot: its name, its length in seconds in the full film, and the sentences spoken over it.

    ``priority`` says which scenes a shorter film keeps (low numbers first); ``music`` is false where all sound stops.
    """

    name: str
    seconds: float
    lines: tuple[str, ...]
    priority: int
    music: bool = True


@dataclass(frozen=True, slots=True)
class Shot:
    """A scene placed in the film: frames ``start`` to ``end`` (exclusive) of the output."""

    scene: Scene
    start: int
    end: int


SCENES: tuple[Scene, ...] = (
    Scene(
        "sunrise",
        6.6,
        ("Every good story starts on a quiet morning.", "The sun climbs over the hills, and the day begins."),
        0,
    ),
    Scene("city", 5.1, ("Down in the city, the lights never sleep.", "Everyone is on the way to somewhere."), 1),
    Scene("black", 1.5, (), 2),
    Scene("sea", 5.9, ("Out at sea, the wind does all the work.", "One small boat, and a whole lot of sky."), 4),
    Scene("desk", 3.2, (), 3, music=False),
    Scene("train", 5.7, ("The train to the north takes every bend at full speed.", "Blink, and you miss a mile."), 5),
    Scene("space", 6.1, ("Far above, a satellite watches the world turn.", "From up here, everything is calm."), 6),
    Scene("balloons", 5.9, ("One voice, one beat, and a handful of shots.", "Now it is your turn to make the cut."), 7),
)


def lay_out(seconds: float, fps: int) -> tuple[Shot, ...]:
    """Return the shots of a film of exactly ``round(seconds * fps)`` frames.

    A shorter film has shorter scenes, to ``SHORTEST_SCENE`` of their full length, and then fewer: those of the lowest
    priority numbers stay. Raises BadRequest below six seconds.
    """
    if seconds < SHORTEST_S:
        raise BadRequest(
            f"Demo footage of {seconds:g} s is too short to hold several shots.",
            code="sample_too_short",
            remedy=f"Ask for at least {SHORTEST_S:g} seconds.",
        )
    kept: set[str] = set()
    total = 0.0
    for scene in sorted(SCENES, key=lambda each: each.priority):
        if total * SHORTEST_SCENE >= seconds:
            break
        kept.add(scene.name)
        total += scene.seconds
    chosen = [scene for scene in SCENES if scene.name in kept]
    ends = [round(end * seconds / total * fps) for end in accumulate(scene.seconds for scene in chosen)]
    return tuple(Shot(scene, start, end) for scene, start, end in zip(chosen, [0, *ends], ends, strict=False))
