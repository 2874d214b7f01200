"""What a fact about a job means for the assets, projects and timelines that the job is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from services.gateway.domain.exchange import Imported
from services.gateway.domain.job import Job, JobError
from shared.contracts.blob import BlobRef
from shared.contracts.events import Event
from shared.contracts.media import Analysis
from shared.contracts.plan import EditPlan
from shared.contracts.value import Value

EffectName = Literal[
    "probed", "analyzed", "grabbed", "planned", "exported", "imported", "rendered", "interpreted",
    "failed", "cancelled", "retried",
]  # fmt: skip


class Prepared(Value):
    """Documents that a fact points to, read before the transaction begins.

    ``timeline`` is the document for the renderer when the job renders what it has just planned. ``refused`` says why
    the step's answer, good in itself, ends the job. ``imported`` is a timeline of another editor on media of ours.
    """

    plan: EditPlan | None = None
    analysis: Analysis | None = None
    timeline: BlobRef | None = None
    imported: Imported | None = None
    refused: JobError | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing to do to the gateway's own rows. ``job`` is as it is then; ``fact`` is null for a person's order."""

    name: EffectName
    job: Job
    fact: Event | None = None
    prepared: Prepared = field(default_factory=Prepared)
