"""Building envelopes: orders for a job, and facts that answer an order."""

from __future__ import annotations

from shared.contracts.commands import Command
from shared.contracts.envelope import Envelope, kind_of
from shared.contracts.events import Event
from shared.contracts.ids import derived_id
from shared.telemetry import child_traceparent


def order(
    service: str, job_id: str, command: Command, *, message_id: str, tenant: str, priority: int = 0,
    traceparent: str | None = None, cause: str | None = None,
) -> Envelope:  # fmt: skip
    """Return the envelope of a command. ``message_id`` is derived from the cause: a repeat is the same message."""
    return Envelope(
        id=message_id,
        source=f"/services/{service}",
        type=kind_of(command),
        subject=job_id,
        tenant=tenant,
        priority=priority,
        causationid=cause,
        traceparent=child_traceparent(traceparent),
        data=command.model_dump(mode="json"),
    )


def answer(service: str, cause: Envelope, fact: Event) -> Envelope:
    """Return the envelope of a fact about the command ``cause``: same job, tenant, priority and trace."""
    return Envelope(
        id=derived_id(cause.id, type(fact).__name__),
        source=f"/services/{service}",
        type=kind_of(fact),
        subject=cause.subject,
        tenant=cause.tenant,
        priority=cause.priority,
        commandid=cause.id,
        causationid=cause.id,
        traceparent=child_traceparent(cause.traceparent),
        data=fact.model_dump(mode="json"),
    )
