"""The planner's knobs, read from ``CUTROOM_PLANNER_*``."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class PlannerSettings(BaseSettings):
    """How many plans are made at once, and the largest analysis document read, in bytes (a day of speech is 40 MB)."""

    model_config = SettingsConfigDict(env_prefix="CUTROOM_PLANNER_", extra="ignore")

    concurrency: int = Field(default=2, ge=1, le=32)
    max_analysis_bytes: int = Field(default=64 * 1024**2, gt=0)
