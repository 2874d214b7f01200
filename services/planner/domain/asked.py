"""Where an expression of what to keep is true, and the source split by it. No word is cut."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from services.planner.domain.dead import Dead, Life
from services.planner.domain.footage import Footage
from services.planner.domain.spans import Frames, merged, subtracted
from services.planner.domain.text import words
from shared.contracts.expression import Asked, Expression, Name, Not
from shared.contracts.hearing import Curve
from shared.contracts.media import Span

SHORTEST_KEPT = 0.1
SHORTEST_LEFT_OUT = 0.2
"""Seconds below which a span is no span (auto-editor's ``smooth``)."""
DEFAULT_MOTION = 0.02
Times = list[tuple[float, float]]
"""Sorted, disjoint, in seconds."""


def life_asked(footage: Footage, expression: Expression, text: str, margin: float) -> Life:
    """Split the source: what ``expression`` asks for with ``margin`` seconds around it is live, the rest is not asked.

    Cuts that would fall into a word move outwards to its edge. ``text`` is the expression as it was written.
    """
    grid, whole = footage.grid, [(0, footage.grid.frames)]
    pad = grid.count(margin) if margin > 0 else 0
    kept: list[Frames] = []
    for start, end in true_in(footage, expression):
        low, high = grid.nearest(start), grid.nearest(end)
        if grid.length(high - low) >= SHORTEST_KEPT:
            kept.append((max(0, low - pad), min(grid.frames, high + pad)))
    live = _joined(merged(sorted(_at_words(footage, span) for span in kept)), grid.count(SHORTEST_LEFT_OUT))
    dead = [
        Dead(span, "not_asked", round(grid.seconds(span[0]), 3), round(grid.seconds(span[1]), 3), text[:80])
        for span in subtracted(whole, live)
    ]
    return Life(tuple(live), tuple(dead))


def true_in(footage: Footage, expression: Expression) -> Times:
    """Return where ``expression`` is true, in seconds of the picture's extent."""
    low, high = footage.grid.seconds(0), footage.grid.seconds(footage.grid.frames)
    if isinstance(expression, Asked):
        return _clipped(_LEAVES[expression.name](footage, expression.value), low, high)
    if isinstance(expression, Not):
        return subtracted([(low, high)], true_in(footage, expression.of))
    left, right = true_in(footage, expression.left), true_in(footage, expression.right)
    if expression.op == "or":
        return _union([*left, *right])
    both = subtracted(left, subtracted(left, right))
    return both if expression.op == "and" else subtracted(_union([*left, *right]), both)


def _audio(footage: Footage, value: float | str | None) -> Times:
    curve = footage.analysis.energy
    if value is None:
        whole = [(0.0, footage.analysis.media.duration)]
        return subtracted(whole, _silence(footage, None)) if footage.analysis.media.audio else []
    return _over(curve, float(value))


def _motion(footage: Footage, value: float | str | None) -> Times:
    return _over(footage.analysis.motion, DEFAULT_MOTION if value is None else float(value))


def _word(footage: Footage, value: float | str | None) -> Times:
    wanted = words(str(value))
    said = [(w, t) for t in footage.speech.tokens for w in words(t.text)]
    found: Times = []
    for i in range(len(said) - len(wanted) + 1) if wanted else ():
        if [w for w, _ in said[i : i + len(wanted)]] == wanted:
            found.append((said[i][1].start, said[i + len(wanted) - 1][1].end))
    return _union(found)


def _speech(footage: Footage, _: float | str | None) -> Times:
    return _union([*((t.start, t.end) for t in footage.speech.tokens), *_spans(footage.analysis.speech)])


def _silence(footage: Footage, _: float | str | None) -> Times:
    return _union(_spans(footage.analysis.silences))


def _faces(footage: Footage, _: float | str | None) -> Times:
    tracks = [t.boxes for t in footage.analysis.faces if t.boxes]
    return _union([(boxes[0].time, boxes[-1].time) for boxes in tracks])


def _marks(kind: str) -> Callable[[Footage, float | str | None], Times]:
    return lambda footage, _: _union([(m.start, m.end) for m in footage.analysis.marks if m.kind == kind])


_LEAVES: dict[Name, Callable[[Footage, float | str | None], Times]] = {
    "audio": _audio,
    "motion": _motion,
    "word": _word,
    "speech": _speech,
    "silence": _silence,
    "black": lambda f, _: _union(_spans(f.analysis.blacks)),
    "frozen": lambda f, _: _union(_spans(f.analysis.freezes)),
    "filler": _marks("filler"),
    "repeat": _marks("repeat"),
    "faces": _faces,
    "all": lambda f, _: [(0.0, f.analysis.media.duration)],
    "none": lambda f, _: [],
}


def _over(curve: Curve | None, least: float) -> Times:
    """Return where a curve is at least ``least``; each value holds for the step that begins with it."""
    if curve is None:
        return []
    return _union([(i * curve.step, (i + 1) * curve.step) for i, v in enumerate(curve.values) if v >= least])


def _spans(spans: Iterable[Span]) -> Times:
    return [(s.start, s.end) for s in spans]


def _union(times: Times) -> Times:
    result: Times = []
    for start, end in sorted(t for t in times if t[1] > t[0]):
        if result and start <= result[-1][1] + 1e-9:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def _clipped(times: Times, low: float, high: float) -> Times:
    return [(max(a, low), min(b, high)) for a, b in times if min(b, high) > max(a, low)]


def _at_words(footage: Footage, span: Frames) -> Frames:
    """Move both ends outwards to where no word is cut."""
    slots = footage.speech.slots
    low, high = span
    if footage.speech.slot(low) is None:
        before = bisect_right(slots, low, key=lambda s: s[0]) - 1
        low = slots[before][1] if before >= 0 else 0
    if footage.speech.slot(high) is None:
        after = bisect_right(slots, high, key=lambda s: s[0])
        high = slots[after][0] if after < len(slots) else footage.grid.frames
    return low, high


def _joined(spans: Sequence[Frames], gap: int) -> list[Frames]:
    result: list[Frames] = []
    for start, end in spans:
        if result and start - result[-1][1] < gap:
            result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result
