"""The analyzer's knobs, read from ``CUTROOM_ANALYZER_*``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cutroom"


class AnalyzerSettings(BaseSettings):
    """What is taken and how it is looked at.

    ``whisper_model``: a folder with a CTranslate2 Whisper model, or the name of one in the Hugging Face cache
    (``base``, ``owner/name``); empty: the best that is cached. Nothing is ever downloaded. ``language``: the spoken
    one as a two-letter code where the command names none; empty: found out. ``hotwords``: names and terms to expect in
    all footage. The model runs on ``whisper_device`` (``auto``: a GPU if there is one) in numbers of
    ``whisper_compute`` (``auto``: 8 bits on the CPU), on ``whisper_batch`` pieces of a long recording at once, and
    stays loaded for ``whisper_idle_s`` behind its last use.

    ``speech_choices``: names of further models, with commas between them, that an order may choose.

    ``speech``: ``local`` model, ``remote`` server, ``none``; ``auto`` is the server where one is set up. A server
    (``speech_base_url`` with its ``/v1``, empty for OpenAI's; ``speech_key``, ``speech_model``) gets the sound of all
    footage that comes without subtitles, in files of at most ``speech_part_bytes``.

    ``concurrency``: media analysed at once;
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
    whisper_device: Literal["auto", "cpu", "cuda"] = "auto"
    whisper_compute: str = Field(default="auto", pattern="^[a-z0-9_]{3,16}$")
    whisper_batch: int = Field(default=8, ge=1, le=64)
    whisper_idle_s: float = Field(default=300.0, gt=0)
    language: str = Field(default="", max_length=8)
    hotwords: str = Field(default="", max_length=1000)
    speech: Literal["auto", "local", "remote", "none"] = "auto"
    speech_base_url: str = ""
    speech_key: SecretStr = SecretStr("")
    speech_model: str = "whisper-1"
    speech_choices: str = Field(default="", max_length=2000)
    speech_timeout_s: float = Field(default=300.0, gt=0)
    speech_retries: int = Field(default=3, ge=0, le=10)
    speech_part_bytes: int = Field(default=24 * 1024**2, ge=1024**2)
    beat_tracker: Literal["own", "librosa"] = "own"
    numba_cache_dir: Path = Field(default_factory=lambda: Path(os.environ.get("NUMBA_CACHE_DIR") or _cache() / "numba"))
