"""A database of another version is told as one, not as a fault of ours."""

from pathlib import Path

import pytest

from shared.db import migrate, open_pool
from shared.errors import PermanentError
from tests.database import FreshDatabase


async def test_a_migration_that_was_another_one_is_refused_with_its_remedy(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    pool = await open_pool(await fresh_database("planner"), 1)
    (tmp_path / "0001_first.sql").write_text("create table first (id int)", "utf-8")
    assert await migrate(pool, "room", tmp_path) == ["0001_first.sql"]
    assert await migrate(pool, "room", tmp_path) == []
    (tmp_path / "0001_first.sql").write_text("create table other (id int)", "utf-8")
    with pytest.raises(PermanentError) as refused:
        await migrate(pool, "room", tmp_path)
    await pool.close()
    assert refused.value.code == "database_made_otherwise" and "empty" in refused.value.remedy
