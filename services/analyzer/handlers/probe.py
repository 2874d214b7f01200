"""``ProbeMedia``: is it a film, or what else that was asked for, and what does it look like?"""

from __future__ import annotations

import json
from pathlib import Path

from services.analyzer.domain.documents import document_info, refuse
from services.analyzer.domain.images import image_info, picture_format
from services.analyzer.domain.judge import judge
from services.analyzer.domain.sniff import HEAD_BYTES
from services.analyzer.handlers.deps import Deps, content_hash, put_picture, subfolder
from services.analyzer.tools.holdings import look_at_document, look_at_image
from services.analyzer.tools.probe import probe
from shared.contracts.commands import ProbeMedia
from shared.contracts.events import MediaProbed
from shared.contracts.media import MediaInfo
from shared.step import Step

Seen = tuple[MediaInfo, Path | None]
_PDF = b"%PDF-"


async def probe_media(command: ProbeMedia, step: Step, deps: Deps) -> None:
    """Answer with the file's facts and a picture. Raises BadMedia, each kind with its own code and remedy."""
    sha256 = await content_hash(deps.blobs, command.media)
    async with deps.blobs.local(command.media) as path:
        info, still = await _look(command, path, sha256, subfolder(step.scratch, "probe"), deps)
    thumbnail = await put_picture(deps.blobs, sha256, "probe", still)
    async with step.finish() as done:
        await done.emit(MediaProbed(asset_id=command.asset_id, info=info, thumbnail=thumbnail))


async def _look(command: ProbeMedia, path: Path, sha256: str, folder: Path, deps: Deps) -> Seen:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    picture = picture_format(head)
    if picture and "image" in command.kinds:
        found, still = await look_at_image(path, picture, folder, deps.bounds.max_pixels)
        return image_info(found, path.stat().st_size, deps.bounds), still
    if head.startswith(_PDF) and "document" in command.kinds:
        return await _document(path, sha256, folder, deps)
    facts, still = await probe(path, folder, deps.bounds)
    return judge(facts, deps.bounds, sound_alone="audio" in command.kinds), still


async def _document(path: Path, sha256: str, folder: Path, deps: Deps) -> Seen:
    found, still = await look_at_document(path, folder)
    refuse(found)
    text = None
    if any(found.texts):
        data = json.dumps(found.texts, ensure_ascii=False).encode()
        text = await deps.blobs.put_bytes(f"documents/{sha256}/text.json", data, "application/json")
    return document_info(found, text, path.stat().st_size), still
