"""Settings that every service shares; read from ``CUTROOM_*``, built when a program starts and never at import."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the database, the bus and the objects are, and how a service behaves.

    ``lease_seconds``: a worker that is silent that long loses its step to another one.
    """

    model_config = SettingsConfigDict(env_prefix="CUTROOM_", extra="ignore", populate_by_name=True)

    database_url: str = Field(default="", validation_alias=AliasChoices("CUTROOM_DATABASE_URL", "DATABASE_URL"))
    database_pool: int = Field(default=6, ge=2, le=100)
    bus: Literal["local", "kafka"] = "kafka"
    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_partitions: int = Field(default=6, ge=1)
    kafka_replication: int = Field(default=1, ge=1)
    blobs: Literal["folder", "s3"] = "folder"
    blobs_root: Path = Path("blobs")
    s3_endpoint: str = ""
    s3_bucket: str = "cutroom"
    s3_access_key: str = ""
    s3_secret_key: SecretStr = SecretStr("")
    s3_region: str = "us-east-1"
    scratch_dir: Path = Path(tempfile.gettempdir()) / "cutroom"
    cache_bytes: int = Field(default=20 * 1024**3, ge=0)
    lease_seconds: float = Field(default=30.0, gt=0)
    max_attempts: int = Field(default=5, ge=1)
    retry_base_seconds: float = Field(default=1.0, gt=0)
    keep_days: float = Field(default=7.0, gt=0)
    health_host: str = "127.0.0.1"
    health_port: int = Field(default=0, ge=0, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
