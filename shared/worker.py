"""The worker: claims rows, keeps their leases, runs their handlers and ends them, whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import structlog
from pydantic import BaseModel

from shared import inbox, log
from shared.bus import Bus
from shared.contracts.topics import STEP_EVENTS
from shared.db import AWAY, Pool, transaction
from shared.ending import Ending, Rules
from shared.inbox import Claim, LeaseLost
from shared.signal import Signal
from shared.step import Handler, Step
from shared.telemetry import STEP_SECONDS, STEPS, trace_id

HEARTBEAT_S = 1.0
logger = log.get(__name__)

Why = Literal["cancel", "lost", "shutdown"]


@dataclass(slots=True)
class _Running:
    task: asyncio.Task[None]
    claim: Claim
    why: Why | None = None

    def stop(self, why: Why) -> None:
        if self.why is None:
            self.why = why
            self.task.cancel()


@dataclass(slots=True)
class Worker:
    """Runs ``handlers`` (by message name, with the model to parse it) over one lane of a service's inbox."""

    service: str
    pool: Pool
    bus: Bus
    handlers: Mapping[str, tuple[type[BaseModel], Handler]]
    scratch: Path
    ending: Ending
    rules: Rules
    lane: str
    concurrency: int
    wake: Signal = field(default_factory=Signal)
    _running: dict[str, _Running] = field(default_factory=dict)

    async def run(self) -> None:
        """Work until cancelled; then let no step go on and give unfinished ones back."""
        slots = asyncio.Semaphore(self.concurrency)
        tasks: set[asyncio.Task[None]] = set()
        try:
            while True:
                await slots.acquire()
                claimed = await self._next()
                task = asyncio.create_task(self._work(claimed))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                task.add_done_callback(lambda _: slots.release())
        finally:
            for running in list(self._running.values()):
                running.stop("shutdown")
            await asyncio.gather(*tasks, return_exceptions=True)

    def cancel_requested(self, command_id: str) -> None:
        """Stop a running step now; the signal for it has come (an empty id means: look at the next heartbeat)."""
        if command_id in self._running:
            self._running[command_id].stop("cancel")

    async def _next(self) -> Claim:
        owner = f"{socket.gethostname()}:{os.getpid()}"
        while True:
            try:
                async with transaction(self.pool) as connection:
                    claimed = await inbox.claim(connection, self.rules.lease_s, owner, self.lane)
                if claimed is not None:
                    return claimed
            except (*AWAY, TimeoutError) as away:
                logger.warning("claim.waits", error=f"{type(away).__name__}: {away}")
                await asyncio.sleep(0.5)
            await self.wake.wait(1.0)

    async def _work(self, claimed: Claim) -> None:
        structlog.contextvars.bind_contextvars(
            service=self.service, job_id=claimed.envelope.subject, message_id=claimed.id,
            trace_id=trace_id(claimed.envelope.traceparent),
        )  # fmt: skip
        started = time.monotonic()
        outcome = "error"
        try:
            outcome = await self._attempt(claimed)
        except LeaseLost:
            outcome = "lease_lost"
            logger.warning("step.lease_lost")
        except Exception:
            logger.exception("step.not_ended")
        STEPS.labels(self.service, claimed.envelope.name, outcome).inc()
        STEP_SECONDS.labels(self.service, claimed.envelope.name).observe(time.monotonic() - started)

    async def _attempt(self, claimed: Claim) -> str:
        async with self._folder(claimed) as scratch:
            step = Step(self.service, claimed, self.pool, self.bus, scratch, log.get(f"services.{self.service}"))
            running = _Running(asyncio.create_task(self._handle(claimed, step)), claimed)
            self._running[claimed.id] = running
            heart = asyncio.create_task(self._keep(running))
            try:
                await running.task
            except asyncio.CancelledError:
                return await self._stopped(running, step)
            except Exception as error:
                if isinstance(error, LeaseLost) or step.finished:
                    raise
                return await self.ending.failed(claimed, error)
            finally:
                heart.cancel()
                self._running.pop(claimed.id, None)
            return "done"

    async def _handle(self, claimed: Claim, step: Step) -> None:
        model, handler = self.handlers[claimed.envelope.name]
        if claimed.topic != STEP_EVENTS:
            step.progress(0.0)
        await handler(model.model_validate(claimed.envelope.data), step)
        if not step.finished:
            raise RuntimeError(f"the handler of {claimed.envelope.name} returned without step.finish()")

    async def _keep(self, running: _Running) -> None:
        """Renew the lease while the handler runs; stop the handler when it is lost or a cancel was asked for."""
        while True:
            await asyncio.sleep(min(HEARTBEAT_S, self.rules.lease_s / 4))
            try:
                async with transaction(self.pool) as connection:
                    cancel = await inbox.renew(connection, running.claim, self.rules.lease_s)
            except LeaseLost:
                running.stop("lost")
                return
            except Exception as away:
                logger.warning("lease.not_renewed", error=f"{type(away).__name__}: {away}")
                continue
            if cancel:
                running.stop("cancel")
                return

    async def _stopped(self, running: _Running, step: Step) -> str:
        if step.finished:
            return "done"
        if running.why == "cancel":
            return await self.ending.cancelled(running.claim)
        if running.why == "lost":
            raise LeaseLost(running.claim.id)
        return await self.ending.released(running.claim)

    @contextlib.asynccontextmanager
    async def _folder(self, claimed: Claim) -> AsyncIterator[Path]:
        folder = self.scratch / self.service / f"{claimed.id}.{claimed.lease}"
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
