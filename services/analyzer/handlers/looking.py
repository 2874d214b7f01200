"""All that is seen in a medium."""

from __future__ import annotations

from pathlib import Path

from services.analyzer.domain import bad
from services.analyzer.domain.describe import frame_notes
from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.parts import PicturesFound, same_named
from services.analyzer.handlers.deps import Deps, put_picture
from services.analyzer.tools.child import OnProgress, too_much
from services.analyzer.tools.requests import VideoAnswer
from services.analyzer.tools.video import Pictures, measure_video
from shared.contracts.blob import BlobRef
from shared.contracts.media import MediaInfo, SpriteSheet
from shared.process import ProcessFailed


async def look(
    path: Path, sha256: str, facts: FileFacts, info: MediaInfo, folder: Path, deps: Deps, on_progress: OnProgress
) -> PicturesFound:
    """Measure the pictures in one decode and store the JPEGs; nothing for sound alone. Raises BadMedia."""
    if info.video is None:
        return PicturesFound()
    seen = await _measure(path, facts, info, folder, deps, on_progress)
    still = await put_picture(deps.blobs, sha256, "still", seen.still)
    sheet = await put_picture(deps.blobs, sha256, "sprites", seen.sprites)
    return same_named(
        PicturesFound,
        seen.found,
        notes=frame_notes(info, seen.found.frames),
        thumbnail=still,
        sprites=_sprites(seen.found, sheet),
    )


async def _measure(
    path: Path, facts: FileFacts, info: MediaInfo, folder: Path, deps: Deps, on_progress: OnProgress
) -> Pictures:
    try:
        found = await measure_video(path, facts, info, folder=folder, bounds=deps.bounds, on_progress=on_progress)
    except ProcessFailed as failed:
        if (why := too_much(failed)) is None:
            raise
        raise bad.too_complex(facts.kind, why) from failed
    if found.found.frames == 0:
        raise bad.unsupported(facts.kind, "not one of its pictures can be decoded")
    return found


def _sprites(seen: VideoAnswer, sheet: BlobRef | None) -> SpriteSheet | None:
    if sheet is None:
        return None
    return SpriteSheet(
        image=sheet,
        columns=seen.columns,
        rows=seen.rows,
        tile_width=seen.tile_width,
        tile_height=seen.tile_height,
        interval=seen.interval,
        count=seen.tiles,
    )
