"""The planner's own record of its work: which plan answered which command, and what models answered and cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.planner.domain.desk import PlanMade
from shared.contracts.blob import BlobRef
from shared.db import Connection


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A model's answer that is paid already, by the command ``command_id``; ``cost_usd`` None: not known."""

    command_id: str
    text: str
    finish: Literal["stop", "length"]
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was sent. ``outcome`` is ``answered`` or the code of the failure; ``seconds`` it took."""

    command_id: str
    job_id: str
    tenant: str
    key: str
    endpoint: str
    model: str
    outcome: str
    seconds: float
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0


async def save(
    connection: Connection, *, command_id: str, job_id: str, tenant: str, ref: BlobRef, made: PlanMade
) -> None:
    """Store which plan answered a command; a second record of the same command takes its place."""
    await connection.execute(
        "insert into plans (command_id, job_id, tenant, plan_key, planner, clips, frames)"
        " values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (command_id) do update set plan_key = excluded.plan_key, planner = excluded.planner,"
        " clips = excluded.clips, frames = excluded.frames",
        command_id, job_id, tenant, ref.key, made.planner, made.clips, made.frames,
    )  # fmt: skip


async def claim_answer(
    connection: Connection, key: str, owner: str, command_id: str, lease_s: float
) -> KeptAnswer | bool:
    """Return the answer that is kept; True when ``owner`` is to ask; False when somebody else is asking."""
    mine = await connection.fetchval(
        "insert into model_answers (key, owner, command_id, lease_until)"
        " values ($1, $2, $3, now() + make_interval(secs => $4))"
        " on conflict (key) do update set owner = $2, command_id = $3, lease_until = excluded.lease_until"
        " where model_answers.answer is null and model_answers.lease_until < now() returning true",
        key, owner, command_id, lease_s,
    )  # fmt: skip
    if mine:
        return True
    row = await connection.fetchrow(
        "select command_id, answer as text, finish, prompt_tokens, completion_tokens, cost_usd"
        " from model_answers where key = $1 and answer is not null",
        key,
    )
    return KeptAnswer(**dict(row)) if row else False


async def keep_answer(connection: Connection, key: str, owner: str, answer: KeptAnswer, keep_days: float) -> None:
    """Keep the answer that ``owner`` got, and forget those that are too old."""
    await connection.execute(
        "update model_answers set answer = $3, finish = $4, prompt_tokens = $5, completion_tokens = $6, cost_usd = $7,"
        " lease_until = null, created_at = now() where key = $1 and owner = $2",
        key, owner, answer.text, answer.finish, answer.prompt_tokens, answer.completion_tokens, answer.cost_usd,
    )  # fmt: skip
    await connection.execute(
        "delete from model_answers where created_at < now() - make_interval(secs => $1)", keep_days * 86400.0
    )


async def release_answer(connection: Connection, key: str, owner: str) -> None:
    """Let somebody else ask: there was no answer."""
    await connection.execute("delete from model_answers where key = $1 and owner = $2 and answer is null", key, owner)


async def add_call(connection: Connection, call: Call) -> None:
    """Write down a request that was sent, whatever came of it."""
    await connection.execute(
        "insert into model_calls (command_id, job_id, tenant, key, endpoint, model, outcome, seconds, prompt_tokens,"
        " completion_tokens, cost_usd) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        call.command_id, call.job_id, call.tenant, call.key, call.endpoint, call.model, call.outcome, call.seconds,
        call.prompt_tokens, call.completion_tokens, call.cost_usd,
    )  # fmt: skip


async def traits(connection: Connection, endpoint: str, model: str) -> dict[str, str]:
    """Return what was learned of a model, by trait."""
    rows = await connection.fetch(
        "select trait, value from model_traits where endpoint = $1 and model = $2", endpoint, model
    )
    return {row["trait"]: row["value"] for row in rows}


async def set_trait(connection: Connection, endpoint: str, model: str, trait: str, value: str) -> None:
    """Keep one thing that was learned of a model."""
    await connection.execute(
        "insert into model_traits (endpoint, model, trait, value) values ($1, $2, $3, $4)"
        " on conflict (endpoint, model, trait) do update set value = $4, seen_at = now()",
        endpoint, model, trait, value,
    )  # fmt: skip
