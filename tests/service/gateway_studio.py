"""A real gateway over HTTP whose workers are the test itself: it sees every order and answers when it likes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.gateway.app import build
from services.gateway.domain.job import Job, JobDraft, JobInput, JobSource
from services.gateway.handlers.jobs import start_job
from services.gateway.settings import GatewaySettings
from shared.bus import Delivery, Message
from shared.contracts import topics
from shared.contracts.blob import BlobRef
from shared.contracts.envelope import Envelope, decode
from shared.contracts.events import EditPlanned, Event, MediaAnalyzed, MediaProbed, StepFailed, StepProgress
from shared.contracts.ids import new_id
from shared.contracts.media import MediaInfo, VideoStream
from shared.db import transaction
from shared.infra import Infra
from shared.messages import answer
from tests.patience import LONG

BLOB = BlobRef(key="ingest/a", sha256="0" * 64, size=1, content_type="video/mp4")
VIDEO = VideoStream(
    index=0, codec="h264", width=160, height=90, coded_width=160, coded_height=90, frame_rate="30/1",
    time_base="1/30", duration=2.0,
)  # fmt: skip
INFO = MediaInfo(kind="video", container="mp4", duration=2.0, size=1, video=VIDEO)
FAILED = StepFailed(code="media_truncated", message="It is cut off.", remedy="Send it again.", attempts=1)
COMMANDS = (topics.ANALYZER_COMMANDS, topics.PLANNER_COMMANDS, topics.RENDERER_COMMANDS)
Json = dict[str, Any]


def probed(asset: str) -> MediaProbed:
    """What a probe answers."""
    return MediaProbed(asset_id=asset, info=INFO, thumbnail=None)


def analyzed(asset: str) -> MediaAnalyzed:
    """What an analysis answers."""
    return MediaAnalyzed(
        asset_id=asset, analysis=BLOB, thumbnail=None, shots=1, words=0, tempo=None, transcript="unavailable"
    )


PLANNED = EditPlanned(plan=BLOB, clips=1, duration=1.0, planner="rules")


@dataclass
class Studio:
    """The gateway at ``url``; ``orders`` are its commands as they come, ``told`` what the topic of job events had."""

    infra: Infra
    client: httpx.AsyncClient
    url: str = ""
    orders: asyncio.Queue[Envelope] = field(default_factory=asyncio.Queue)
    told: list[Envelope] = field(default_factory=list)

    async def ordered(self, name: str) -> Envelope:
        """Return the next command, which must be a ``name``."""
        async with asyncio.timeout(LONG):
            envelope = await self.orders.get()
        assert envelope.name == name
        return envelope

    async def reply(self, order: Envelope, fact: Event) -> None:
        """Publish the answer to a command."""
        body = answer("test", order, fact).encode()
        await self.infra.bus.publish([Message(topics.STEP_EVENTS, order.subject, body)])

    async def progress(self, order: Envelope, fraction: float, **detail: float | str) -> None:
        """Report how far a command is."""
        fact = StepProgress(fraction=fraction, detail=detail)
        body = answer("test", order, fact).model_copy(update={"id": new_id()}).encode()
        await self.infra.bus.publish_lossy(Message(topics.JOB_PROGRESS, order.subject, body))

    async def start(self, kind: str = "ingest", *, account: str = "local", **wanted: object) -> Job:
        """Start a job over one source."""
        asset = new_id()
        media = BLOB.model_copy(update={"key": f"ingest/{asset}"})
        order = JobInput.model_validate({"sources": (JobSource(asset_id=asset, media=media),), **wanted})
        draft = JobDraft.model_validate({"account": account, "kind": kind, "input": order, "asset_id": asset})
        async with transaction(self.infra.pool) as connection:
            return await start_job(connection, draft)

    async def get(self, job: Job, **query: float) -> Json:
        """Return the job's record."""
        response = await self.client.get(f"/api/jobs/{job.id}", params=query)
        assert response.status_code == 200, response.text
        body: Json = response.json()
        return body

    async def until(self, job: Job, status: str) -> Json:
        """Wait for a status, woken by nothing but the clock."""
        async with asyncio.timeout(LONG):
            while (body := await self.get(job))["status"] != status:
                await asyncio.sleep(0.02)
        return body

    async def completed(self, **wanted: object) -> Job:
        """Return a job that has only been probed, and is done."""
        job = await self.start(auto_analyze=False, **wanted)
        await self.reply(await self.ordered("ProbeMedia"), probed(job.asset_id or ""))
        await self.until(job, "completed")
        return job

    async def log(self, job: Job, after: int | None = None) -> list[Json]:
        """Return the job's events over SSE, until the server closes."""
        return [json.loads(data) for _, _, data in await self.frames(job, after)]

    async def frames(self, job: Job, after: int | None = None) -> list[tuple[str, str, str]]:
        """Return ``(id, event, data)`` of each event over SSE, until the server closes."""
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        async with asyncio.timeout(LONG):
            response = await self.client.get(f"/api/jobs/{job.id}/events", headers=headers)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith("text/event-stream")
        return frames_of(response.text)


def frames_of(text: str) -> list[tuple[str, str, str]]:
    """Return ``(id, event, data)`` of each event of a stream; comments are left out."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields["id"], fields["event"], fields["data"]))
    return found


def problem_of(response: httpx.Response, status: int, code: str) -> Json:
    """Return the problem document, which must be one of ``status`` and ``code``."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: Json = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"]
    assert body["title"]
    assert body["detail"]
    assert body["instance"] == response.request.url.path
    return body


@contextlib.asynccontextmanager
async def studio(infra: Infra, **knobs: object) -> AsyncIterator[Studio]:
    """Run a gateway on a free port until the block is left."""
    settings = GatewaySettings.model_validate({"port": 0, **knobs})
    service = build(settings, infra)
    async with httpx.AsyncClient(timeout=LONG) as client:
        made = Studio(infra, client)

        async def order(delivery: Delivery) -> None:
            made.orders.put_nowait(decode(delivery.body))

        async def tell(delivery: Delivery) -> None:
            made.told.append(decode(delivery.body))

        for topic in COMMANDS:
            infra.bus.subscribe(topic, "test", order)
        infra.bus.subscribe(topics.JOB_EVENTS, "test", tell)
        await service.prepare()
        running = asyncio.create_task(service.run())
        bound = asyncio.create_task(service.bound.wait())
        await asyncio.wait([running, bound], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        made.url = f"http://127.0.0.1:{service.port}"
        client.base_url = httpx.URL(made.url)
        try:
            yield made
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
