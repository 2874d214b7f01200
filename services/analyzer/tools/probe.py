"""Look into a file without trusting it."""

from __future__ import annotations

from pathlib import Path

from services.analyzer.domain import bad
from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.judge import Bounds
from services.analyzer.tools.child import call, too_much
from services.analyzer.tools.requests import ProbeAnswer, ProbeRequest
from shared.process import Limits, ProcessFailed

STILL_NAME = "still.jpg"
_MEMORY = 3 * 1024**3
_LIMITS = Limits(wall_s=300, cpu_s=240, memory_bytes=_MEMORY, file_bytes=64 * 1024**2)


async def probe(path: Path, folder: Path, bounds: Bounds, *, still: bool = True) -> tuple[FileFacts, Path | None]:
    """Return the facts of a file and a JPEG of one good frame, which lies in ``folder``.

    Raises BadMedia for a file that overwhelms its reader; what else is wrong with it is among the facts.
    """
    request = ProbeRequest(
        path=path,
        folder=folder,
        still=STILL_NAME if still else "",
        max_pixels=bounds.max_pixels,
        max_seconds=bounds.max_seconds,
    )
    try:
        found = await call("probe_child", request, ProbeAnswer, folder=folder, limits=_LIMITS)
    except ProcessFailed as failed:
        if (why := too_much(failed)) is None:
            raise
        raise bad.too_complex("a media file", why) from failed
    return found.facts, folder / STILL_NAME if found.still else None
