"""The files of finished films, and films that were finished when nobody wanted them any more."""

from __future__ import annotations

from services.gateway.domain.job import Job
from shared.contracts.blob import BlobRef
from shared.contracts.events import Event, TimelineRendered
from shared.contracts.outputs import Rendered


def unwanted(job: Job, command: str | None, fact: Event) -> list[str]:
    """Return the keys of the files that ``fact`` names (a ladder: its listing), unless a step of ``job`` needs them.

    ``job`` is what it is after the fact: a film may come when the job was cancelled, or its consent withdrawn.
    """
    if not isinstance(fact, TimelineRendered):
        return []
    if any(step.command_id == command and step.status == "completed" for step in job.steps):
        return []
    return files_of(fact)


def files_of(fact: TimelineRendered) -> list[str]:
    """Return the keys of all files that a render made; a ladder is named by its listing."""
    return [ref.key for output in fact.outputs for ref in _files(output) if ref is not None]


def _files(output: Rendered) -> tuple[BlobRef | None, ...]:
    sheet = output.sprites.image if output.sprites else None
    return (output.file, output.poster, output.subtitles, sheet, output.hls.listing if output.hls else None)
