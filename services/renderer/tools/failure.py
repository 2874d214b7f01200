"""What it means when ffmpeg fails: would another try help?"""

from __future__ import annotations

from shared.errors import CutroomError, PermanentError, TransientError
from shared.process import ProcessFailed

_SHORTAGES = ("No space left on device", "Cannot allocate memory", "Resource temporarily unavailable", "out of memory")


def meaning(error: BaseException) -> BaseException:
    """Return the first error inside a group, and a program's failure as permanent or transient."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return _of_program(error) if isinstance(error, ProcessFailed) else error


def of_drawing(error: BaseException) -> bool:
    """Tell whether a program failed, or wrote what was not drawn: with another encoder it might not."""
    if isinstance(error, BaseExceptionGroup):
        return any(of_drawing(one) for one in error.exceptions)
    if isinstance(error, ProcessFailed):
        return error.reason == "exit"
    return isinstance(error, TransientError) and error.code == "chunk_damaged"


def _of_program(failed: ProcessFailed) -> CutroomError:
    details: dict[str, object] = {**failed.details, "stderr": failed.stderr_tail[-1000:]}
    if failed.reason == "signal" or any(shortage in failed.stderr_tail for shortage in _SHORTAGES):
        remedy = "Give the renderer more memory and room on its disk, or render smaller."
        return TransientError(
            "The render ran out of memory or disk.", code="render_short", remedy=remedy, details=details
        )
    if failed.reason.endswith("_limit"):
        remedy = "Render a shorter edit, or raise CUTROOM_RENDERER_WALL_S."
        return PermanentError("The render took too long.", code="render_limit", remedy=remedy, details=details)
    remedy = "One of the sources may be damaged: look at the details, and convert or replace that source."
    return PermanentError("ffmpeg could not render the timeline.", code="render_failed", remedy=remedy, details=details)
