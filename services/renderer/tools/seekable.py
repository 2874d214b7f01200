"""Making sources seekable: an MPEG transport stream has no index, and a seek in it can miss the key frame it needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from services.renderer.tools.ffmpeg import Bench, file_url
from shared.contracts.media import MediaInfo
from shared.contracts.timeline import Source

_WITHOUT_INDEX = frozenset({"mpegts", "ts", "m2ts", "mts"})
_HEADED = frozenset({"aac", "aac_latm", "ac3", "mp2", "mp3"})
"""Sound each of whose packets says what form it has, and that Matroska would strip of it."""
APART = ".nut"
"""The ending of a file with the sound alone, at the times that it has in its source."""


async def seekable(bench: Bench, source: Source, path: Path, number: int) -> tuple[Source, Path, Path]:
    """Return the source as it is, or its packets copied into files in the scratch folder, the last that of the sound.

    Matroska has the picture first and the sound second, and the same time from the container's start on.
    """
    media = source.media
    streams = [stream for stream in (media.video, media.audio) if stream is not None]
    if not _WITHOUT_INDEX & set(media.container.lower().split(",")) or not streams:
        return source, path, path
    headed = media.audio is not None and media.audio.codec in _HEADED
    target, sound = f"source_{number:04d}.mkv", f"source_{number:04d}{APART if headed else '.mkv'}"
    kept = {target: streams}
    if headed:
        kept = {target: streams[:-1], sound: streams[-1:]}
    hostile = [word for name, value in bench.hostile(0).items() for word in (f"-{name}", str(value))]
    copies: list[str] = []
    for name, some in kept.items():
        maps = [word for stream in some for word in ("-map", f"0:{stream.index}")]
        copies += [*maps, "-c", "copy", "-map_metadata", "-1", name] if some else []
    await bench.ffmpeg([*hostile, "-i", file_url(path), *copies])
    found = source.model_copy(update={"media": _renumbered(media, headed=headed)})
    return found, bench.scratch / target, bench.scratch / sound


def sound_key(key: str) -> str:
    """Return under which key the file with the sound of the source ``key`` lies among the sources."""
    return f"sound:{key}"


def sound_path(sources: Mapping[str, Path], key: str) -> Path:
    """Return the file that the sound of the source ``key`` is read from."""
    return sources.get(sound_key(key), sources[key])


def _renumbered(media: MediaInfo, *, headed: bool) -> MediaInfo:
    video = media.video.model_copy(update={"index": 0}) if media.video else None
    audio = media.audio.model_copy(update={"index": 1 if video and not headed else 0}) if media.audio else None
    return media.model_copy(update={"container": "matroska", "video": video, "audio": audio})
