"""How far a piece of work is that has several parts, some of them at the same time."""

from __future__ import annotations

from collections.abc import Mapping

from shared.contracts.media import Part


class Phases:
    """``weights``: how long each part takes, roughly, in any unit. A part that is never told of counts as not done."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = {name: max(0.0, weight) for name, weight in weights.items()}
        self._done = dict.fromkeys(self._weights, 0.0)

    def reach(self, name: str, fraction: float) -> float:
        """Note that part ``name`` is ``fraction`` done (it never goes back) and return the whole's fraction, 0..1."""
        self._done[name] = max(self._done[name], min(1.0, fraction))
        total = sum(self._weights.values()) or 1.0
        return sum(self._weights[part] * done for part, done in self._done.items()) / total


def analysis_weights(wanted: frozenset[Part], *, pictures: bool, sound: bool, model: bool) -> dict[str, float]:
    """Return the phases of an analysis of the ``wanted`` parts, each with its usual share of the time.

    ``pictures``, ``sound``: what the medium has; ``model``: the words come from a speech model.
    """
    words = (25.0 if model else 0.5) if "speech" in wanted else 0.0
    decode = (5.0 if "sound" in wanted else 2.0) if wanted - {"pictures", "faces"} else 0.0
    return {
        "probe": 1.0,
        "pictures": 12.0 if pictures and wanted & {"pictures", "faces"} else 0.0,
        "sound": decode if sound else 0.0,
        "beats": 2.0 if sound and "beats" in wanted else 0.0,
        "words": words if sound else 0.0,
    }


def seconds_left(elapsed: float, fraction: float) -> float | None:
    """Estimate the rest of a work that took ``elapsed`` seconds for ``fraction`` of it; None while nobody can tell."""
    return round(elapsed * (1 - fraction) / fraction, 1) if fraction > 0.1 and elapsed > 0.5 else None
