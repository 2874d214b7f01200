"""Whether the studio is well, and what lives at its root."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.gateway.api.context import Parts
from services.gateway.domain.views import moment

router = APIRouter(tags=["studio"])


class HealthRecord(BaseModel):
    """Each part that the gateway stands on; a false one makes it 503. ``redis`` is the bus, under its old name."""

    status: Literal["ok", "unavailable"]
    bus: bool
    redis: bool
    database: bool
    media: bool
    timestamp: str = Field(examples=["2026-11-02T10:00:00.000Z"])


@router.get("/api/healthz", summary="Ask whether all parts answer",
            responses={503: {"model": HealthRecord, "description": "A part is away: the false one."}})  # fmt: skip
async def healthz(response: Response, gateway: Parts) -> HealthRecord:
    """Ask the bus, the database and the object store; needs no key."""
    parts = await gateway.health()
    well = all(parts.values())
    response.status_code = 200 if well else 503
    response.headers["Cache-Control"] = "no-store"
    return HealthRecord(
        status="ok" if well else "unavailable",
        redis=parts["bus"],
        timestamp=moment(datetime.now(UTC)) or "",
        **parts,
    )


@router.get("/", summary="See what this is")
async def root() -> dict[str, str]:
    """Name the program and where to go on; needs no key."""
    return {
        "message": "Cutroom API",
        "version": version("cutroom"),
        "docs": "/docs",
        "asyncapi": "/asyncapi",
        "health": "/api/healthz",
    }
