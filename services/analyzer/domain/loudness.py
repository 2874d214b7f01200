"""The figures of an EBU R128 measurement, from the summary that ffmpeg's ``ebur128`` filter writes."""

from __future__ import annotations

import math
import re

from shared.contracts.hearing import Loudness

_GATED_OUT = -69.9
_FIGURES = {
    "integrated": re.compile(r"^\s*I:\s+(-?[\d.]+|-?inf|nan) LUFS", re.MULTILINE),
    "range": re.compile(r"^\s*LRA:\s+(-?[\d.]+|-?inf|nan) LU", re.MULTILINE),
    "true_peak": re.compile(r"^\s*Peak:\s+(-?[\d.]+|-?inf|nan) dBFS", re.MULTILINE),
}


def loudness(summary: str) -> Loudness | None:
    """Return the last summary's figures; None if there is none, or if all was too quiet or short to be measured."""
    tail = summary[summary.rfind("Summary:") :]
    found = {name: pattern.search(tail) for name, pattern in _FIGURES.items()}
    values = {name: float(match.group(1)) for name, match in found.items() if match}
    if len(values) < len(_FIGURES) or not all(math.isfinite(v) for v in values.values()):
        return None
    return Loudness(**values) if values["integrated"] > _GATED_OUT else None
