"""All that is seen in a medium."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.analyzer.domain import bad
from services.analyzer.domain.describe import frame_notes
from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.parts import RESULTS, FacesFound, Found, PicturesFound, same_named
from services.analyzer.handlers.deps import Deps, put_picture
from services.analyzer.tools.child import OnProgress, too_much
from services.analyzer.tools.requests import VideoAnswer
from services.analyzer.tools.video import Pictures, measure_video
from shared.contracts.blob import BlobRef
from shared.contracts.media import MediaInfo, Part, SpriteSheet
from shared.process import ProcessFailed


@dataclass(frozen=True, slots=True)
class Looking:
    """One film to look at for what is ``wanted``; ``folder`` is for files of the work."""

    path: Path
    sha256: str
    facts: FileFacts
    info: MediaInfo
    wanted: frozenset[Part]
    folder: Path
    deps: Deps
    on_progress: OnProgress

    async def look(self) -> dict[Part, Found]:
        """Measure the pictures in one decode and store the JPEGs; nothing for sound alone. Raises BadMedia.

        Faces are only looked for when they are wanted: they are a third of the work.
        """
        wanted: list[Part] = [part for part in ("pictures", "faces") if part in self.wanted]
        if not wanted:
            return {}
        if self.info.video is None:
            return {part: RESULTS[part]() for part in wanted}
        seen = await self._measure()
        still = await put_picture(self.deps.blobs, self.sha256, "still", seen.still)
        found: dict[Part, Found] = {}
        if "pictures" in wanted:
            sheet = await put_picture(self.deps.blobs, self.sha256, "sprites", seen.sprites)
            more = {"notes": frame_notes(self.info, seen.found.frames), "sprites": _sprites(seen.found, sheet)}
            found["pictures"] = same_named(PicturesFound, seen.found, thumbnail=still, **more)
        if "faces" in wanted:
            found["faces"] = same_named(FacesFound, seen.found, thumbnail=still)
        return found

    async def _measure(self) -> Pictures:
        try:
            found = await measure_video(
                self.path, self.facts, self.info, folder=self.folder, bounds=self.deps.bounds,
                on_progress=self.on_progress, people="faces" in self.wanted,
            )  # fmt: skip
        except ProcessFailed as failed:
            if (why := too_much(failed)) is None:
                raise
            raise bad.too_complex(self.facts.kind, why) from failed
        if found.found.frames == 0:
            raise bad.unsupported(self.facts.kind, "not one of its pictures can be decoded")
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
