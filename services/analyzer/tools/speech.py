"""Words from a subtitle file or from a speech model, each in a process of its own."""

from __future__ import annotations

from pathlib import Path

from services.analyzer.tools.child import OnProgress, call
from services.analyzer.tools.requests import CaptionsRequest, SpokenAnswer, WhisperRequest
from shared.process import Limits

_CAPTIONS_LIMITS = Limits(wall_s=60, cpu_s=40, memory_bytes=1024**3)


async def read_captions(path: Path, duration: float, folder: Path, language: str | None = None) -> SpokenAnswer:
    """Return the lines of a subtitle file, or why it is refused. Raises ProcessFailed."""
    request = CaptionsRequest(path=path, folder=folder, duration=duration, language=language)
    return await call("captions_child", request, SpokenAnswer, folder=folder, limits=_CAPTIONS_LIMITS)


async def recognize(request: WhisperRequest, memory_bytes: int, on_progress: OnProgress) -> SpokenAnswer:
    """Return what is said in extracted samples. Raises ProcessFailed."""
    limits = Limits(wall_s=900 + 30 * request.duration, memory_bytes=memory_bytes)
    return await call(
        "whisper_child",
        request,
        SpokenAnswer,
        folder=request.folder,
        limits=limits,
        env={"HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE"},
        on_progress=on_progress,
    )
