"""Projects and the history of their timelines."""

from __future__ import annotations

from services.gateway.domain.records import Project, ProjectStatus, Revision, RevisionLine
from services.gateway.domain.timeline.data import TimelineData
from shared.db import Connection

COLUMNS = "id, account, title, status, asset_id, revision, created_at, updated_at"


async def add(
    connection: Connection, *, project_id: str, account: str, title: str, asset_id: str, status: ProjectStatus
) -> None:
    """Store a new project; one that is there already stays as it is."""
    await connection.execute(
        "insert into projects (id, account, title, asset_id, status) values ($1, $2, $3, $4, $5)"
        " on conflict (id) do nothing",
        project_id, account, title, asset_id, status,
    )  # fmt: skip


async def find(connection: Connection, account: str, project_id: str, *, lock: bool = False) -> Project | None:
    """Return the account's project; with ``lock`` its row is held to the end of the transaction."""
    row = await connection.fetchrow(
        f"select {COLUMNS} from projects where account = $1 and id = $2" + (" for update" if lock else ""),
        account, project_id,
    )  # fmt: skip
    return Project.model_validate(dict(row)) if row else None


async def newest(connection: Connection, account: str, *, limit: int, before: str | None) -> list[Project]:
    """Return up to ``limit`` projects, newest first, older than the id ``before``."""
    rows = await connection.fetch(
        f"select {COLUMNS} from projects where account = $1 and ($2::text is null or id < $2)"
        " order by id desc limit $3",
        account, before, limit,
    )  # fmt: skip
    return [Project.model_validate(dict(row)) for row in rows]


async def set_status(connection: Connection, project_id: str, status: ProjectStatus) -> None:
    """Set where the project stands."""
    await connection.execute("update projects set status = $2, updated_at = now() where id = $1", project_id, status)


async def add_revision(connection: Connection, project_id: str, data: TimelineData, origin: str) -> int:
    """Store ``data`` as the project's next revision and make it the current one; return its number.

    The project's row must be locked by the caller or is locked here, so numbers have no gap.
    """
    number: int = await connection.fetchval(
        "update projects set revision = revision + 1, updated_at = now() where id = $1 returning revision", project_id
    )
    await connection.execute(
        "insert into timelines (project_id, revision, data, origin) values ($1, $2, $3, $4)",
        project_id, number, data.model_dump(mode="json"), origin,
    )  # fmt: skip
    return number


async def revision(connection: Connection, project_id: str, number: int) -> Revision | None:
    """Return one revision of a project's timeline."""
    row = await connection.fetchrow(
        "select revision as number, origin, data, created_at from timelines where project_id = $1 and revision = $2",
        project_id, number,
    )  # fmt: skip
    return Revision.model_validate(dict(row)) if row else None


async def revisions(connection: Connection, project_id: str, *, limit: int, before: int | None) -> list[RevisionLine]:
    """Return up to ``limit`` revisions, newest first, older than the number ``before``."""
    rows = await connection.fetch(
        "select revision as number, origin, jsonb_array_length(data -> 'segments') as segments, created_at"
        " from timelines where project_id = $1 and ($2::int is null or revision < $2) order by revision desc limit $3",
        project_id, before, limit,
    )  # fmt: skip
    return [RevisionLine.model_validate(dict(row)) for row in rows]
