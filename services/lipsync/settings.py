"""Lip-sync's knobs, read from ``CUTROOM_LIPSYNC_*``."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LipsyncSettings(BaseSettings):
    """How many films are worked on at once, and what the programs may use: seconds, bytes, pixels of a picture."""

    model_config = SettingsConfigDict(env_prefix="CUTROOM_LIPSYNC_", extra="ignore")

    concurrency: int = Field(default=1, ge=1, le=32)
    wall_s: float = Field(default=1800.0, gt=0)
    memory_bytes: int = Field(default=2 * 1024**3, ge=256 * 1024**2)
    max_pixels: int = Field(default=8192 * 4320, gt=0)
    max_seconds: float = Field(default=6 * 3600.0, gt=0)
