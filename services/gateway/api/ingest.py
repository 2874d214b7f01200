"""``POST /api/ingest``: a film comes in, an asset and a project come out."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.gateway.api.context import Caller, Gateway, Parts, Wait
from services.gateway.api.multipart import form_of, read_form
from services.gateway.api.probing import looked_into
from services.gateway.api.records import Ingested, answered
from services.gateway.api.shown import shown_project
from services.gateway.api.uploads import Upload, drain, settle, too_large
from services.gateway.domain.account import Account
from services.gateway.domain.job import Job, JobDraft, JobInput, JobSource
from services.gateway.domain.kinds import Kind, media_kind
from services.gateway.domain.labels import title_of
from services.gateway.domain.refusal import FieldError, Refusal, invalid, wrong_field
from services.gateway.handlers.jobs import start_job
from shared.contracts.expression import ExpressionText
from shared.contracts.ids import new_id
from shared.contracts.plan import TEMPLATES, Wishes
from shared.contracts.speech import Hotwords, Language, ModelName
from shared.db import transaction

router = APIRouter(tags=["ingest"])
DEFAULT_WAIT = 30.0
FORM_OVERHEAD = 1024 * 1024
CAPTIONS = Kind("txt", "text/plain; charset=utf-8")


class IngestFields(BaseModel):
    """The fields of the form beside its files."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = None
    auto_analyze: bool = True
    template_name: str | None = Field(default=None, max_length=80)
    target_duration: Annotated[float, Field(gt=0, le=86400, allow_inf_nan=False)] | None = None
    pace: Annotated[str, Field(pattern="^(calm|normal|fast)$")] | None = None
    story: str | None = Field(default=None, max_length=4000)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    edit: ExpressionText | None = Field(default=None, description='What is kept, such as `audio:-30dB or word:"so"`.')
    margin: Annotated[float, Field(ge=0, le=10)] | None = Field(default=None, description="Seconds kept around it.")
    language: Language | None = Field(default=None, description="The spoken one, such as `en`.")
    hotwords: Hotwords | None = Field(default=None, description="Names and terms to expect, with commas between them.")
    speech_model: ModelName | None = Field(default=None, description="One of those that the studio offers.")

    def wishes(self) -> Wishes:
        """Return what is wished of the edit."""
        return Wishes.model_validate(self.model_dump(include=set(Wishes.model_fields)))


@router.post(
    "/api/ingest",
    status_code=201,
    summary="Upload a film and let it be edited",
    responses=answered(Ingested, 413, 415, 422, also=(201, 202)),
    openapi_extra=form_of(IngestFields, file="The film.", captions="Its subtitles: SRT, VTT, ASS or JSON."),
)
async def ingest(request: Request, gateway: Parts, caller: Caller, wait: Wait) -> JSONResponse:
    """Stream a film into the store, look into it, and make an asset and a project of it.

    Answers 201 when the first timeline is there, 202 with ``project.status: "analyzing"`` when the wait is over sooner.
    """
    announced = request.headers.get("content-length", "")
    limit = gateway.settings.max_upload_bytes
    if announced.isdigit() and int(announced) > limit + gateway.settings.max_captions_bytes + FORM_OVERHEAD:
        raise too_large(limit)
    job = await _received(request, gateway, caller)
    return await _answer(gateway, caller, job, DEFAULT_WAIT if wait is None else wait)


async def _received(request: Request, gateway: Gateway, caller: Account) -> Job:
    asset_id = new_id()
    body = request.stream()
    async with AsyncExitStack() as stack:
        film = Upload(stack, gateway, lambda head: _film(asset_id, head), gateway.settings.max_upload_bytes)
        captions = Upload(stack, gateway, lambda _: _captions(asset_id), gateway.settings.max_captions_bytes)
        try:
            sinks = {"file": film, "captions": captions}
            fields = checked_fields(await read_form(body, request.headers.get("content-type"), sinks))
        except Refusal:
            await drain(body)
            raise
        if film.size == 0:
            raise _no_film(film)
        try:
            media, subtitles = await film.commit(), await captions.commit()
            assert media is not None
            title = title_of(fields.title, film.file_name)
            source = JobSource(
                asset_id=asset_id, media=media, captions=subtitles, label=title,
                language=None if fields.language == "auto" else fields.language, hotwords=fields.hotwords or "",
                speech_model=fields.speech_model or "",
            )  # fmt: skip
            async with transaction(gateway.pool) as connection:
                await settle(connection, media, subtitles)
                return await start_job(connection, _draft(caller, source, fields))
        except BaseException:
            await asyncio.shield(film.discard())
            await asyncio.shield(captions.discard())
            raise


def checked_fields(form: dict[str, str]) -> IngestFields:
    """Return the form's fields; an empty one counts as absent. Raises the 422 refusal."""
    try:
        fields = IngestFields.model_validate({name: value for name, value in form.items() if value.strip()})
    except ValidationError as bad:
        raise invalid(
            [FieldError(".".join(map(str, e["loc"])), e["type"], f"{e['msg']}.") for e in bad.errors()]
        ) from bad
    if fields.template_name is not None and fields.template_name not in TEMPLATES:
        raise wrong_field("template_name", "template_unknown", f"There are {', '.join(TEMPLATES)}.")
    return fields


def _draft(caller: Account, source: JobSource, fields: IngestFields) -> JobDraft:
    order = JobInput(
        sources=(source,), wishes=fields.wishes(), auto_analyze=fields.auto_analyze, extra={"title": source.label}
    )
    return JobDraft(
        account=caller.id,
        kind="ingest",
        input=order,
        priority=caller.priority,
        project_id=new_id(),
        asset_id=source.asset_id,
    )


async def _answer(gateway: Gateway, caller: Account, job: Job, wait: float) -> JSONResponse:
    job = await looked_into(gateway, caller, job, wait)
    async with gateway.pool.acquire() as connection:
        project = await shown_project(gateway, connection, caller.id, job.project_id or "")
    shown_id = job.id if job.input.auto_analyze else None
    body = {"asset": project["asset"], "project": project, "job_id": shown_id}
    return JSONResponse(body, 201 if job.ended else 202, headers={"Location": f"/api/timeline/{job.project_id}"})


def _no_film(film: Upload) -> Refusal:
    if film.file_name is None:
        return wrong_field("file", "missing", "The form has no part `file`.")
    return Refusal(422, "media_empty", "The file is empty.", remedy="Send the film again, whole.")


def _film(asset_id: str, head: bytes) -> tuple[str, Kind]:
    kind = media_kind(head)
    return f"ingest/{asset_id}/{asset_id}.{kind.ending}", kind


def _captions(asset_id: str) -> tuple[str, Kind]:
    return f"captions/{asset_id}/{new_id()}.{CAPTIONS.ending}", CAPTIONS
