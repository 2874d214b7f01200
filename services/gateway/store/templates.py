"""Templates that accounts saved."""

from __future__ import annotations

from services.gateway.domain.merge_fields import SavedTemplate
from shared.db import Connection

COLUMNS = "id, account, name, description, variables, timeline, created_at"


async def add(connection: Connection, template: SavedTemplate) -> None:
    """Store a template."""
    plain = template.model_dump(mode="json")
    await connection.execute(
        "insert into saved_templates (id, account, name, description, variables, timeline) values ($1,$2,$3,$4,$5,$6)",
        template.id, template.account, template.name, template.description, plain["variables"], plain["timeline"],
    )  # fmt: skip


async def find(connection: Connection, account: str, template_id: str) -> SavedTemplate | None:
    """Return the account's template."""
    row = await connection.fetchrow(
        f"select {COLUMNS} from saved_templates where account = $1 and id = $2", account, template_id
    )
    return SavedTemplate.model_validate(dict(row)) if row else None


async def newest(connection: Connection, account: str, *, limit: int, before: str | None) -> list[SavedTemplate]:
    """Return up to ``limit`` templates, newest first, older than the id ``before``."""
    rows = await connection.fetch(
        f"select {COLUMNS} from saved_templates where account = $1 and ($2::text is null or id < $2)"
        " order by id desc limit $3",
        account, before, limit,
    )  # fmt: skip
    return [SavedTemplate.model_validate(dict(row)) for row in rows]


async def remove(connection: Connection, account: str, template_id: str) -> bool:
    """Delete the account's template; tell whether it was there."""
    done: str = await connection.execute(
        "delete from saved_templates where account = $1 and id = $2", account, template_id
    )
    return done.endswith(" 1")
