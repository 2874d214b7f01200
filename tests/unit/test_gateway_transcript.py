"""The captions of a span are those that touch it, in their order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.timeline.data import CaptionData
from services.gateway.domain.timeline.transcript import Transcript

TIMES = st.floats(0, 20).map(lambda t: round(t, 2))
SPANS = st.tuples(TIMES, TIMES).map(sorted).filter(lambda span: span[0] < span[1])


@given(st.lists(SPANS, max_size=30), SPANS)
def test_what_touches_a_span_is_found_as_written(captions: list[list[float]], span: list[float]) -> None:
    lines = [CaptionData(text=str(i), start=start, end=end) for i, (start, end) in enumerate(captions)]
    found = Transcript(lines).between(*span)
    touching = [line for line in lines if line.end > span[0] and line.start < span[1]]
    assert [line for line in found if line.start < span[1]] == touching
    assert all(line.end > span[0] and line.start <= span[1] for line in found)
