"""What has no time: still pictures and documents. A first look tells all that there is to know of them."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from services.analyzer.domain.documents import document_info, refuse
from services.analyzer.domain.images import image_info, picture_format
from services.analyzer.domain.parts import timeless
from services.analyzer.domain.sniff import HEAD_BYTES
from services.analyzer.handlers.deps import Deps, put_picture, subfolder
from services.analyzer.handlers.shelf import told
from services.analyzer.tools.holdings import look_at_document, look_at_image
from shared.contracts.commands import AnalyzeMedia
from shared.contracts.events import MediaAnalyzed
from shared.contracts.media import MediaInfo
from shared.step import Step

Seen = tuple[MediaInfo, Path | None]
TIMELESS = ("image/", "application/pdf")
"""Beginnings of the content types of what has no time."""
_PDF = b"%PDF-"


async def hold(path: Path, sha256: str, folder: Path, deps: Deps, *, kinds: Collection[str]) -> Seen | None:
    """Return what a picture or document is and a JPEG of it; None for all else, and for what is not of ``kinds``."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    picture = picture_format(head)
    if picture and "image" in kinds:
        found, still = await look_at_image(path, picture, folder, deps.bounds.max_pixels)
        return image_info(found, path.stat().st_size, deps.bounds), still
    if head.startswith(_PDF) and "document" in kinds:
        return await _document(path, sha256, folder, deps)
    return None


async def analyze_held(command: AnalyzeMedia, sha256: str, step: Step, deps: Deps) -> MediaAnalyzed | None:
    """Return what is told of a picture or document; None where it is none. All parts are there, and empty."""
    if not command.media.content_type.startswith(TIMELESS):
        return None
    async with deps.blobs.local(command.media) as path:
        held = await hold(path, sha256, subfolder(step.scratch, "held"), deps, kinds=("image", "document"))
    if held is None:
        return None
    info, still = held
    thumbnail = await put_picture(deps.blobs, sha256, "probe", still)
    return await told(deps.blobs, timeless(sha256, info, thumbnail))


async def _document(path: Path, sha256: str, folder: Path, deps: Deps) -> Seen:
    found, still = await look_at_document(path, folder)
    refuse(found)
    text = None
    if any(found.texts):
        data = json.dumps(found.texts, ensure_ascii=False).encode()
        text = await deps.blobs.put_bytes(f"documents/{sha256}/text.json", data, "application/json")
    return document_info(found, text, path.stat().st_size), still
