"""How a row ends that did not succeed: failed, cancelled, given back, or taken over from a silent worker."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from shared import inbox, log, outbox
from shared.contracts.envelope import Envelope
from shared.contracts.events import StepCancelled, StepFailed
from shared.contracts.topics import STEP_EVENTS
from shared.db import Connection, Pool, transaction
from shared.errors import PermanentError, Unavailable
from shared.failure import exhausted, failure
from shared.inbox import Claim
from shared.messages import answer
from shared.step import DATABASE_PATIENCE_S

MAX_PAUSE_S = 300.0
logger = log.get(__name__)

OnEnd = Callable[[Connection, Envelope, StepFailed | StepCancelled], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Rules:
    """How workers treat their rows; ``patience_s``: how old an order may grow while it waits for a server."""

    lease_s: float = 30.0
    max_attempts: int = 5
    retry_base_s: float = 1.0
    patience_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class Ending:
    """Ends rows of one service's inbox.

    ``on_end`` writes what follows from a failed or cancelled row, in the transaction that ends it; the default
    publishes the fact for the gateway.
    """

    service: str
    pool: Pool
    rules: Rules
    on_end: OnEnd | None = None

    async def failed(self, claimed: Claim, error: Exception) -> str:
        """End the row, or put it back to be tried again after a pause; return the outcome's name.

        A server that is away uses up no attempt as long as the order is younger than the rules' patience.
        """
        told = failure(claimed, error)
        waits = isinstance(error, Unavailable) and _age(claimed) < self.rules.patience_s
        final = isinstance(error, PermanentError) or (claimed.attempts >= self.rules.max_attempts and not waits)
        if isinstance(error, PermanentError):
            logger.info("step.failed", code=told.code, error=told.message)
        else:
            logger.error("step.failed", code=told.code, attempt=claimed.attempts, final=final, exc_info=error)
        async with transaction(self.pool, DATABASE_PATIENCE_S) as connection:
            if final:
                await self._end(connection, claimed, "dead", told)
            else:
                body = told.model_dump(mode="json")
                await inbox.delay(connection, claimed, self._pause(claimed), body, counted=not waits)
        return "dead" if final else "retried"

    async def cancelled(self, claimed: Claim) -> str:
        """End the row as a person asked for."""
        async with transaction(self.pool, DATABASE_PATIENCE_S) as connection:
            await self._end(connection, claimed, "cancelled", StepCancelled())
        logger.info("step.cancelled")
        return "cancelled"

    async def released(self, claimed: Claim) -> str:
        """Give the row back with its attempt, on an orderly shutdown."""
        async with transaction(self.pool) as connection:
            await inbox.release(connection, claimed)
        return "released"

    async def sweep(self) -> None:
        """Take over rows of silent workers: back to waiting, or to their end after too many attempts."""
        async with transaction(self.pool) as connection:
            for claimed, cancelled in await inbox.expired(connection):
                if cancelled:
                    await self._end(connection, claimed, "cancelled", StepCancelled())
                elif claimed.attempts >= self.rules.max_attempts:
                    await self._end(connection, claimed, "dead", exhausted(claimed))
                else:
                    await inbox.delay(connection, claimed, 0.0, {"code": "worker_lost"})
            await inbox.promote(connection)

    def _pause(self, claimed: Claim) -> float:
        """Exponential backoff with jitter, so that what failed together is not tried again together."""
        pause: float = self.rules.retry_base_s * 2 ** (claimed.attempts - 1) * random.uniform(0.5, 1.5)
        return min(pause, MAX_PAUSE_S)

    async def _end(self, connection: Connection, claimed: Claim, state: str, fact: StepFailed | StepCancelled) -> None:
        await inbox.end(connection, claimed, state, fact.model_dump(mode="json"))
        if self.on_end is not None:
            await self.on_end(connection, claimed.envelope, fact)
        else:
            await outbox.put(connection, STEP_EVENTS, answer(self.service, claimed.envelope, fact))


def _age(claimed: Claim) -> float:
    return (datetime.now(UTC) - claimed.envelope.time).total_seconds()
