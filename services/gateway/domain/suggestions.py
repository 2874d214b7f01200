"""Effects that suit a film, each with the span it is for and why. Pure, from the analysis alone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from statistics import quantiles

from services.gateway.domain.views import View
from shared.contracts.hearing import Curve
from shared.contracts.media import Analysis, Shot

MOST = 60
STILL, LIVELY = 0.35, 0.85
"""Quantiles of the film's own motion below which a shot is calm, and above which much moves."""
SHORTEST, LONGEST = 1.5, 12.0
NEAR = 1e-6
FORCE = 6.0
"""Decibels above the usual level from which a word is said with force."""
BLINK = 0.8
"""Seconds that a punch-in on a word lasts at least."""


def suggested(analysis: Analysis) -> list[View]:
    """Return ``[{name, start, end, reason}]`` in order of time, at most ``MOST``; names are those of ``EFFECTS``."""
    found = [*_pushes(analysis), *_slow_motion(analysis), *_punches(analysis), *_ends(analysis)]
    return sorted(found, key=lambda view: (view["start"], view["name"]))[:MOST]


def _pushes(analysis: Analysis) -> Iterator[View]:
    calm, said = _level(analysis.motion, STILL), _Said(analysis)
    for shot in _usable(analysis.shots):
        spoken = said.share(shot)
        motion = _mean(analysis.motion, shot.start, shot.end)
        if spoken > 0.5 and motion is not None and calm is not None and motion <= calm + NEAR:
            reason = f"somebody speaks for {spoken:.0%} of a calm shot (motion {motion:.2f})"
            yield _view("zoom", shot.start, shot.end, reason)


def _slow_motion(analysis: Analysis) -> Iterator[View]:
    lively, said = _level(analysis.motion, LIVELY), _Said(analysis)
    for shot in _usable(analysis.shots):
        spoken = said.share(shot)
        motion = _mean(analysis.motion, shot.start, shot.end)
        if spoken == 0 and motion is not None and lively is not None and motion >= max(lively - NEAR, 0.05):
            reason = f"much moves (motion {motion:.2f}) and nothing is said"
            yield _view("slowmo", shot.start, min(shot.end, shot.start + 4.0), reason)


def _punches(analysis: Analysis) -> Iterator[View]:
    """The loudest words of the film, at most one in ten seconds."""
    loud, usual = _level(analysis.energy, 0.97), _level(analysis.energy, 0.5)
    loud = None if loud is None or usual is None else max(loud, usual + FORCE)
    last = -10.0
    for caption in analysis.transcript.captions:
        for word in caption.words:
            level = _mean(analysis.energy, word.start, word.end)
            if loud is not None and level is not None and level >= loud and word.start - last >= 10.0:
                last = word.start
                end = min(max(word.end, word.start + BLINK), analysis.media.duration)
                yield _view("punch_in", word.start, end, f"{word.text[:40]!r} is said with force ({level:.0f} dB)")


def _ends(analysis: Analysis) -> Iterator[View]:
    """A fade at either end, unless the film fades by itself or is black there."""
    whole = analysis.media.duration
    dark = [(b.start, b.end) for b in analysis.blacks]
    kinds = {change.kind for change in analysis.changes}
    if whole < 4:
        return
    if "fade_in" not in kinds and not any(a < 0.5 for a, _ in dark):
        yield _view("fade_in", 0.0, 0.5, "the film begins with a full picture")
    if "fade_out" not in kinds and not any(b > whole - 0.5 for _, b in dark):
        yield _view("fade_out", whole - 0.5, whole, "the film ends with a full picture")


def _usable(shots: Sequence[Shot]) -> Iterator[Shot]:
    return (shot for shot in shots if SHORTEST <= shot.end - shot.start <= LONGEST)


class _Said:
    """When something is said, to be asked for many shots."""

    def __init__(self, analysis: Analysis) -> None:
        self._lines = sorted((c.start, c.end) for c in analysis.transcript.captions)
        self._longest = max((end - start for start, end in self._lines), default=0.0)

    def share(self, shot: Shot) -> float:
        """Return the share of the shot in which something is said, 0..1."""
        first = bisect_left(self._lines, (shot.start - self._longest,))
        near = self._lines[first : bisect_left(self._lines, (shot.end,))]
        heard = sum(max(0.0, min(end, shot.end) - max(start, shot.start)) for start, end in near)
        return min(1.0, heard / (shot.end - shot.start))


def _mean(curve: Curve | None, start: float, end: float) -> float | None:
    if curve is None or not curve.values:
        return None
    first = min(int(start / curve.step), len(curve.values) - 1)
    values = curve.values[first : max(first + 1, int(end / curve.step))]
    return sum(values) / len(values)


def _level(curve: Curve | None, share: float) -> float | None:
    """Return the value that ``share`` (0..1) of the curve stays below."""
    if curve is None or len(curve.values) < 4:
        return None
    return quantiles(curve.values, n=100)[round(share * 100) - 1]


def _view(name: str, start: float, end: float, reason: str) -> View:
    return {"name": name, "start": round(start, 3), "end": round(end, 3), "reason": reason}
