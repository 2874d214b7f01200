"""``POST /api/luts``: colour tables for the effect ``lut``."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.gateway.api.context import Caller, Parts
from services.gateway.api.records import shown_as
from services.gateway.domain.luts import CONTENT_TYPE, MAX_BYTES, key_of, size_of
from services.gateway.domain.refusal import Refusal
from services.gateway.domain.views import View
from shared.contracts.ids import new_id

router = APIRouter(prefix="/api", tags=["assets"])
TOO_LARGE = f"A colour table has at most {MAX_BYTES} bytes."
CUBE = {"requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}}


class LutRecord(BaseModel):
    """A table that is held; ``lut`` is what the effect names."""

    lut: str = Field(examples=["01932c5e"])
    size: int = Field(examples=[33])


@router.post(
    "/luts", status_code=201, summary="Upload a colour table", **shown_as(LutRecord, 413, 422), openapi_extra=CUBE
)
async def upload_lut(request: Request, gateway: Parts, caller: Caller) -> View:
    """Take a .cube file with a 3D table of 2 to 65 steps as the body; use it as ``{"name": "lut", "lut": id}``."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            raise Refusal(413, "lut_too_large", TOO_LARGE, remedy="Use fewer steps.")
    size = await asyncio.to_thread(size_of, bytes(body))
    lut = new_id()
    key = key_of(caller.id, lut)
    if key is None:
        raise ValueError("an id of ours that is no id")
    await gateway.blobs.put_bytes(key, bytes(body), CONTENT_TYPE)
    return {"lut": lut, "size": size}
