"""How far a render is. Pure: frames done and seconds gone in, a fraction and an estimate out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

LEAST = 0.02
"""Before this share of the work is done nobody can tell how fast it goes."""
AHEAD = 0.06
"""By how much of a chunk of 6 s its work is ahead of the frames that came out: its program has begun, and the encoder
looks ahead. Measured in CPU, at 3 to 9 tenths of a chunk, for a film alone as for a ladder."""


@dataclass(frozen=True, slots=True)
class Task:
    """A chunk that has to be there: its frames, and the work of drawing it (:mod:`services.renderer.domain.effort`)."""

    frames: int
    work: float


@dataclass(slots=True)
class Progress:
    """Sums up what runs side by side. ``total`` is the number of frames of all outputs together.

    ``tasks`` are the chunks by key; ``sounding`` and ``finishing`` the work of the sound and of joining and checking.
    ``rendered`` counts frames by chunk, ``uses`` how often a chunk rendered once is used, ``finished`` is a share.
    ``kept``: chunks that had been drawn before, ``sound_kept``: so had the sound. They are done from the beginning and
    say nothing of how fast the rest will be.
    """

    total: int
    tasks: Mapping[str, Task]
    sounding: float = 0.0
    finishing: float = 0.0
    sound: float = 0.0
    finished: float = 0.0
    rendered: dict[str, int] = field(default_factory=dict)
    uses: Counter[str] = field(default_factory=Counter)
    kept: frozenset[str] = frozenset()
    sound_kept: bool = False

    @property
    def frame(self) -> int:
        """Frames rendered so far, of all outputs."""
        done = {**self.rendered, **{key: self.tasks[key].frames for key in self.kept if key in self.tasks}}
        return min(self.total, sum(frames * self.uses[key] for key, frames in done.items()))

    @property
    def fraction(self) -> float:
        """0..1 over pictures, sound, joining and check; what was kept counts as done."""
        whole, given = self._whole(), self._given()
        return min(1.0, (given + self._worked()) / whole) if whole else 1.0

    def outlast(self, keys: Iterable[str], others: Iterable[str]) -> bool:
        """Tell whether the chunks ``keys``, begun now, will be drawn long after ``others`` that run are done."""
        return 2 * self._left(others) < self._left(keys)

    def detail(self, seconds: float) -> dict[str, float | int | str]:
        """Return what is told beside the fraction, after ``seconds`` of work."""
        told: dict[str, float | int | str] = {"frame": self.frame, "frames": self.total}
        work, worked = self._whole() - self._given(), self._worked()
        if work and worked > LEAST * work:
            told["eta_seconds"] = round(seconds * max(0.0, work - worked) / worked, 1)
        return told

    def _left(self, keys: Iterable[str]) -> float:
        mine = ((self.tasks[key], self.rendered.get(key, 0)) for key in keys)
        return sum(task.work * (1.0 - min(1.0, frames / task.frames)) for task, frames in mine)

    def _whole(self) -> float:
        return sum(task.work for task in self.tasks.values()) + self.sounding + self.finishing

    def _given(self) -> float:
        kept = sum(task.work for key, task in self.tasks.items() if key in self.kept)
        return kept + (self.sounding if self.sound_kept else 0.0)

    def _worked(self) -> float:
        drawn = sum(self._drawn(key) for key in self.rendered if key not in self.kept)
        heard = 0.0 if self.sound_kept else self.sounding * self.sound
        return drawn + heard + self.finishing * self.finished

    def _drawn(self, key: str) -> float:
        task = self.tasks[key]
        return task.work * min(1.0, self.rendered[key] / task.frames + AHEAD)
