"""How good a picture is as a still, and which moments of a film show its shots best. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from services.analyzer.domain.looks import Look
from services.analyzer.domain.shots.changes import Change
from shared.contracts.hearing import Curve
from shared.contracts.media import Shot, Still

Picture = npt.NDArray[np.uint8]
CURVE_STEP_S = 0.5
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
A_SHOT, MOST = 3, 300
_APART_S = 1.0
_BESIDE_S, _BLENDED_S = 0.12, 0.28
_LIT, _SHARP = 0.3, 0.1
_PARTS, _NEAR = 24, 0.7


def qualities(picture: Picture) -> tuple[float, float]:
    """Return sharpness and exposure (0..1, 1 best) of an RGB picture of about 500 pixels (height, width, 3).

    Sharpness is how steep the steepest edges are beside the picture's contrast, so that fog is not blur. Exposure is
    lost by clipped lights and shadows, by a mean far from the middle and by little contrast.
    """
    luma = picture @ _LUMA
    low, high = (float(v) for v in np.percentile(luma[::4, ::4], (3, 97)))
    contrast = high - low
    steps = np.concatenate([np.abs(np.diff(luma[::8], axis=1)).ravel(), np.abs(np.diff(luma[:, ::8], axis=0)).ravel()])
    usual, steep = (float(v) for v in np.percentile(steps, (50, 99)))
    sharpness = min(1.0, max(0.0, steep - usual) / (0.45 * contrast + 6))
    clipped = float(((luma < 6) | (luma > 250)).mean())
    balance = max(0.0, 1 - (abs(float(luma.mean()) - 112) / 128) ** 2)
    exposure = balance * (1 - min(1.0, 1.5 * clipped)) * min(1.0, contrast / 90)
    return round(sharpness, 4), round(exposure, 4)


def worth(look: Look) -> Still:
    """Return the look as a still with its score."""
    faces = max((min(1.0, box.area**0.5 / 0.3) * box.score for box in look.faces), default=0.0)
    score = 0.75 * look.exposure**0.5 * (0.25 + 0.75 * look.sharpness) + 0.25 * min(1.0, faces)
    return Still(
        time=look.time,
        score=round(score if look.exposure > 0.02 else 0.0, 4),
        sharpness=look.sharpness,
        exposure=look.exposure,
        faces=round(min(1.0, faces), 4),
    )


def best_moments(
    looks: Sequence[Look], shots: Sequence[Shot], changes: Sequence[Change], times: npt.NDArray[np.float64]
) -> tuple[Still, ...]:
    """Return the best few moments of each shot, the best of all first; none in black or while shots change.

    ``times``: each frame's start in seconds. Moments of a shot are a second apart; of one that is too dark, too bright
    or blurred throughout there is one. Each next moment is good and far from those before it, so that the first few
    show the film and not its best minute.
    """
    ends = np.array([shot.end for shot in shots])
    beside = {"cut": _BESIDE_S, "wipe": _BESIDE_S}
    spans = np.array(
        [
            (times[c.start] - beside.get(c.kind, _BLENDED_S), times[c.end] + beside.get(c.kind, _BLENDED_S))
            for c in changes
        ]
    ).reshape(-1, 2)
    found: dict[int, list[Still]] = {}
    for still in sorted((worth(look) for look in looks), key=lambda s: (-s.score, s.time)):
        if still.score <= 0 or ((spans[:, 0] < still.time) & (still.time < spans[:, 1])).any():
            continue
        taken = found.setdefault(int(np.searchsorted(ends, still.time, side="right")), [])
        enough = A_SHOT if _good(still) else 1
        if len(taken) < enough and all(abs(still.time - other.time) >= _APART_S for other in taken):
            taken.append(still)
    return _spread([s for taken in found.values() for s in taken], float(times[-1] - times[0]))


def _good(still: Still) -> bool:
    return still.exposure >= _LIT and still.sharpness >= _SHARP


def _spread(stills: Sequence[Still], seconds: float) -> tuple[Still, ...]:
    """Return at most MOST stills: again and again that of the highest score, less what is near one already taken."""
    left = sorted(stills, key=lambda s: (-s.score, s.time))
    at, weight = np.array([s.time for s in left]), np.array([s.score for s in left])
    reach = max(_APART_S, seconds / _PARTS)
    order: list[int] = []
    for _ in range(min(MOST, len(left))):
        best = int(weight.argmax())
        order.append(best)
        weight *= 1 - _NEAR * np.exp(-np.abs(at - at[best]) / reach)
        weight[best] = -1.0
    return tuple(left[n] for n in order)


def quality_curves(looks: Sequence[Look], duration: float) -> tuple[Curve, Curve]:
    """Return sharpness and exposure every half second; where nobody looked, as before."""
    count = max(1, int(np.ceil(duration / CURVE_STEP_S - 1e-6)))
    if not looks:
        return Curve(step=CURVE_STEP_S, values=()), Curve(step=CURVE_STEP_S, values=())
    slots = np.clip((np.array([look.time for look in looks]) / CURVE_STEP_S).astype(np.int64), 0, count - 1)
    number = np.bincount(slots, minlength=count)
    filled = np.maximum.accumulate(np.where(number > 0, np.arange(count), slots[0]))
    curves = []
    for values in ([look.sharpness for look in looks], [look.exposure for look in looks]):
        mean = (np.bincount(slots, values, count) / np.maximum(number, 1))[filled]
        curves.append(Curve(step=CURVE_STEP_S, values=tuple(round(float(v), 4) for v in mean)))
    return curves[0], curves[1]
