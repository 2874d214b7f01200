"""The base of all contract values."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """Base of all immutable contract values."""

    model_config = ConfigDict(frozen=True, extra="forbid")
