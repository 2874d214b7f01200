"""What is written comes back exact to the frame, at every rate."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.planner.domain.cutlist import cut_list
from services.planner.tools.interchange.reading import kind_of, read
from services.planner.tools.interchange.writing import export
from shared.contracts.interchange import ExportFormat, ImportedEdit
from shared.contracts.layout import lay_out
from shared.contracts.timeline import Timeline
from tests.unit.interchange_material import RATES, ZOOM, clip, source, spoken, timeline, timelines

FORMATS: tuple[ExportFormat, ...] = ("otio", "fcpxml", "fcp7xml", "edl", "json")
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def shape(made: Timeline) -> list[tuple[str, int, int, Fraction, int]]:
    """Name of the medium, first frame of it, frames, speed and overlap of each clip."""
    cuts = cut_list(made, "t", "edit")
    return [(c.medium.name, c.medium.frame(c.start), c.frames, c.speed, c.overlap) for c in cuts.cuts]


def read_shape(edit: ImportedEdit) -> list[tuple[str, int, int, Fraction, int]]:
    rate = Fraction(edit.rate)
    return [
        (edit.media[c.media].name, round(Fraction(c.start) * rate), c.frames, Fraction(c.speed), c.overlap)
        for c in edit.clips
    ]


@pytest.mark.parametrize("form", FORMATS)
@given(made=timelines())
@QUICK
def test_a_round_trip_is_exact_to_the_frame(form: ExportFormat, made: Timeline) -> None:
    text, _ = export(made, form, title="Round & <trip>")
    back = read(text.encode(), Fraction(made.rate))
    assert back.format == form == kind_of(text.encode())
    assert back.rate == made.rate
    assert read_shape(back) == shape(made)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("form", FORMATS)
def test_every_rate_keeps_long_positions(form: ExportFormat, rate: str) -> None:
    film = source("film.mp4", rate, first=0.04)
    made = timeline(
        rate, {"a": film},
        clip(film, "a", 37_123, 1801, number=1), clip(film, "a", 1, 17_983, number=2), clip(film, "a", 9, 1, number=3),
    )  # fmt: skip
    text, losses = export(made, form)
    assert read_shape(read(text.encode())) == shape(made)
    assert [loss.code for loss in losses if loss.code != "private_metadata"] == []


@pytest.mark.parametrize("rate", RATES)
def test_an_independent_reader_agrees_with_the_edl(rate: str) -> None:
    film = source("film.mp4", rate)
    made = timeline(rate, {"a": film}, clip(film, "a", 1798, 1801), clip(film, "a", 5, 2000, number=2))
    text, _ = export(made, "edl")
    found = otio.adapters.read_from_string(text, "cmx_3600", rate=float(Fraction(rate)), ignore_timecode_mismatch=False)
    clips = [c for c in found.tracks[0] if isinstance(c, otio.schema.Clip)]
    assert [(c.source_range.start_time.to_frames(), c.source_range.duration.to_frames()) for c in clips] == [
        (1798, 1801), (5, 2000),
    ]  # fmt: skip


@pytest.mark.parametrize("rate", RATES)
def test_an_independent_reader_agrees_with_the_fcp7_xml(rate: str) -> None:
    film = source("film.mp4", rate)
    made = timeline(rate, {"a": film}, clip(film, "a", 1798, 1801), clip(film, "a", 5, 2000, number=2))
    found = otio.adapters.read_from_string(export(made, "fcp7xml")[0], "fcp_xml")
    clips = list(found.video_tracks()[0])
    assert [(c.source_range.start_time.value, c.source_range.duration.value) for c in clips] == [
        (1798, 1801),
        (5, 2000),
    ]
    assert len(found.audio_tracks()) == 2


def test_otio_and_json_keep_what_is_ours() -> None:
    film = source("film.mp4", "25/1")
    made = timeline("25/1", {"a": film}, clip(film, "a", 50, 100, effects=(ZOOM,), captions=(spoken(2.5),)))
    for form in ("otio", "json"):
        text, _ = export(made, form)  # type: ignore[arg-type]
        found = read(text.encode()).clips[0]
        assert (found.effects, found.captions) == ((ZOOM,), (spoken(2.5),))


def test_a_clip_that_was_moved_in_another_program_is_believed_over_our_metadata() -> None:
    film = source("film.mp4", "25/1")
    made = timeline("25/1", {"a": film}, clip(film, "a", 50, 100))
    moved = otio.adapters.read_from_string(export(made, "otio")[0], "otio_json")
    there = moved.tracks[0][0]
    there.source_range = otio.opentime.TimeRange(otio.opentime.RationalTime(60, 25), there.source_range.duration)
    found = read(otio.adapters.write_to_string(moved, "otio_json").encode())
    assert read_shape(found)[0][1] == 60


def test_a_dissolve_centred_by_another_program_is_read_with_both_handles() -> None:
    film = source("film.mp4", "25/1")
    made = timeline("25/1", {"a": film}, clip(film, "a", 100, 50), clip(film, "a", 500, 50, number=2, overlap=10))
    moved = otio.adapters.read_from_string(export(made, "otio")[0], "otio_json")
    first, dissolve, second = list(moved.tracks[0])
    time, span = otio.opentime.RationalTime, otio.opentime.TimeRange
    first.source_range = span(first.source_range.start_time, time(45, 25))
    second.source_range = span(time(505, 25), time(45, 25))
    dissolve.in_offset, dissolve.out_offset = time(5, 25), time(5, 25)
    found = read(otio.adapters.write_to_string(moved, "otio_json").encode())
    assert read_shape(found) == shape(made)


@pytest.mark.parametrize("form", FORMATS)
@given(made=timelines(), data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_film_of_another_rate_keeps_its_frames_and_places(
    form: ExportFormat, made: Timeline, data: st.DataObject
) -> None:
    rate = data.draw(st.sampled_from([r for r in RATES if r != made.rate]))
    placed = lay_out((c.model_copy(update={"transition_in": None}) for c in made.video), rate)
    other = made.model_copy(update={"rate": rate, "video": placed})
    text, losses = export(other, form)
    back = read(text.encode(), Fraction(rate))
    assert [c.frames for c in back.clips] == [c.frames for c in placed]
    slack = Fraction(1, 2) / min(Fraction(rate), Fraction(made.rate)) + Fraction(1, 10**6)
    for found, shown in zip(back.clips, placed, strict=True):
        assert abs(Fraction(found.start) - shown.source_start) <= slack * max(Fraction(shown.speed), 1)
    assert form != "edl" or {"source_rate"} <= {loss.code for loss in losses}
