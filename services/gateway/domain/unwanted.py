"""Films that were finished when nobody wanted them any more."""

from __future__ import annotations

from services.gateway.domain.job import Job
from shared.contracts.events import Event, TimelineRendered


def unwanted(job: Job, command: str | None, fact: Event) -> list[str]:
    """Return the keys of the files that ``fact`` names, unless a step of ``job`` was completed by it.

    ``job`` is what it is after the fact: a film may come when the job was cancelled, or its consent withdrawn.
    """
    if not isinstance(fact, TimelineRendered):
        return []
    if any(step.command_id == command and step.status == "completed" for step in job.steps):
        return []
    beside = ((out.file, out.poster, out.subtitles, out.sprites.image if out.sprites else None) for out in fact.outputs)
    return [ref.key for refs in beside for ref in refs if ref is not None]
