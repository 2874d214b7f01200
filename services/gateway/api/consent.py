"""``/api/consent``: whether the people in a film agreed to it, and the log of who said so when."""

from __future__ import annotations

from contextlib import AsyncExitStack

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.api.context import Caller, Gateway, Parts
from services.gateway.api.multipart import form_of, read_form
from services.gateway.api.paging import NumberedPage, link_next
from services.gateway.api.records import ConsentLog, ConsentRecord, shown_as
from services.gateway.api.shown import linker, own_asset
from services.gateway.api.uploads import Upload, drain, settle
from services.gateway.domain.kinds import Kind, document_kind
from services.gateway.domain.refusal import Refusal, wrong_field
from services.gateway.domain.views import View, consent_entry, consent_view
from services.gateway.handlers.withdrawal import stop_renders
from services.gateway.store import consents
from shared.contracts.blob import BlobRef
from shared.contracts.ids import new_id
from shared.db import Connection, transaction

router = APIRouter(prefix="/api/consent", tags=["consent"])


class Checkbox(BaseModel):
    """Whether the people in the film agree."""

    model_config = ConfigDict(extra="forbid")

    accepted: bool = Field(strict=True)


@router.get("/{asset_id}", summary="The consent for an asset", **shown_as(ConsentRecord, 404))
async def read_consent(asset_id: str, gateway: Parts, caller: Caller) -> View:
    """Return what was said; ``has_checkbox: false`` and nulls when nothing was."""
    async with gateway.pool.acquire() as connection:
        asset = await own_asset(connection, caller.id, asset_id)
        return await _shown(gateway, connection, asset.id)


@router.post("/{asset_id}/checkbox", summary="Give or withdraw consent", **shown_as(ConsentRecord, 404, 422))
async def set_checkbox(asset_id: str, said: Checkbox, gateway: Parts, caller: Caller) -> View:
    """Record the answer. Withdrawing stops the renders of the asset that are not done."""
    async with transaction(gateway.pool) as connection:
        asset = await own_asset(connection, caller.id, asset_id, lock=True)
        await consents.set_checkbox(connection, asset.id, caller.id, accepted=said.accepted)
        shown = await _shown(gateway, connection, asset.id)
    if not said.accepted:
        await stop_renders(gateway.pool, caller.id, asset.id)
    return shown


@router.post(
    "/{asset_id}/upload",
    summary="Upload the signed document",
    **shown_as(ConsentRecord, 404, 413, 415, 422),
    openapi_extra=form_of(file="A PDF, PNG or JPEG."),
)
async def upload_document(asset_id: str, request: Request, gateway: Parts, caller: Caller) -> View:
    """Keep a PDF, PNG or JPEG, told by its content, as further evidence. It does not replace the checkbox."""
    async with gateway.pool.acquire() as connection:
        asset = await own_asset(connection, caller.id, asset_id)
    document = await _received(request, gateway, asset.id)
    async with transaction(gateway.pool) as connection:
        await own_asset(connection, caller.id, asset.id, lock=True)
        await settle(connection, document)
        await consents.set_document(connection, asset.id, caller.id, document)
        return await _shown(gateway, connection, asset.id)


@router.get("/{asset_id}/log", summary="Who said what, when", **shown_as(ConsentLog, 404, 422))
async def read_log(
    asset_id: str, *, request: Request, response: Response, gateway: Parts, caller: Caller, asked: NumberedPage
) -> View:
    """Return the log, newest first. It is only ever added to."""
    async with gateway.pool.acquire() as connection:
        asset = await own_asset(connection, caller.id, asset_id)
        found = await consents.log(connection, asset.id, limit=asked.limit + 1, before=int(asked.cursor or 0) or None)
    shown, cursor = asked.cut(found, lambda entry: str(entry.id))
    link_next(request, response, cursor)
    return {"items": [consent_entry(entry) for entry in shown], "next_cursor": cursor}


async def _received(request: Request, gateway: Gateway, asset_id: str) -> BlobRef:
    body = request.stream()
    async with AsyncExitStack() as stack:
        upload = Upload(stack, gateway, lambda head: _named(asset_id, head), gateway.settings.max_document_bytes)
        try:
            await read_form(body, request.headers.get("content-type"), {"file": upload})
        except Refusal:
            await drain(body)
            raise
        document = await upload.commit()
    if document is None:
        raise wrong_field("file", "missing", "The form has no part `file`, or it is empty.")
    return document


def _named(asset_id: str, head: bytes) -> tuple[str, Kind]:
    kind = document_kind(head)
    if kind is None:
        raise Refusal(
            415,
            "document_unsupported",
            "The document is neither PDF nor PNG nor JPEG.",
            remedy="Send the signed document in one of these formats.",
        )
    return f"consent/{asset_id}/{new_id()}.{kind.ending}", kind


async def _shown(gateway: Gateway, connection: Connection, asset_id: str) -> View:
    return consent_view(await consents.find(connection, asset_id), linker(gateway))
