"""A render job as its status route shows it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.domain.job import Job, JobError, Step
from services.gateway.domain.refusal import Refusal
from services.gateway.domain.render_order import RenderOrder, options_of, outputs_wanted
from services.gateway.domain.render_status import outputs_of, progress_of, status_view
from tests.unit.gateway_made import AT, job

FILE = {"key": "final/j/video_9_16.mp4", "sha256": "", "size": 1, "content_type": "video/mp4"}
RESULT = {"outputs": [{"name": "video_9_16", "file": FILE}], "check": {"passed": True, "findings": []}}


def at(percent: float, *, status: str = "processing", before: float = 100.0) -> Job:
    steps = (
        Step(name="plan", status="completed" if before == 100 else "processing", percent=before),
        Step(name="render", status="processing" if percent else "pending", percent=percent),
    )
    return job("render", status=status, steps=steps, started_at=AT)


def link(key: str) -> str:
    return f"/media/{key}?exp=1&sig=x"


@settings(max_examples=40)
@given(st.lists(st.floats(0, 100), min_size=2, max_size=6))
def test_progress_follows_the_phases_and_never_goes_back(percents: list[float]) -> None:
    shown = [progress_of(at(0, before=p)) for p in sorted(percents)] + [
        progress_of(at(p)) for p in sorted(percents) if p
    ]
    assert shown == sorted(shown)
    assert all(5.0 <= p <= 100.0 for p in shown)


def test_phases_leave_a_line_each() -> None:
    assert progress_of(job("render")) == 0.0
    assert [progress_of(at(p)) for p in (0.001, 35, 69.9, 70, 90, 99.9)] == [15.0, 40.0, 64.9, 70.0, 85.0, 99.9]
    lines = status_view(at(75), ["a line"], link)["logs"]
    assert isinstance(lines, list)
    assert [line.split(":")[0] for line in lines] == ["Set-up", "Composition", "Export", "a line"]


def test_a_finished_render_has_its_link() -> None:
    shown = status_view(job("render", status="completed", result=RESULT), [], link)
    assert shown["status"] == "finished"
    assert shown["progress"] == 100.0
    assert shown["result"] == shown["output_url"] == "/media/final/j/video_9_16.mp4?exp=1&sig=x"
    assert shown["error"] is None
    assert "error_code" not in shown


def test_before_the_end_there_is_no_link() -> None:
    for status in ("queued", "processing", "failed", "cancelled"):
        assert status_view(job("render", status=status, result=RESULT), [], link)["result"] is None


def test_an_error_is_a_sentence_with_its_code() -> None:
    error = JobError(step="render", code="consent_required", message="Nobody agreed.", remedy="Ask.")
    shown = status_view(job("render", status="failed", error=error), [], link)
    assert (shown["status"], shown["error"], shown["error_code"]) == ("failed", "Nobody agreed.", "consent_required")


def test_outputs_are_found_by_name() -> None:
    assert outputs_of(job("render", result=RESULT)) == {"video_9_16": "final/j/video_9_16.mp4"}
    assert outputs_of(job("render", result={"outputs": None})) == {}
    assert outputs_of(job("render")) == {}


def test_an_empty_order_is_an_upright_film_at_30_frames() -> None:
    order = RenderOrder()
    (output,) = outputs_wanted(order)
    assert (output.width, output.height, output.fit, order.fps) == (1080, 1920, "auto", 30)
    (draft,) = outputs_wanted(RenderOrder(draft=True, aspect_ratio="16:9"))
    assert (draft.name, draft.width, draft.height, draft.fit, draft.draft) == ("video_16_9", 854, 480, "auto", True)
    assert (draft.codec, draft.audio_codec, draft.quality, draft.poster) == ("h264", "auto", "standard", False)


def test_several_files_differ_from_the_order_where_they_say_so() -> None:
    order = RenderOrder.model_validate(
        {
            "aspect_ratio": "16:9", "quality": "high",
            "outputs": [
                {}, {"aspect_ratio": "1:1", "poster": True}, {"codec": "vp9", "quality": "low"}, {"codec": "none"},
                {"draft": True},
            ],
        }
    )  # fmt: skip
    wanted = outputs_wanted(order)
    assert [(o.name, o.codec, o.quality, o.poster) for o in wanted] == [
        ("video_16_9", "h264", "high", False), ("video_1_1", "h264", "high", True),
        ("video_16_9_vp9", "vp9", "low", False), ("sound", "none", "high", False),
        ("video_16_9_2", "h264", "high", False),
    ]  # fmt: skip
    with pytest.raises(Refusal) as refused:
        outputs_wanted(RenderOrder.model_validate({"outputs": [{"codec": "vp9", "audio_codec": "aac"}]}))
    assert refused.value.code == "output_codec" and "outputs[0].audio_codec" in str(vars(refused.value))


def test_the_watermark_is_the_servers_text() -> None:
    def drawn(watermark: bool | None, text: str) -> str:
        return options_of(RenderOrder(watermark=watermark), title="t", job_id="j", watermark=text).watermark

    assert [drawn(None, ""), drawn(None, "Me"), drawn(False, "Me"), drawn(True, "Me")] == ["", "Me", "", "Me"]
    assert drawn(True, "") != ""
