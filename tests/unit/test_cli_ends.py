from __future__ import annotations

import pytest

from cutroom.client import ApiError, Disconnected, Job, Unreachable
from cutroom.exits import Exit, end_of, misuse, told
from shared.errors import BadMedia, BadRequest, CapabilityMissing, PermanentError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (misuse("wrong"), Exit.USAGE),
        (ApiError(422, {"code": "timeline_invalid"}), Exit.USAGE),
        (ApiError(404, {}), Exit.USAGE),
        (ApiError(503, {"code": "probe_timeout"}), Exit.UNREACHABLE),
        (Unreachable("http://127.0.0.1:1", "refused"), Exit.UNREACHABLE),
        (Disconnected("http://127.0.0.1:1", "reset"), Exit.UNREACHABLE),
        (BadRequest("no"), Exit.USAGE),
        (BadMedia("no"), Exit.USAGE),
        (CapabilityMissing("no"), Exit.FAILED),
        (PermanentError("no"), Exit.FAILED),
        (PermissionError(13, "Permission denied", "out.mp4"), Exit.USAGE),
    ],
)
def test_every_expected_error_has_its_exit_code(error: Exception, code: Exit) -> None:
    shown = told(error)
    assert shown is not None
    assert shown.exit_code == code
    assert shown.code
    assert shown.message
    assert shown.remedy


def test_an_unexpected_error_is_not_dressed_up() -> None:
    assert told(ZeroDivisionError("x")) is None


def test_wrong_fields_are_named_when_there_are_several() -> None:
    wrong = [{"field": "fps", "message": "Too much."}, {"field": "fit", "message": "Unknown."}]
    shown = told(ApiError(422, {"code": "validation_failed", "detail": "Wrong.", "errors": wrong}))
    assert shown is not None
    assert shown.message.splitlines() == ["Wrong.", "  fps: Too much.", "  fit: Unknown."]


def _job(**more: object) -> Job:
    return Job.model_validate({"id": "j1", "kind": "render", "status": "completed", **more})


def test_a_completed_job_is_no_reason_to_stop() -> None:
    assert end_of(_job()) is None


def test_a_failed_job_says_why_and_what_to_do() -> None:
    error = {"step": "probe", "code": "media_truncated", "message": "It ends early.", "remedy": "Send it again."}
    end = end_of(_job(status="failed", error=error))
    assert end is not None
    assert (end.exit_code, end.code, end.remedy) == (Exit.FAILED, "media_truncated", "Send it again.")
    assert "probe" in end.message


def test_a_cancelled_job_has_its_own_code() -> None:
    end = end_of(_job(status="cancelled"))
    assert end is not None
    assert end.exit_code == Exit.CANCELLED
