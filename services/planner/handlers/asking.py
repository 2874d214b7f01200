"""Asking a language model so that the same request is paid once, also when two ask at the same time or one dies.

The answer is kept in a transaction of its own as soon as it is there. A worker that is killed between the model's
answer and that commit pays again when its order is taken up: at most one answer for each such death.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from services.planner import store
from services.planner.engines.model import LanguageModel, ModelFailed, Reply, Request
from services.planner.settings import PlannerSettings
from services.planner.store import Call, KeptAnswer
from shared.contracts.brief import ModelUse
from shared.db import Pool, transaction
from shared.step import Step

LOOK_AGAIN_S = 0.5


@dataclass(frozen=True, slots=True)
class Kept:
    """What was learned of models, in the planner's store (the engines' ``Memory``)."""

    pool: Pool

    async def recall(self, endpoint: str, model: str) -> dict[str, str]:
        """Return what is known, by trait."""
        async with self.pool.acquire() as connection:
            return await store.traits(connection, endpoint, model)

    async def note(self, endpoint: str, model: str, trait: str, value: str) -> None:
        """Keep one trait."""
        async with transaction(self.pool) as connection:
            await store.set_trait(connection, endpoint, model, trait, value)


async def ask(
    model: LanguageModel, request: Request, step: Step, pool: Pool, settings: PlannerSettings
) -> tuple[Reply, ModelUse]:
    """Return the answer and what it cost this command; one that another command paid costs nothing.

    Raises ModelFailed.
    """
    key = request.key(model.endpoint, model.name)
    owner = f"{step.command_id}:{step.attempt}:{time.monotonic_ns()}"
    lease_s = (settings.llm_timeout_s + settings.llm_patience_s) * (settings.llm_retries + 1) + 30
    while True:
        async with transaction(pool) as connection:
            found = await store.claim_answer(connection, key, owner, step.command_id, lease_s)
        if isinstance(found, KeptAnswer):
            reply = Reply(found.text, found.finish, found.prompt_tokens, found.completion_tokens)
            return reply, _use(model, found if found.command_id == step.command_id else None)
        if found:
            return await _paid(model, request, step, pool, settings, key=key, owner=owner)
        await asyncio.sleep(LOOK_AGAIN_S)


async def _paid(
    model: LanguageModel, request: Request, step: Step, pool: Pool, settings: PlannerSettings, *, key: str, owner: str
) -> tuple[Reply, ModelUse]:
    started = time.monotonic()

    def call(outcome: str) -> Call:
        return Call(
            step.command_id, step.job_id, step.tenant, key, model.endpoint, model.name, outcome,
            round(time.monotonic() - started, 3),
        )  # fmt: skip

    try:
        reply = await model.ask(request)
    except BaseException as error:
        outcome = error.code if isinstance(error, ModelFailed) else "stopped"
        await asyncio.shield(_given_up(pool, key, owner, call(outcome)))
        raise
    cost = model.cost_usd(reply.prompt_tokens, reply.completion_tokens)
    kept = KeptAnswer(step.command_id, reply.text, reply.finish, reply.prompt_tokens, reply.completion_tokens, cost)
    told = call("answered")
    async with transaction(pool) as connection:
        await store.keep_answer(connection, key, owner, kept, settings.llm_keep_days)
        await store.add_call(
            connection,
            Call(told.command_id, told.job_id, told.tenant, key, told.endpoint, told.model, told.outcome, told.seconds,
                 reply.prompt_tokens, reply.completion_tokens, cost),
        )  # fmt: skip
    return reply, _use(model, kept)


async def _given_up(pool: Pool, key: str, owner: str, call: Call) -> None:
    async with transaction(pool) as connection:
        await store.release_answer(connection, key, owner)
        await store.add_call(connection, call)


def _use(model: LanguageModel, paid: KeptAnswer | None) -> ModelUse:
    if paid is None:
        return ModelUse(model=model.name)
    tokens = (paid.prompt_tokens, paid.completion_tokens)
    return ModelUse(
        prompt_tokens=tokens[0],
        completion_tokens=tokens[1],
        total_tokens=sum(tokens),
        model=model.name,
        cost_usd=paid.cost_usd,
    )


def added(one: ModelUse, other: ModelUse) -> ModelUse:
    """Return both uses as one; a cost that is not known stays unknown."""
    known = one.cost_usd is not None and other.cost_usd is not None
    return ModelUse(
        prompt_tokens=one.prompt_tokens + other.prompt_tokens,
        completion_tokens=one.completion_tokens + other.completion_tokens,
        total_tokens=one.total_tokens + other.total_tokens,
        model=other.model,
        cost_usd=round((one.cost_usd or 0) + (other.cost_usd or 0), 6) if known else None,
    )
