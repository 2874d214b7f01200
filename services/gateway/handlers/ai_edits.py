"""Starting AI edits, and rendering their plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from services.gateway.domain import ratio
from services.gateway.domain.account import Account
from services.gateway.domain.ai_order import AiEditOrder
from services.gateway.domain.expiry import gone
from services.gateway.domain.job import Job, JobDraft, JobInput, JobSource
from services.gateway.domain.records import Asset
from services.gateway.domain.refusal import FieldError, invalid
from services.gateway.domain.render_status import outputs_of
from services.gateway.domain.timeline.compile import retime
from services.gateway.handlers.analyses import heard_as, source_of
from services.gateway.handlers.jobs import start_job
from services.gateway.handlers.plans import read_plan
from services.gateway.handlers.projects import require_consent, write_timeline
from services.gateway.handlers.uploads import remember
from services.gateway.store import assets, edits
from shared.blobs import Blobs
from shared.contracts.ids import new_id
from shared.contracts.speech import SpeechWishes
from shared.contracts.time import fraction_text
from shared.contracts.timeline import Output, RenderOptions
from shared.db import Connection, Pool, transaction

FASTEST = 60
NAME = "edited_"


async def start_edit(connection: Connection, caller: Account, main: Asset, order: AiEditOrder) -> Job:
    """Start an AI edit of ``main`` and the further films of the order, in that order.

    Raises the 422 refusal for a further film that is not the account's.
    """
    media = [main, *await _further(connection, caller, main, order.video_ids)]
    speech = SpeechWishes(language=order.language, hotwords=order.hotwords, speech_model=order.speech_model)
    sources = tuple(_source(asset, speech) for asset in media)
    asked = order.model_dump(mode="json", exclude_unset=True, include={"summary", "story_prompt", "aspect_ratios"})
    job_input = JobInput(sources=sources, wishes=order.wishes(), brief=order.brief(), extra=asked)
    draft = JobDraft(account=caller.id, kind="edit", input=job_input, priority=caller.priority, asset_id=main.id)
    return await start_job(connection, draft)


def _source(asset: Asset, speech: SpeechWishes) -> JobSource:
    """Return an asset as the edit's source: its known words do, unless they were heard without the words to expect."""
    known = heard_as(asset, speech.model_copy(update={"language": None}))
    return source_of(asset, analysed=known, speech=speech)


async def apply_plan(
    pool: Pool, blobs: Blobs, caller: Account, plan_job: Job, ratios: Sequence[str], *, title: str,
    films_days: float = 0.0,
) -> Job:  # fmt: skip
    """Return the render of the plan to these ratios: the one that there is, or a new one.

    A render that failed, was cancelled, or whose films were kept ``films_days`` and went, does not count. Raises the
    409 refusals ``plan_not_ready`` and ``consent_required``.
    """
    plan = await read_plan(blobs, plan_job)
    pair = ",".join(sorted(ratios))
    async with transaction(pool) as connection:
        known = await _rendered(connection, plan_job, pair, films_days)
    if known is not None:
        return known
    job_id = new_id()
    document = await write_timeline(blobs, job_id, retime(plan.timeline, rate_for(plan.timeline.rate)))
    async with transaction(pool) as connection:
        known = await _rendered(connection, plan_job, pair, films_days)
        if known is not None:
            await remember(connection, [document.key])
            return known
        job_input = JobInput(
            sources=plan_job.input.sources,
            timeline=document,
            outputs=tuple(output_for(text) for text in ratios),
            options=RenderOptions(title=title, comment=job_id),
            extra={"plan_job_id": plan_job.id, "ratios": list(ratios)},
        )
        draft = JobDraft(
            id=job_id,
            account=caller.id,
            kind="render",
            input=job_input,
            priority=caller.priority,
            asset_id=plan_job.asset_id,
        )
        job = await start_job(connection, draft)
        await edits.set_applied(connection, plan_job.id, pair, job.id)
        return job


async def _rendered(connection: Connection, plan_job: Job, pair: str, films_days: float) -> Job | None:
    """Return the render of this plan that is there, if it counts; orders of the same one wait for each other here."""
    await require_consent(connection, [source.asset_id for source in plan_job.input.sources])
    known = await edits.applied(connection, plan_job.id, pair)
    if known is None or known.status in ("failed", "cancelled") or gone(known, films_days):
        return None
    return known


def rate_for(rate: str) -> str:
    """Return the rate that a plan is rendered at: its own, halved until it is at most 60 frames a second."""
    exact = Fraction(rate)
    while exact > FASTEST:
        exact /= 2
    return fraction_text(exact)


def output_for(text: str) -> Output:
    """Return the file for one aspect ratio."""
    width, height = ratio.size(text)
    return Output(name=NAME + ratio.name(text), width=width, height=height)


def output_keys(renders: Sequence[Job], films_days: float = 0.0) -> dict[str, str]:
    """Return the object key of each ratio that finished ``renders`` made and that is kept; the newest one counts."""
    found: dict[str, str] = {}
    for job in renders:
        keys: Mapping[str, str] = outputs_of(job) if job.status == "completed" and not gone(job, films_days) else {}
        ratios = job.input.extra.get("ratios")
        for text in ratios if isinstance(ratios, list) else []:
            key = keys.get(NAME + ratio.name(str(text)))
            if key is not None:
                found[str(text)] = key
    return found


async def _further(connection: Connection, caller: Account, main: Asset, ids: Sequence[str]) -> list[Asset]:
    wanted = [i for i in dict.fromkeys(ids) if i != main.id]
    found = await assets.find_all(connection, caller.id, wanted)
    unknown = [
        FieldError(f"video_ids[{place}]", "video_unknown", "There is no such film.")
        for place, video in enumerate(ids)
        if video != main.id and (video not in found or found[video].info.kind != "video")
    ]
    if unknown:
        raise invalid(unknown)
    return [found[video] for video in wanted]
