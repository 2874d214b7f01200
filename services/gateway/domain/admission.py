"""Which probed uploads become assets."""

from __future__ import annotations

from services.gateway.domain.job import JobError
from shared.contracts.media import MediaInfo

_REMEDY = "Give a video file in a common format, such as mp4 with H.264 and AAC."

_PICTURE = "Make a project of a film; upload pictures with POST /api/assets and show them as segments or overlays."


def refusal_of(info: MediaInfo) -> JobError | None:
    """Return why the probed medium cannot be edited as a film, or None when it can."""
    if info.kind == "image":
        picture = "The file is a picture, not a film."
        return JobError(step="probe", code="media_unsupported", message=picture, remedy=_PICTURE)
    if info.video is None:
        return _refused("media_no_video", "The file has no video stream.")
    if info.duration <= 0:
        return _refused("media_empty", "The film is 0 seconds long.")
    return None


def _refused(code: str, message: str) -> JobError:
    return JobError(step="probe", code=code, message=message, remedy=_REMEDY)
