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
_SLOWEST, _SLOW = 20_000_000, 100_000_000
"""Bytes a second at which a file can be read at least, and parsed."""


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
        found = await call("probe_child", request, ProbeAnswer, folder=folder, limits=_limits(path.stat().st_size))
    except ProcessFailed as failed:
        if (why := too_much(failed)) is None:
            raise
        raise bad.too_complex("a media file", why) from failed
    return found.facts, folder / STILL_NAME if found.still else None


def _limits(size: int) -> Limits:
    """Every packet is read: the time that a file may take grows with its ``size`` in bytes."""
    return Limits(
        wall_s=300 + size / _SLOWEST, cpu_s=240 + size // _SLOW, memory_bytes=_MEMORY, file_bytes=64 * 1024**2
    )
