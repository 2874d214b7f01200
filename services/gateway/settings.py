"""The gateway's knobs, read from ``CUTROOM_*``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Tier = Literal["free", "pro", "enterprise"]


class GatewaySettings(BaseSettings):
    """Where the API listens, who may use it, and its limits. Sizes are in bytes, ``link_ttl`` in seconds.

    ``auth=none`` knows one local account and only listens on loopback. ``cors_origins`` empty: no other site's pages.
    ``chat_backend`` is for conversations that name none. ``link_secret`` signs links to media; empty: a secret is made
    once and kept in the database. Files exported for other editors and imported from them are kept ``exchange_days``
    behind their last use, finished films ``films_days`` behind the end of their render (0: for ever). ``concurrency``
    is the number of facts at work at once.
    """

    model_config = SettingsConfigDict(env_prefix="CUTROOM_GATEWAY_", extra="ignore", populate_by_name=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    auth: Literal["none", "keys"] = Field(default="none", validation_alias=AliasChoices("CUTROOM_AUTH"))
    local_tier: Tier = Field(default="enterprise", validation_alias=AliasChoices("CUTROOM_LOCAL_TIER"))
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), validation_alias=AliasChoices("CUTROOM_CORS_ORIGINS", "CORS_ORIGINS", "AIVE_CORS_ORIGINS")
    )
    max_upload_bytes: int = Field(default=20 * 1024**3, gt=0)
    max_document_bytes: int = Field(default=20 * 1024**2, gt=0)
    max_captions_bytes: int = Field(default=8 * 1024**2, gt=0)
    max_body_bytes: int = Field(default=16 * 1024**2, gt=0)
    link_ttl: int = Field(default=24 * 3600, gt=0)
    link_secret: SecretStr = SecretStr("")
    watermark: str = Field(
        default="",
        max_length=120,
        validation_alias=AliasChoices("CUTROOM_GATEWAY_WATERMARK", "AIVE_WATERMARK_TEXT"),
    )
    chat_backend: Literal["stub", "openai", "hf"] = Field(
        default="stub", validation_alias=AliasChoices("CUTROOM_GATEWAY_CHAT_BACKEND", "AIVE_CHAT_BACKEND")
    )
    exchange_days: float = Field(default=7.0, gt=0)
    films_days: float = Field(default=0.0, ge=0, le=36500)
    idempotency_hours: float = Field(default=24.0, gt=0)
    idempotency_lease_seconds: float = Field(default=30.0, gt=0)
    heartbeat_seconds: float = Field(default=15.0, gt=0)
    concurrency: int = Field(default=4, ge=1, le=64)

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value
