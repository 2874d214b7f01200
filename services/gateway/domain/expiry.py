"""How long what a render made is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.gateway.domain.job import Job


def expires_at(job: Job, days: float) -> datetime | None:
    """Return when the films of a finished render go, kept for ``days`` (0: for ever); None where none will."""
    if not days or job.kind != "render" or job.status != "completed" or job.ended_at is None:
        return None
    return job.ended_at + timedelta(days=days)


def gone(job: Job, days: float, now: datetime | None = None) -> bool:
    """Tell whether the films of a render count no more; they are deleted within the hour."""
    until = expires_at(job, days)
    return until is not None and until <= (now or datetime.now(UTC))
