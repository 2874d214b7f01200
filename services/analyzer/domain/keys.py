"""Names under which the parts of an analysis are stored: what each depends on, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from services.analyzer.domain.judge import Bounds
from services.analyzer.domain.parts import Kept

VERSIONS: dict[Kept, int] = {"facts": 3, "pictures": 9, "faces": 2, "sound": 4, "beats": 5, "speech": 5}
"""Raise a part's number when the same input gives more or better of it, so that stored ones are made anew."""


def part_keys(bounds: Bounds, speech: str, language: str | None, tracker: str = "own") -> dict[Kept, str]:
    """Return for each part a short hash of all that it depends on beside the medium itself.

    ``speech`` names the engine and its model, or the subtitle file, ``language`` the one that is asked for; ``tracker``
    finds the beats.
    """
    settings: dict[Kept, list[object]] = {
        "facts": [bounds.max_pixels, bounds.max_seconds],
        "pictures": [bounds.max_pixels],
        "faces": [bounds.max_pixels],
        "sound": [],
        "beats": [tracker],
        "speech": [speech, language],
    }
    return {part: _short([VERSIONS[part], *given]) for part, given in settings.items()}


def whole_key(held: Mapping[Kept, str]) -> str:
    """Return the key of the analysis that is put together from these parts (their keys by name)."""
    return _short(sorted(held.items()))


def document_key(sha256: str, name: str, data: bytes) -> str:
    """Where a document lies: under its own content, so that a reference to it stays true for ever."""
    return f"analysis/{sha256}/{name}-{hashlib.sha256(data).hexdigest()[:24]}.json"


def _short(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:24]
