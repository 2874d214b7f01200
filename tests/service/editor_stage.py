"""A real gateway over HTTP, with workers that are played: they answer every command as the test chooses."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.gateway.app import build
from services.gateway.settings import GatewaySettings
from shared.bus import Delivery, Message
from shared.contracts.commands import CancelStep, Command
from shared.contracts.envelope import Envelope, decode
from shared.contracts.events import Event, StepCancelled
from shared.contracts.topics import ANALYZER_COMMANDS, PLANNER_COMMANDS, RENDERER_COMMANDS, STEP_EVENTS
from shared.infra import Infra
from shared.messages import answer
from tests.patience import LONG
from tests.service.editor_workers import FILM, Play, analyze, plan, probe, render


@dataclass
class Stage:
    """The gateway at ``client``; ``plays`` says how each command is answered, ``seen`` what was ordered."""

    infra: Infra
    client: httpx.AsyncClient
    plays: dict[str, Play] = field(
        default_factory=lambda: {
            "ProbeMedia": probe,
            "AnalyzeMedia": analyze,
            "PlanEdit": plan,
            "RenderTimeline": render,
        }
    )
    seen: list[Command] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def accept(self, delivery: Delivery) -> None:
        """Take a command from the bus and answer it beside."""
        task = asyncio.create_task(self._answer(decode(delivery.body)))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _answer(self, envelope: Envelope) -> None:
        command = envelope.command()
        self.seen.append(command)
        if isinstance(command, CancelStep):
            for cancelled in command.command_ids:
                await self._tell(envelope.model_copy(update={"id": cancelled}), StepCancelled())
            return
        fact = await self.plays[envelope.name](self.infra, command)
        if fact is not None:
            await self._tell(envelope, fact)

    async def _tell(self, cause: Envelope, fact: Event) -> None:
        body = answer("played", cause, fact).encode()
        await self.infra.bus.publish([Message(STEP_EVENTS, cause.subject, body)])

    async def ingest(self, film: bytes = FILM, *, status: int = 201, wait: float = 60, **fields: str) -> dict[str, Any]:
        """Upload a film and return the answer's body."""
        url = f"/api/ingest?wait={wait}"
        response = await self.client.post(url, files={"file": ("Film.mp4", film)}, data=fields)
        assert response.status_code == status, response.text
        return json_of(response)

    async def ended(self, job_id: str) -> None:
        """Return when the job has ended: its event stream closes then."""
        async with asyncio.timeout(LONG):
            await self.client.get(f"/api/jobs/{job_id}/events")

    def files(self) -> list[str]:
        """Return the files of the object store that hold what people uploaded, also what is only being written."""
        root = self.infra.settings.blobs_root
        found = [path.relative_to(root).parts for path in root.rglob("*") if path.is_file()]
        ours = (parts for parts in found if parts[0] == ".tmp" or parts[1] in ("ingest", "captions", "consent"))
        return sorted("/".join(parts) for parts in ours if parts[0] != "refs")


def json_of(response: httpx.Response) -> dict[str, Any]:
    """Return the answer's body, which must be a JSON object."""
    body = json.loads(response.content)
    assert isinstance(body, dict)
    return body


@contextlib.asynccontextmanager
async def stage(infra: Infra, **knobs: object) -> AsyncIterator[Stage]:
    """Run a gateway on a free port until the block is left."""
    settings = GatewaySettings.model_validate({"port": 0, **knobs})
    service = build(infra=infra, settings=settings)
    async with httpx.AsyncClient(timeout=LONG) as client:
        made = Stage(infra, client)
        for topic in (ANALYZER_COMMANDS, PLANNER_COMMANDS, RENDERER_COMMANDS):
            infra.bus.subscribe(topic, "played", made.accept)
        await service.prepare()
        running = asyncio.create_task(service.run())
        bound = asyncio.create_task(service.bound.wait())
        await asyncio.wait([running, bound], return_when=asyncio.FIRST_COMPLETED)
        bound.cancel()
        if running.done():
            await running
        client.base_url = httpx.URL(f"http://127.0.0.1:{service.port}")
        try:
            yield made
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
