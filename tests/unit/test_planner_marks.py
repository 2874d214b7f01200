"""Hesitation and dropped takes go, and nothing else that is said."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.planner.domain.dead import marked
from services.planner.domain.footage import footage_of
from shared.contracts.speech import Caption, Mark, Transcript, Word
from tests.unit.planner_material import Material, edit, kept, material


def marked_film(
    *said: tuple[str, float, float], marks: tuple[tuple[str, float, float], ...], length: float = 12.0
) -> Material:
    """A film of single words ``(text, start, end)`` in one caption, with its marks."""
    found = tuple(Word(text=t, start=a, end=b) for t, a, b in said)
    line = Caption(text=" ".join(w.text for w in found), start=found[0].start, end=found[-1].end, words=found)
    made = material(duration=length, transcript=Transcript(status="completed", source="captions", captions=(line,)))
    told = tuple(Mark.model_validate({"kind": k, "start": a, "end": b, "detail": k}) for k, a, b in marks)
    return Material(made.asset_id, made.media, made.analysis.model_copy(update={"marks": told}))


def test_a_filler_goes_with_the_pause_around_it_but_for_the_margins() -> None:
    film = marked_film(("we", 1.0, 1.2), ("um", 2.0, 2.4), ("sail", 3.2, 3.6), marks=(("filler", 2.0, 2.4),))
    made = edit(film)
    assert kept(made) == [(0.0, 1.4), (3.0, 12.0)]
    assert [(d.reason, d.start, d.end) for d in made.dropped] == [("filler", 1.4, 3.0)]
    assert made.timeline.video[1].evidence[1].detail == "hesitation 'filler' 2.000-2.400 s"
    assert [c.text for clip in made.timeline.video for c in clip.captions] == ["we", "sail"]


def test_a_filler_without_a_pause_is_cut_at_its_edges() -> None:
    film = marked_film(("so", 1.0, 1.4), ("um", 1.4, 1.8), ("sail", 1.8, 2.4), marks=(("filler", 1.4, 1.8),))
    assert kept(edit(film)) == [(0.0, 1.4), (1.8, 12.0)]


def test_a_dropped_take_goes_and_the_better_one_stays() -> None:
    film = marked_film(
        ("the", 1.0, 1.2), ("ship", 1.3, 1.6), ("the", 2.6, 2.8), ("ship", 2.9, 3.2), ("sails", 3.3, 3.8),
        marks=(("repeat", 1.0, 1.6),),
    )  # fmt: skip
    said = [c.text for clip in edit(film).timeline.video for c in clip.captions]
    assert said == ["the ship sails"]


def test_a_mark_inside_a_word_or_a_line_is_passed_over() -> None:
    film = marked_film(
        ("extraordinary", 1.0, 2.0), ("sail", 2.2, 2.6), marks=(("filler", 1.2, 1.6), ("long_pause", 2.0, 2.2))
    )
    assert kept(edit(film)) == [(0.0, 12.0)]
    line = Caption(text="um so we sail", start=1.0, end=3.0)
    untimed = material(duration=5.0, transcript=Transcript(status="completed", source="captions", captions=(line,)))
    told = untimed.analysis.model_copy(update={"marks": (Mark(kind="filler", start=1.0, end=1.4),)})
    assert kept(edit(Material(untimed.asset_id, untimed.media, told))) == [(0.0, 5.0)]


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_only_marked_words_are_ever_lost(data: st.DataObject) -> None:
    at, said = 0.5, []
    for n in range(data.draw(st.integers(2, 14))):
        at += data.draw(st.sampled_from([0.0, 0.02, 0.1, 0.5, 1.2]))
        length = data.draw(st.sampled_from([0.12, 0.3, 0.71]))
        said.append((f"w{n}", round(at, 3), round(at + length, 3)))
        at = round(at + length, 3)
    vain = [w for w in said if data.draw(st.integers(0, 3)) == 0]
    film = marked_film(*said, marks=tuple(("filler", a, b) for _, a, b in vain), length=20.0)
    footage = footage_of(film)
    assert footage is not None
    spans = [d.frames for d in marked(footage, data.draw(st.sampled_from([0.0, 0.1, 0.35])))]
    half = footage.grid.length(1) / 2 + 0.0005
    for text, start, end in said:
        for low, high in spans:
            a, b = footage.grid.seconds(low), footage.grid.seconds(high)
            if (text, start, end) not in vain:
                assert b <= start + half or a >= end - half
    assert all(a[1] <= b[1] for a, b in pairwise(sorted(spans)))


@pytest.mark.parametrize("template", ["none", "calm", "energetic", "tutorial", "talking_head"])
def test_every_style_leaves_hesitation_out(template: str) -> None:
    film = marked_film(("we", 1.0, 1.2), ("um", 2.0, 2.4), ("sail", 3.2, 3.6), marks=(("filler", 2.0, 2.4),))
    made = edit(film, template_name=template)
    assert "um" not in " ".join(c.text for clip in made.timeline.video for c in clip.captions)
