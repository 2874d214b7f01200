"""Starting the analysis of a project, once."""

from __future__ import annotations

from services.gateway.domain.account import Account
from services.gateway.domain.job import Job, JobDraft, JobInput, JobKind, JobSource, JobStatus
from services.gateway.domain.records import Asset, Project
from services.gateway.handlers.jobs import start_job
from services.gateway.store import jobs, projects
from services.gateway.store.jobs import Filter
from shared.contracts.plan import Wishes
from shared.contracts.speech import SpeechWishes
from shared.db import Connection

KINDS: tuple[JobKind, ...] = ("analysis", "ingest")
AS_BEFORE = SpeechWishes()
AT_WORK: tuple[JobStatus, ...] = ("queued", "processing")


async def join_or_start(
    connection: Connection,
    caller: Account,
    project: Project,
    asset: Asset,
    wishes: Wishes,
    speech: SpeechWishes = AS_BEFORE,
) -> Job:
    """Return the analysis of the project that is at work, or start one. The project's row must be locked."""
    running = await at_work(connection, project)
    if running is not None:
        return running
    source = source_of(asset, speech=speech)
    order = JobInput(sources=(source,), wishes=wishes, extra={"status_before": project.status})
    draft = JobDraft(
        account=caller.id,
        kind="analysis",
        input=order,
        priority=caller.priority,
        project_id=project.id,
        asset_id=asset.id,
    )
    await projects.set_status(connection, project.id, "analyzing")
    return await start_job(connection, draft)


async def at_work(connection: Connection, project: Project) -> Job | None:
    """Return the job that is making a timeline for the project; None when there is none."""
    for kind in KINDS:
        for status in AT_WORK:
            wanted = Filter(kind=kind, status=status, project=project.id)
            found = await jobs.list_jobs(connection, project.account, wanted, None, 1)
            if found:
                return found[0]
    return None


def source_of(asset: Asset, *, analysed: bool = False, speech: SpeechWishes = AS_BEFORE) -> JobSource:
    """Return the asset as a job's source; with ``analysed`` its known analysis is used instead of a new one.

    Words are heard as ``speech`` wishes, and as those that are known where it wishes nothing.
    """
    language = asset.language if speech.language is None else speech.language
    return JobSource(
        asset_id=asset.id,
        media=asset.media,
        captions=asset.captions,
        language=None if language == "auto" else language,
        hotwords=asset.hotwords if speech.hotwords is None else speech.hotwords,
        speech_model=asset.speech_model if speech.speech_model is None else speech.speech_model,
        analysis=asset.analysis if analysed else None,
        label=asset.title,
    )


def heard_as(asset: Asset, speech: SpeechWishes) -> bool:
    """Whether the words that are known of the asset are those that ``speech`` wishes for."""
    source = source_of(asset, speech=speech)
    known = (asset.language, asset.hotwords, asset.speech_model)
    return (source.language, source.hotwords, source.speech_model) == known
