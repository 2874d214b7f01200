"""What is told of a step that did not succeed."""

from __future__ import annotations

from shared.contracts.events import StepFailed
from shared.errors import CutroomError
from shared.inbox import Claim


def failure(claimed: Claim, error: Exception) -> StepFailed:
    """Return the fact for ``error``; what is not one of ours is told as ``internal_error``, without its text."""
    if isinstance(error, CutroomError):
        return StepFailed(
            code=error.code,
            message=error.message,
            remedy=error.remedy,
            attempts=claimed.attempts,
            details=error.details,
        )
    return StepFailed(
        code="internal_error",
        message="Something went wrong inside the service.",
        remedy=f"Look for job {claimed.envelope.subject} in the service's log.",
        attempts=claimed.attempts,
    )


def exhausted(claimed: Claim) -> StepFailed:
    """Return the fact for a row whose workers all fell silent."""
    return StepFailed(
        code="worker_crashed",
        message=f"The work ended {claimed.attempts} workers before it was done.",
        remedy="The medium may be damaged; try it with another file, and look at the service's memory limit.",
        attempts=claimed.attempts,
    )
