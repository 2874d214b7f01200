"""The renderer's knobs, read from ``CUTROOM_RENDERER_*``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.allowance import cores, memory

DRAWING, SHARE = 400 * 10**6, 0.6
"""Bytes for each chunk that is drawn at once, and the most of all memory that those may have together."""


class RendererSettings(BaseSettings):
    """How films are encoded and what the programs may use.

    ``parallel`` chunks are rendered at once, each with ``threads`` (0: the cores divided among them) and at most
    ``max_inputs`` sources open. ``crf`` is x264's quality (lower is better); drafts have their own. ``wall_s`` and
    ``memory_bytes`` bound each program; ``drawing_bytes`` is what the programs that draw are thought to need together,
    at most (0: 400 MB for each of ``parallel``, and no more than 60 % of the memory that there is): who does not fit
    waits, and outputs that do not fit together are drawn one after the other. ``max_pixels`` bounds a decoded picture.
    ``fonts_dir`` has further fonts for captions in writings that ours lack. ``chunk_seconds`` is about how long a
    chunk is; 0: it follows from the film's
    length. Finished chunks are kept in the object store until
    nobody has used them for ``chunks_days``, at most ``chunks_bytes`` of them; every ``sweep_s`` that is looked after.
    ``encoder``: hardware encoders are used only where they encode a frame on trial, else software does it; ``auto``
    takes the first that works; ``device`` is what VA-API opens. Sources over ``range_bytes`` are read in parts from a
    store that is elsewhere, smaller ones are fetched whole.
    """

    model_config = SettingsConfigDict(env_prefix="CUTROOM_RENDERER_", extra="ignore")

    concurrency: int = Field(default=1, ge=1, le=64)
    parallel: int = Field(default=2, ge=1, le=64)
    threads: int = Field(default=0, ge=0, le=64)
    chunk_seconds: float = Field(default=0.0, ge=0, le=3600)
    max_inputs: int = Field(default=5, ge=3, le=64)
    preset: str = Field(default="veryfast", pattern=r"^[a-z]+$")
    crf: int = Field(default=20, ge=0, le=51)
    draft_preset: str = Field(default="superfast", pattern=r"^[a-z]+$")
    draft_crf: int = Field(default=28, ge=0, le=51)
    keyframe_seconds: float = Field(default=5.0, gt=0)
    audio_bitrate: int = Field(default=192_000, ge=32_000, le=512_000)
    max_frames: int = Field(default=60 * 60 * 60 * 4, ge=1)
    max_pixels: int = Field(default=8192 * 8192, ge=1)
    wall_s: float = Field(default=4 * 3600.0, gt=0)
    fonts_dir: Path | None = None
    memory_bytes: int = Field(default=8 * 1024**3, ge=256 * 1024**2)
    drawing_bytes: int = Field(default=0, ge=0)
    encoder: Literal["software", "auto", "nvenc", "qsv", "vaapi", "videotoolbox"] = "software"
    device: Path = Path("/dev/dri/renderD128")
    range_bytes: int = Field(default=32 * 1024**2, ge=0)
    chunks_days: float = Field(default=7.0, ge=0)
    chunks_bytes: int = Field(default=4 * 1024**3, ge=0)
    sweep_s: float = Field(default=600.0, gt=0)

    def for_few(self, chunks: int) -> RendererSettings:
        """Return the settings of a render that has only so many chunks to draw: they share all the cores."""
        if self.threads or chunks >= self.parallel:
            return self
        return self.model_copy(update={"threads": max(1, cores() // max(1, chunks))})

    def chunk_threads(self) -> int:
        """Return how many threads a chunk's encoder gets."""
        return self.threads or max(1, cores() // self.parallel)

    def drawing_room(self) -> int:
        """Return how many bytes the programs that draw may need together, as far as that can be told before."""
        return self.drawing_bytes or min(DRAWING * self.parallel, round(SHARE * memory()))
