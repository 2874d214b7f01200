"""``POST /api/assets``: a file comes in and is held to be used in edits: footage, music, stills, documents."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.gateway.api.asset_records import HeldAsset, held_view
from services.gateway.api.context import Caller, Gateway, Parts, Wait
from services.gateway.api.multipart import form_of, read_form
from services.gateway.api.probing import looked_into
from services.gateway.api.records import answered
from services.gateway.api.shown import linker, own_asset
from services.gateway.api.uploads import Upload, drain, settle, too_large
from services.gateway.domain.account import Account
from services.gateway.domain.job import Job, JobDraft, JobInput, JobSource
from services.gateway.domain.kinds import Kind, media_kind
from services.gateway.domain.labels import title_of
from services.gateway.domain.refusal import FieldError, Refusal, invalid, wrong_field
from services.gateway.handlers.jobs import start_job
from shared.contracts.blob import BlobRef
from shared.contracts.ids import new_id
from shared.contracts.speech import Hotwords, Language, ModelName
from shared.db import transaction

router = APIRouter(tags=["assets"])
DEFAULT_WAIT = 30.0
FORM_OVERHEAD = 1024 * 1024
STILL = ("image/", "application/pdf")
"""Content types that have no time: there is nothing to analyse beyond the first look."""


class AssetFields(BaseModel):
    """The fields of the form beside its file; ``language`` and ``hotwords`` are for the analysis."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(default=None, description="Shown in lists; the file's name where it is left out.")
    analyze: bool = Field(
        default=False, description="Also analyse films and sound: shots, beats, words. Nothing is planned."
    )
    language: Language | None = Field(default=None, description="The spoken one, such as `en`.")
    hotwords: Hotwords | None = Field(default=None, description="Names and terms to expect, with commas between them.")
    speech_model: ModelName | None = Field(default=None, description="One of those that the studio offers.")


class AssetHeld(BaseModel):
    """What an upload became; ``job_id`` is the job that looked into it."""

    asset: HeldAsset
    job_id: str


@router.post(
    "/api/assets",
    status_code=201,
    summary="Upload a film, sound, still picture or document to be used in edits",
    responses=answered(AssetHeld, 413, 415, 422, also=(201, 202)),
    openapi_extra=form_of(AssetFields, file="Video, audio, PNG, JPEG, GIF, WebP or PDF."),
)
async def upload_asset(request: Request, gateway: Parts, caller: Caller, wait: Wait) -> JSONResponse:
    """Stream a file into the store, look into it, and hold it as an asset; no project is made.

    Answers 201 with the asset, 202 while a wished analysis still goes on. What the file is, is told by its content: 415
    ``media_unsupported`` for archives, SVG and all else that is not taken, 422 ``media_too_complex`` for pictures
    and documents that would cost too much to open.
    """
    announced = request.headers.get("content-length", "")
    limit = gateway.settings.max_upload_bytes
    if announced.isdigit() and int(announced) > limit + FORM_OVERHEAD:
        raise too_large(limit)
    job = await _received(request, gateway, caller)
    return await _answer(gateway, caller, job, DEFAULT_WAIT if wait is None else wait)


async def _received(request: Request, gateway: Gateway, caller: Account) -> Job:
    asset_id, body = new_id(), request.stream()
    async with AsyncExitStack() as stack:
        file = Upload(stack, gateway, lambda head: _named(asset_id, head), gateway.settings.max_upload_bytes)
        try:
            fields = _checked(await read_form(body, request.headers.get("content-type"), {"file": file}))
        except Refusal:
            await drain(body)
            raise
        if file.file_name is None:
            raise wrong_field("file", "missing", "The form has no part `file`.")
        try:
            media = await file.commit()
            if media is None:
                raise Refusal(422, "media_empty", "The file is empty.", remedy="Send the file again, whole.")
            async with transaction(gateway.pool) as connection:
                await settle(connection, media)
                return await start_job(connection, _draft(caller, asset_id, media, fields, file.file_name))
        except BaseException:
            await asyncio.shield(file.discard())
            raise


def _checked(form: dict[str, str]) -> AssetFields:
    try:
        return AssetFields.model_validate({name: value for name, value in form.items() if value.strip()})
    except ValidationError as bad:
        wrong = [FieldError(".".join(map(str, e["loc"])), e["type"], f"{e['msg']}.") for e in bad.errors()]
        raise invalid(wrong) from bad


def _draft(caller: Account, asset_id: str, media: BlobRef, fields: AssetFields, name: str) -> JobDraft:
    title = title_of(fields.title, name)
    language = None if fields.language == "auto" else fields.language
    source = JobSource(
        asset_id=asset_id, media=media, label=title, language=language, hotwords=fields.hotwords or "",
        speech_model=fields.speech_model or "",
    )  # fmt: skip
    analyze = fields.analyze and not media.content_type.startswith(STILL)
    order = JobInput(sources=(source,), auto_analyze=analyze, extra={"title": title})
    return JobDraft(account=caller.id, kind="asset", input=order, priority=caller.priority, asset_id=asset_id)


async def _answer(gateway: Gateway, caller: Account, job: Job, wait: float) -> JSONResponse:
    job = await looked_into(gateway, caller, job, wait)
    async with gateway.pool.acquire() as connection:
        asset = await own_asset(connection, caller.id, job.input.sources[0].asset_id)
    body = {"asset": held_view(asset, linker(gateway)), "job_id": job.id}
    return JSONResponse(body, 201 if job.ended else 202, headers={"Location": f"/api/assets/{asset.id}"})


def _named(asset_id: str, head: bytes) -> tuple[str, Kind]:
    kind = media_kind(head)
    return f"ingest/{asset_id}/{asset_id}.{kind.ending}", kind
