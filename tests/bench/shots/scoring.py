"""What was found in clips against what is true of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.shots.reel import Clip, Truth

NEAR = 2
BESIDE_S = 0.25


@dataclass(frozen=True, slots=True)
class Found:
    """A change that a detector named, in frame numbers; both the same where it names a place only."""

    start: int
    end: int
    kind: str = ""


@dataclass(slots=True)
class Score:
    """Counts over clips; ``offsets`` of hard cuts and ``edges`` (starts and ends of gradual ones) in frames."""

    hits: int = 0
    false: int = 0
    missed: int = 0
    hard: int = 0
    hard_hit: int = 0
    gradual: int = 0
    gradual_hit: int = 0
    trapped: int = 0
    offsets: list[int] = field(default_factory=list)
    edges: list[float] = field(default_factory=list)
    named: int = 0

    @property
    def precision(self) -> float:
        """Share of what was found that is true."""
        return self.hits / max(1, self.hits + self.false)

    @property
    def recall(self) -> float:
        """Share of what is true that was found."""
        return self.hits / max(1, self.hits + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.hits / max(1, 2 * self.hits + self.false + self.missed)

    def add(self, clip: Clip, found: Sequence[Found]) -> None:
        """Count one clip. A hard cut is hit within NEAR frames, a gradual one within BESIDE_S seconds of it.

        A second find on the same change is false. Where the clip has a trap all that is false counts as trapped.
        """
        left = list(found)
        beside = round(BESIDE_S * clip.rate)
        for truth in clip.truth():
            reach = NEAR if truth.kind == "cut" else beside
            middle = (truth.start + truth.end) / 2
            near = [f for f in left if truth.start - reach <= (f.start + f.end) / 2 <= truth.end + reach]
            self._count(truth, min(near, key=lambda f: abs((f.start + f.end) / 2 - middle), default=None), clip, left)
        self.false += len(left)
        self.trapped += len(left) if clip.trap else 0

    def _count(self, truth: Truth, hit: Found | None, clip: Clip, left: list[Found]) -> None:
        hard = truth.kind == "cut"
        self.hard, self.gradual = self.hard + hard, self.gradual + (not hard)
        if hit is None:
            self.missed += 1
            return
        left.remove(hit)
        self.hits += 1
        self.hard_hit, self.gradual_hit = self.hard_hit + hard, self.gradual_hit + (not hard)
        self.named += hit.kind == truth.kind
        if hard:
            self.offsets.append(round((hit.start + hit.end) / 2) - truth.start)
        elif hit.end > hit.start:
            self.edges += [(hit.start - truth.start) / float(clip.rate), (hit.end - truth.end) / float(clip.rate)]
