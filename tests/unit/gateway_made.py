"""Sources, plans and jobs made by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from services.gateway.domain.job import Job, JobInput, JobSource
from shared.contracts.blob import BlobRef
from shared.contracts.hearing import Beats
from shared.contracts.layout import lay_out
from shared.contracts.media import Analysis, MediaInfo, VideoStream
from shared.contracts.plan import EditPlan
from shared.contracts.speech import Caption, Transcript, Word
from shared.contracts.timeline import Clip, Source, Timeline

RATE = "30/1"
BASE = "1/30"
AT = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def blob(key: str) -> BlobRef:
    """A reference to nothing."""
    return BlobRef(key=key, sha256="", size=1, content_type="application/octet-stream")


def info(duration: float = 10.0) -> MediaInfo:
    """A film of 320x180 at 30 frames a second."""
    video = VideoStream(
        index=0, codec="h264", width=320, height=180, coded_width=320, coded_height=180,
        frame_rate=RATE, time_base=BASE, duration=duration,
    )  # fmt: skip
    return MediaInfo(kind="video", container="mp4", duration=duration, size=1, video=video)


def clip(start: float, end: float, source: str = "a", **members: object) -> Clip:
    """A clip of ``source`` between two times in seconds."""
    whole: dict[str, object] = {
        "id": f"{source}-{start}", "name": f"at {start}", "source": source, "start": round(start * 30),
        "end": round(end * 30), "time_base": BASE, "frames": 1,
    }  # fmt: skip
    return Clip.model_validate(whole | members)


def plan(*clips: Clip, **members: object) -> EditPlan:
    """A plan of these clips."""
    sources = {c.source: Source(blob=blob(f"ingest/{c.source}/f.mp4"), media=info()) for c in clips}
    timeline = Timeline(rate=RATE, sources=sources, video=lay_out(clips, RATE))
    return EditPlan.model_validate({"planner": "rules", "template_name": "calm", "timeline": timeline} | members)


def analysis() -> Analysis:
    """Two spoken lines, the second of which runs over the end, and three beats, one of them beyond it."""
    lines = (
        Caption(text="one two", start=1.0, end=2.0, words=(Word(text="one", start=1.0, end=1.4),)),
        Caption(text="late", start=9.5, end=10.7, words=(Word(text="late", start=9.5, end=10.7),)),
        Caption(text="too late", start=10.5, end=11.0),
    )
    transcript = Transcript(status="completed", source="model", captions=lines)
    beats = Beats(times=(0.5, 1.5, 10.2), tempo=60.0, confidence=0.9)
    return Analysis(sha256="", media=info(), transcript=transcript, beats=beats)


def job(kind: str, **members: object) -> Job:
    """A job of that kind on the asset ``a``."""
    source = JobSource(asset_id="a", media=blob("ingest/a/f.mp4"))
    whole: dict[str, object] = {
        "id": "j", "account": "local", "kind": kind, "input": JobInput(sources=(source,)), "created_at": AT,
    }  # fmt: skip
    return Job.model_validate(whole | members)
