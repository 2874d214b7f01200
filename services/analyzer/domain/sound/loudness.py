"""What ffmpeg writes of the sound that it decodes: the figures of EBU R128, and signs that something is wrong."""

from __future__ import annotations

import math
import re

from shared.contracts.hearing import Loudness

_GATED_OUT = -69.9
_CANCELLED_DB = 18.0
"""Mixing two equal channels to one changes nothing, unlike ones lose up to 6 dB, and weighting adds 4 at most."""
_GATE = re.compile(r"Loudness range:.*?Threshold:\s+(-?[\d.]+) LUFS\s+LRA low:\s+(-?[\d.]+) LUFS", re.DOTALL)
_LEVEL = re.compile(r"RMS peak dB: (-?[\d.]+|-?inf|nan)")
_DAMAGE = re.compile(r"Error submitting packet to decoder|Decoding error|Error while decoding")
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
    gate = _GATE.search(tail)
    if gate and gate.group(1) == gate.group(2):  # one single value: the filter takes its own gate for the lower end
        values["range"] = 0.0
    return Loudness(**values) if values["integrated"] > _GATED_OUT else None


def cancelled(output: str, found: Loudness) -> bool:
    """Tell whether the channels cancel each other out in the mix, whose ``astats`` stand in the output."""
    level = _LEVEL.findall(output)
    return bool(level) and float(level[-1]) < found.integrated - _CANCELLED_DB


def damaged(output: str) -> bool:
    """Tell whether some of the sound could not be decoded."""
    return _DAMAGE.search(output) is not None
