"""``ProbeMedia``: is it a film, or what else that was asked for, and what does it look like?"""

from __future__ import annotations

from pathlib import Path

from services.analyzer.domain.judge import judge
from services.analyzer.handlers.deps import Deps, content_hash, put_picture, subfolder
from services.analyzer.handlers.holding import Seen, hold
from services.analyzer.tools.probe import probe
from shared.contracts.commands import ProbeMedia
from shared.contracts.events import MediaProbed
from shared.step import Step


async def probe_media(command: ProbeMedia, step: Step, deps: Deps) -> None:
    """Answer with the file's facts and a picture. Raises BadMedia, each kind with its own code and remedy."""
    sha256 = await content_hash(deps.blobs, command.media)
    async with deps.blobs.local(command.media) as path:
        info, still = await _look(command, path, sha256, subfolder(step.scratch, "probe"), deps)
    thumbnail = await put_picture(deps.blobs, sha256, "probe", still)
    async with step.finish() as done:
        await done.emit(MediaProbed(asset_id=command.asset_id, info=info, thumbnail=thumbnail))


async def _look(command: ProbeMedia, path: Path, sha256: str, folder: Path, deps: Deps) -> Seen:
    if held := await hold(path, sha256, folder, deps, kinds=command.kinds):
        return held
    facts, still = await probe(path, folder, deps.bounds)
    return judge(facts, deps.bounds, sound_alone="audio" in command.kinds), still
