"""``ProbeMedia``: is it a film, and what does it look like?"""

from __future__ import annotations

from services.analyzer.domain.judge import judge
from services.analyzer.handlers.deps import Deps, content_hash, put_picture, subfolder
from services.analyzer.tools.probe import probe
from shared.contracts.commands import ProbeMedia
from shared.contracts.events import MediaProbed
from shared.step import Step


async def probe_media(command: ProbeMedia, step: Step, deps: Deps) -> None:
    """Answer with the file's facts and a picture. Raises BadMedia, each kind with its own code and remedy."""
    async with deps.blobs.local(command.media) as path:
        facts, still = await probe(path, subfolder(step.scratch, "probe"), deps.bounds)
        info = judge(facts, deps.bounds, sound_alone=False)
    sha256 = await content_hash(deps.blobs, command.media)
    thumbnail = await put_picture(deps.blobs, sha256, "probe", still)
    async with step.finish() as done:
        await done.emit(MediaProbed(asset_id=command.asset_id, info=info, thumbnail=thumbnail))
