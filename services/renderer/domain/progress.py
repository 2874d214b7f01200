"""How far a render is. Pure: frames done and seconds gone in, a fraction and an estimate out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

SOUND, PICTURE, CHECK = 0.04, 0.92, 0.04
"""Shares of the whole, as they were measured on typical edits."""


@dataclass(slots=True)
class Progress:
    """Sums up what runs side by side. ``total`` is the number of frames of all outputs together.

    ``rendered`` counts frames by chunk, ``uses`` how often a chunk rendered once is used; ``checked`` counts by output.
    ``kept``: chunks that had been drawn before; they say nothing of how fast the rest will be.
    """

    total: int
    sound: float = 0.0
    checked: dict[str, int] = field(default_factory=dict)
    rendered: dict[str, int] = field(default_factory=dict)
    uses: Counter[str] = field(default_factory=Counter)
    kept: set[str] = field(default_factory=set)

    @property
    def frame(self) -> int:
        """Frames rendered so far, of all outputs."""
        return min(self.total, sum(frames * self.uses[key] for key, frames in self.rendered.items()))

    @property
    def fraction(self) -> float:
        """0..1 over sound, pictures and check."""
        looked = min(self.total, sum(self.checked.values()))
        return min(1.0, SOUND * self.sound + (PICTURE * self.frame + CHECK * looked) / self.total)

    def detail(self, seconds: float) -> dict[str, float | int | str]:
        """Return what is told beside the fraction, after ``seconds`` of work."""
        told: dict[str, float | int | str] = {"frame": self.frame, "frames": self.total}
        given = PICTURE * sum(self.rendered.get(key, 0) * self.uses[key] for key in self.kept) / self.total
        if (worked := self.fraction - given) > 0.02:
            told["eta_seconds"] = round(seconds * (1 - self.fraction) / worked, 1)
        return told
