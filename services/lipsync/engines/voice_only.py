"""The film with another voice: its sound is replaced, its picture is not touched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.lipsync.domain.listing import duration
from shared.errors import BadMedia
from shared.process import Limits, ProcessFailed, ffmpeg_path, run

DEMUXERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mp3,wav,flac,ogg,aac"
SAMPLE_RATE = 48000
_BARE = ("-map_metadata", "-1", "-map_chapters", "-1")


@dataclass(frozen=True, slots=True)
class VoiceOnly:
    """Replaces the sound by the voice: silence follows when it is shorter, its end is cut off when it is longer."""

    limits: Limits
    max_pixels: int
    max_seconds: float
    name: str = "voice_only"

    async def sync(self, video: Path, voice: Path, folder: Path) -> Path:
        """Return the film with the voice: the picture's packets as they were, AAC in 48 kHz stereo, index in front.

        Raises ``BadMedia``: ``media_no_video``, ``media_no_audio``, ``media_too_long``, ``media_unsupported``.
        """
        picture, result = folder / "picture.mp4", folder / "spoken.mp4"
        alone = ["-map", "0:V:0", "-c", "copy", *_BARE, "-t", str(self.max_seconds)]
        await self._ffmpeg("film", "media_no_video", *self._input(video), *alone, str(picture))
        seconds = await self._seconds(picture)
        sound = f"[1:a:0]aresample={SAMPLE_RATE},apad,atrim=end={seconds:.2f}[voice]"
        await self._ffmpeg(
            "voice", "media_no_audio", *self._input(picture), *self._input(voice), "-filter_complex", sound,
            "-map", "0:v:0", "-map", "[voice]", "-c:v", "copy", "-c:a", "aac", "-b:a", "192k", "-ac", "2",
            *_BARE, "-movflags", "+faststart", str(result),
        )  # fmt: skip
        return result

    def _input(self, path: Path) -> list[str]:
        """Every input is hostile: no playlists, no network, no giant pictures, no hundred streams."""
        limits = ["-format_whitelist", DEMUXERS, "-protocol_whitelist", "file,pipe,fd"]
        return [*limits, "-max_streams", "16", "-max_pixels", str(self.max_pixels), "-i", f"file:{path}"]

    async def _ffmpeg(self, what: str, missing: str, *arguments: str) -> None:
        quiet = [ffmpeg_path(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
        try:
            await run([*quiet, *arguments], limits=self.limits)
        except ProcessFailed as failed:
            if "matches no streams" in failed.stderr_tail:
                lacks = "picture" if missing == "media_no_video" else "sound"
                raise BadMedia(f"The {what} has no {lacks}.", code=missing) from failed
            raise BadMedia(f"The {what} cannot be used ({failed.reason}).", details=failed.details) from failed

    async def _seconds(self, picture: Path) -> float:
        """Return the length of the picture; asked without an output, ffmpeg always ends with status 1."""
        asked = [ffmpeg_path(), "-hide_banner", "-nostdin", *self._input(picture)]
        done = await run(asked, limits=self.limits, ok=frozenset({1}))
        seconds = duration(done.stderr_tail) or 0.0
        if seconds >= self.max_seconds:
            raise BadMedia(
                f"The film is longer than {self.max_seconds:.0f} s.",
                code="media_too_long",
                remedy="Give a shorter film.",
            )
        if seconds <= 0:
            raise BadMedia("The film has no length.", code="media_empty")
        return seconds
