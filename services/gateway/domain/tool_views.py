"""What tools answer, from an analysis."""

from __future__ import annotations

from collections.abc import Sequence

from services.gateway.domain.views import View
from shared.contracts.hearing import Curve
from shared.contracts.media import Analysis
from shared.contracts.speech import Caption

MOST_PEAKS = 200
_APART_S = 1.0
_LEAST = 0.4


def transcribe_view(analysis: Analysis) -> View:
    """Return ``{segments, language, text, status}``, and why there are no words where there are none."""
    said = analysis.transcript
    view: View = {
        "segments": [segment_view(line) for line in said.captions],
        "language": said.language,
        "text": " ".join(line.text.strip() for line in said.captions),
        "status": said.status,
    }
    why = {"reason": said.reason, "remedy": said.remedy}
    return view | {name: text for name, text in why.items() if text}


def segment_view(line: Caption) -> View:
    """Return one line of speech; ``words`` only where they are known."""
    view: View = {"text": line.text, "start": line.start, "end": line.end}
    if line.words:
        view["words"] = [word.model_dump(exclude_none=True) for word in line.words]
    return view


def beats_view(analysis: Analysis) -> View:
    """Return the beats and the moments at which the sound is loudest."""
    found = analysis.beats
    return {
        "beats": list(found.times),
        "downbeats": list(found.downbeats),
        "tempo": found.tempo,
        "confidence": found.confidence,
        "energy_peaks": energy_peaks(analysis.energy),
    }


def energy_peaks(curve: Curve | None) -> list[View]:
    """Return ``{time, energy}`` of the loudest moments, a second apart, in order.

    ``energy`` is the amplitude against the loudest moment's, 0..1; what is below 0.4 is no peak.
    """
    if curve is None or not curve.values:
        return []
    values, top = curve.values, max(curve.values)
    tops = [at for at, value in enumerate(values) if value >= max(values[max(0, at - 1) : at + 2])]
    chosen: list[int] = []
    taken: set[int] = set()
    for at in sorted(tops, key=lambda at: -values[at]):
        slot = round(at * curve.step / _APART_S)
        share = 10 ** ((values[at] - top) / 20)
        if share < _LEAST or len(chosen) >= MOST_PEAKS:
            break
        if not {slot - 1, slot, slot + 1} & taken:
            taken.add(slot)
            chosen.append(at)
    return [
        {"time": round(at * curve.step, 3), "energy": round(10 ** ((values[at] - top) / 20), 3)}
        for at in sorted(chosen)
    ]


def best_time(analysis: Analysis) -> float:
    """Return the moment that shows the film best: the best still, else the middle of the longest shot."""
    if analysis.stills:
        return max(analysis.stills, key=lambda still: still.score).time
    longest = max(analysis.shots, key=lambda shot: shot.end - shot.start, default=None)
    return round((longest.start + longest.end) / 2, 3) if longest else 0.0


def captions_of(lines: Sequence[View]) -> list[Caption]:
    """Return lines as captions."""
    return [Caption.model_validate(line) for line in lines]
