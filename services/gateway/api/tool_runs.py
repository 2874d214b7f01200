"""What tools have in common: whose medium it is, and the job that looks into it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.api.context import Gateway, wait_for_job
from services.gateway.domain import links
from services.gateway.domain.account import Account
from services.gateway.domain.job import Job, JobDraft, JobInput
from services.gateway.domain.knowledge import PARTS
from services.gateway.domain.records import Asset
from services.gateway.domain.refusal import Refusal, conflict, wrong_field
from services.gateway.handlers.analysed import MAX_DOCUMENT, known_analysis
from services.gateway.handlers.analyses import AS_BEFORE, heard_as, source_of
from services.gateway.handlers.jobs import start_job
from services.gateway.store import assets
from shared.contracts.blob import BlobRef
from shared.contracts.media import Analysis, Part
from shared.contracts.speech import SpeechWishes
from shared.db import transaction

REFERENCE_INVALID = "media_reference_invalid"
_REMEDY = "Give `asset_id`, or as `path` the asset's own `path` or `url`."


class MediaArgs(BaseModel):
    """The medium that a tool works on: an asset of the caller's, by its id or by its path or link."""

    model_config = ConfigDict(extra="forbid")

    asset_id: str | None = Field(default=None, max_length=64)
    path: str | None = Field(default=None, max_length=1024)


class Unfinished(Exception):
    """The wait is over sooner than the job."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.id)
        self.job = job


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and until when (the loop's clock) they wait."""

    gateway: Gateway
    account: Account
    deadline: float


async def asset_of(caller: Caller, media: MediaArgs) -> Asset:
    """Return the asset. Raises the 422 refusal ``media_reference_invalid`` for all that is not the account's."""
    if (media.asset_id is None) == (media.path is None):
        raise wrong_field("args.asset_id", REFERENCE_INVALID, f"One of asset_id and path. {_REMEDY}")
    field = "args.path" if media.asset_id is None else "args.asset_id"
    name = (media.asset_id or "").lower() or links.key_of(media.path or "") or ""
    async with caller.gateway.pool.acquire() as connection:
        owned = await assets.owners(connection, caller.account.id, [name])
        found = await assets.find(connection, caller.account.id, owned.get(name, ""))
    if found is None or (media.asset_id is not None and found.id != name):
        raise wrong_field(field, REFERENCE_INVALID, f"It names no medium of yours. {_REMEDY}")
    return found


async def analysis_of(
    caller: Caller, asset: Asset, parts: tuple[Part, ...], speech: SpeechWishes | None = None
) -> Analysis:
    """Return an analysis that has these parts: the known one, else they are measured. Raises Unfinished, and refusals.

    Where ``speech`` is what is asked for, words that could not be found are looked for again, and so are those that
    were heard with other wishes.
    """
    known = await known_analysis(caller.gateway.blobs, asset) if set(parts) <= asset.known.keys() else None
    heard = known is not None and known.transcript.status == "completed"
    if known is not None and (speech is None or (heard and heard_as(asset, speech))):
        return known
    source = source_of(asset, speech=speech or AS_BEFORE)
    job = await ran(caller, asset, JobInput(sources=(source,), parts=parts))
    return await read(caller.gateway, job.state.analyses[asset.id])


def not_ready(asset: Asset, parts: Sequence[Part]) -> Refusal:
    """Return the 409 refusal for an asset of which these parts are not known yet."""
    some = len(parts) < len(PARTS)
    what = f"Its {' and '.join(parts)} must be analysed first." if some else "The asset is not analysed yet."
    order = json.dumps({"parts": parts} if some else {})
    return conflict(
        "analysis_not_ready",
        what,
        remedy=f"POST {order} to /api/assets/{asset.id}/analyze.",
        missing=[part for part in PARTS if part not in asset.known],
    )


async def read(gateway: Gateway, ref: BlobRef) -> Analysis:
    """Return an analysis document, parsed beside the event loop."""
    data = await gateway.blobs.get_bytes(ref, MAX_DOCUMENT)
    return await asyncio.to_thread(Analysis.model_validate_json, data)


async def ran(caller: Caller, asset: Asset, order: JobInput) -> Job:
    """Start a job of kind ``tool`` and return it completed. Raises Unfinished, and the job's error as a refusal."""
    draft = JobDraft(
        account=caller.account.id, kind="tool", input=order, priority=caller.account.priority, asset_id=asset.id
    )
    async with transaction(caller.gateway.pool) as connection:
        job = await start_job(connection, draft)
    left = caller.deadline - asyncio.get_running_loop().time()
    job = await wait_for_job(caller.gateway, job.id, max(0.0, left))
    if not job.ended:
        raise Unfinished(job)
    if job.error is not None:
        raise _refusal(job)
    if job.status != "completed":
        raise conflict("job_cancelled", "The tool's job was cancelled.", remedy="Ask again.", job_id=job.id)
    return job


def _refusal(job: Job) -> Refusal:
    assert job.error is not None
    error = job.error
    wrong = error.code.startswith("media_") or error.code in {"time_outside"}
    headers = None if wrong else {"Retry-After": "30"}
    return Refusal(
        422 if wrong else 503, error.code, error.message, remedy=error.remedy, extra={"job_id": job.id}, headers=headers
    )
