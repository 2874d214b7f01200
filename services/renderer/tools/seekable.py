"""Making sources seekable: an MPEG transport stream has no index, and a seek in it can miss the key frame it needs."""

from __future__ import annotations

from pathlib import Path

from services.renderer.tools.ffmpeg import Bench, file_url
from shared.contracts.media import MediaInfo
from shared.contracts.timeline import Source

_WITHOUT_INDEX = frozenset({"mpegts", "ts", "m2ts", "mts"})


async def seekable(bench: Bench, source: Source, path: Path, number: int) -> tuple[Source, Path]:
    """Return the source as it is, or its packets copied into a Matroska file in the scratch folder.

    The copy has the picture first and the sound second, and the same time from the container's start on.
    """
    media = source.media
    streams = [stream for stream in (media.video, media.audio) if stream is not None]
    if not _WITHOUT_INDEX & set(media.container.lower().split(",")) or not streams:
        return source, path
    target = f"source_{number:04d}.mkv"
    hostile = [word for name, value in bench.hostile(0).items() for word in (f"-{name}", str(value))]
    maps = [word for stream in streams for word in ("-map", f"0:{stream.index}")]
    await bench.ffmpeg([*hostile, "-i", file_url(path), *maps, "-c", "copy", "-map_metadata", "-1", target])
    return source.model_copy(update={"media": _renumbered(media)}), bench.scratch / target


def _renumbered(media: MediaInfo) -> MediaInfo:
    video = media.video.model_copy(update={"index": 0}) if media.video else None
    audio = media.audio.model_copy(update={"index": 1 if video else 0}) if media.audio else None
    return media.model_copy(update={"container": "matroska", "video": video, "audio": audio})
