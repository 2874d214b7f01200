"""Words from a subtitle file or from a speech model, each in a process of its own."""

from __future__ import annotations

from pathlib import Path

from services.analyzer.tools.child import OnProgress, call
from services.analyzer.tools.requests import CaptionsRequest, SpokenAnswer, WhisperRequest
from services.analyzer.tools.staying import Staying
from shared.process import Limits

_GPU_DRIVER = Path("/proc/driver/nvidia")
_CAPTIONS_LIMITS = Limits(wall_s=60, cpu_s=40, memory_bytes=1024**3)


async def read_captions(path: Path, duration: float, folder: Path, language: str | None = None) -> SpokenAnswer:
    """Return the lines of a subtitle file, or why it is refused. Raises ProcessFailed."""
    request = CaptionsRequest(path=path, folder=folder, duration=duration, language=language)
    return await call("captions_child", request, SpokenAnswer, folder=folder, limits=_CAPTIONS_LIMITS)


def whisper(idle_s: float, memory_bytes: int, device: str) -> Staying:
    """Return the process that keeps a Whisper model loaded for ``idle_s`` seconds behind its last use.

    ``memory_bytes`` bounds it on the CPU; a GPU's driver reserves more addresses than there is memory.
    """
    on_gpu = device == "cuda" or (device == "auto" and _GPU_DRIVER.exists())
    env = {"HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    return Staying("whisper_child", idle_s=idle_s, memory_bytes=None if on_gpu else memory_bytes, env=env)


async def recognize(model: Staying, request: WhisperRequest, on_progress: OnProgress) -> SpokenAnswer:
    """Return what is said in extracted samples. Raises ProcessFailed."""
    wall_s = 900 + 30 * request.duration
    return await model.ask(request, SpokenAnswer, folder=request.folder, wall_s=wall_s, on_progress=on_progress)
