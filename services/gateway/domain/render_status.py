"""A render job as its status route shows it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from services.gateway.domain.expiry import expires_at, gone
from services.gateway.domain.job import Job, JobStatus
from services.gateway.domain.views import Linker, View, moment

STATUS: dict[JobStatus, str] = {
    "queued": "queued",
    "processing": "rendering",
    "completed": "finished",
    "failed": "failed",
    "cancelled": "cancelled",
}
PHASES: tuple[tuple[float, str], ...] = (
    (5.0, "Set-up: the order is checked"),
    (15.0, "Composition: the segments are put together"),
    (70.0, "Export: the film is written"),
    (85.0, "Post-processing: sound, metadata and check"),
)
"""Where each phase begins, in percent, and the line that says so."""

_CURVE = ((0.0, 15.0), (70.0, 65.0), (70.0, 70.0), (90.0, 85.0), (100.0, 100.0))
"""Percent of the render step, against percent of the whole as it is shown."""


def progress_of(job: Job) -> float:
    """Return how far the render is, 0..100, on the scale of the phases; never less than before."""
    if job.status == "completed":
        return 100.0
    step = job.step("render")
    if step is not None and (step.status != "pending" or step.percent > 0):
        return round(_on_curve(step.percent), 1)
    before = [s for s in job.steps if s.name != "render"]
    if job.status == "queued" or job.started_at is None:
        return 0.0
    done = sum(s.percent for s in before) / len(before) if before else 0.0
    return round(5.0 + done / 10, 1)


def status_view(job: Job, logs: Sequence[str], link: Linker, films_days: float = 0.0) -> View:
    """Return the status record; links are signed at each read, null before the render is finished and when it is gone.

    ``films_days``: how long films are kept, 0 for ever.
    """
    there = job.status == "completed" and not gone(job, films_days)
    url = next((link(key) for key in outputs_of(job).values()), None) if there else None
    progress = progress_of(job)
    phases = [line for begins, line in PHASES if progress >= begins]
    shown: View = {
        "id": job.id,
        "status": STATUS[job.status],
        "progress": progress,
        "logs": [*phases, *logs],
        "result": url,
        "output_url": url,
        "outputs": _shown(job, link) if there else [],
        "expires_at": moment(expires_at(job, films_days)),
        "error": job.error.message if job.error else None,
    }
    return {**shown, "error_code": job.error.code, "remedy": job.error.remedy} if job.error else shown


def outputs_of(job: Job) -> dict[str, str]:
    """Return the object key of each finished output by its name."""
    outputs = (job.result or {}).get("outputs")
    found: dict[str, str] = {}
    for output in outputs if isinstance(outputs, list) else []:
        file = output.get("file") if isinstance(output, dict) else None
        if isinstance(output, dict) and isinstance(file, dict):
            found[str(output["name"])] = str(file["key"])
    return found


def _shown(job: Job, link: Linker) -> list[View]:
    """The finished files with fresh links, and what their check found."""
    outputs = (job.result or {}).get("outputs")
    found: list[View] = []
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict) and isinstance(output.get("file"), dict):
            kept = {name: output.get(name) for name in _SHOWN}
            refs = {"url": "file", "poster_url": "poster", "subtitles_url": "subtitles"}
            linked = {name: _linked(output.get(ref), link) for name, ref in refs.items()}
            found.append({**kept, **linked, "hls": _stream(output.get("hls"), link)})
    return found


def _stream(ladder: object, link: Linker) -> View | None:
    """The ladder of a film with a link that players follow."""
    if not isinstance(ladder, dict):
        return None
    return {"url": _linked(ladder.get("master"), link), "size": ladder["size"], "renditions": ladder["renditions"]}


def _linked(ref: object, link: Linker) -> str | None:
    return link(str(ref["key"])) if isinstance(ref, dict) and "key" in ref else None


_SHOWN = (
    "name",
    "width",
    "height",
    "duration",
    "frames",
    "codec",
    "audio_codec",
    "channels",
    "draft",
    "plan",
    "loudness",
    "check",
)


def _on_curve(percent: float) -> float:
    for (x0, y0), (x1, y1) in pairwise(_CURVE):
        if x0 <= percent < x1:
            return y0 + (percent - x0) / (x1 - x0) * (y1 - y0)
    return _CURVE[-1][1]
