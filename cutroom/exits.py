"""How a command ends: exit codes, and what is said of an error.

0 done · 1 the job failed, or something needed is missing · 2 wrong use or bad input · 3 no studio answers ·
4 the job was cancelled · 130 interrupted, 143 terminated.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from cutroom.client import ApiError, ClientError, Job
from shared.errors import BadMedia, BadRequest, CutroomError


class Exit(IntEnum):
    """The exit codes."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    CANCELLED = 4
    INTERRUPTED = 130
    TERMINATED = 143


class Stopped(Exception):
    """A command ends early, with this exit code; ``code`` is the stable name of the reason."""

    def __init__(self, exit_code: Exit, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.exit_code, self.code, self.message, self.remedy = exit_code, code, message, remedy


@dataclass(frozen=True, slots=True)
class Told:
    """An error as it is shown."""

    exit_code: Exit
    code: str
    message: str
    remedy: str


def misuse(message: str, remedy: str = "", code: str = "usage") -> Stopped:
    """Return the end of a command that was called wrongly."""
    return Stopped(Exit.USAGE, code, message, remedy or "See `cutroom --help`.")


def end_of(job: Job) -> Stopped | None:
    """Return how a command ends whose job has ended; None when it completed."""
    if job.status == "cancelled":
        return Stopped(Exit.CANCELLED, "job_cancelled", f"The job {job.id} was cancelled.")
    if job.error is not None:
        where = f" in the step {job.error.step}" if job.error.step else ""
        message = f"The job {job.id} failed{where}: {job.error.message}"
        return Stopped(Exit.FAILED, job.error.code, message, job.error.remedy)
    if job.status == "failed":
        return Stopped(Exit.FAILED, "job_failed", f"The job {job.id} failed.")
    return None


def innermost(error: Exception) -> Exception:
    """Return what failed where nothing else did beside it."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def told(error: Exception) -> Told | None:
    """Return what to show of an expected error and how to end; None for an unexpected one."""
    if isinstance(error, Stopped):
        return Told(error.exit_code, error.code, error.message, error.remedy)
    if isinstance(error, ApiError):
        ours = Exit.USAGE if error.status < 500 else Exit.UNREACHABLE
        return Told(ours, error.code, _with_fields(error), error.remedy)
    if isinstance(error, ClientError):
        return Told(Exit.UNREACHABLE, error.code, error.message, error.remedy)
    if isinstance(error, CutroomError):
        bad_input = isinstance(error, BadRequest | BadMedia)
        return Told(Exit.USAGE if bad_input else Exit.FAILED, error.code, error.message, error.remedy)
    if isinstance(error, OSError):
        return Told(Exit.USAGE, "file_error", _os_text(error), "Check the path, its permissions and the free space.")
    return None


def _with_fields(error: ApiError) -> str:
    """Return the message with the fields it is about, where they say more."""
    wrong = error.problem.get("errors")
    fields = [item for item in wrong if isinstance(item, dict)] if isinstance(wrong, list) else []
    lines = [f"  {item.get('field')}: {item.get('message')}" for item in fields]
    return "\n".join([error.message, *lines]) if len(lines) > 1 else error.message


def _os_text(error: OSError) -> str:
    name = f"{error.filename}: " if error.filename else ""
    return f"{name}{error.strerror or error}"
