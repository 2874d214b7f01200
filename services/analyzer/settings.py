"""The analyzer's knobs, read from ``CUTROOM_ANALYZER_*``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cutroom"


class AnalyzerSettings(BaseSettings):
    """What is taken and how it is looked at.

    ``whisper_model``: a folder with a CTranslate2 Whisper model, or the name of one in the Hugging Face cache
    (``base``, ``owner/name``); empty: the best that is cached. Nothing is ever downloaded. ``language``: the spoken
    one as a two-letter code where the command names none; empty: found out. ``concurrency``: media analysed at once;
    ``probes``: uploads looked into at once, which never wait behind an analysis.
    ``beat_tracker``: ``own``, or ``librosa`` (run ``python -m services.analyzer warm`` first: it
    compiles for half a minute).
    ``numba_cache_dir``: where librosa's compiled code is kept (NUMBA_CACHE_DIR goes before it). Durations in seconds.
    """

    model_config = SettingsConfigDict(env_prefix="CUTROOM_ANALYZER_", extra="ignore", populate_by_name=True)

    concurrency: int = Field(default=1, ge=1, le=16)
    probes: int = Field(default=2, ge=1, le=16)
    min_duration_s: float = Field(default=0.1, ge=0)
    max_duration_s: float = Field(default=4 * 3600.0, gt=0)
    max_pixels: int = Field(default=8192 * 4320, gt=0)
    whisper_model: str = Field(
        default="", validation_alias=AliasChoices("CUTROOM_ANALYZER_WHISPER_MODEL", "AIVE_WHISPER_MODEL")
    )
    whisper_threads: int = Field(default=2, ge=1, le=64)
    whisper_beam: int = Field(default=5, ge=1, le=10)
    whisper_memory_bytes: int = Field(default=12 * 1024**3, gt=0)
    language: str = Field(default="", max_length=8)
    beat_tracker: Literal["own", "librosa"] = "own"
    numba_cache_dir: Path = Field(default_factory=lambda: Path(os.environ.get("NUMBA_CACHE_DIR") or _cache() / "numba"))
