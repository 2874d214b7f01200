"""A database of another version is told as one, not as a fault of ours."""

import json
import os
import sys
from pathlib import Path

import pytest

from shared.db import migrate, open_pool
from shared.errors import PermanentError
from shared.process import run
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


async def test_a_service_that_meets_such_a_database_says_so_in_one_line(fresh_database: FreshDatabase) -> None:
    url = await fresh_database("planner")
    env = {**os.environ, "CUTROOM_DATABASE_URL": url, "CUTROOM_BUS": "kafka", "CUTROOM_LOG_FORMAT": "json"}
    argv = [sys.executable, "-m", "services.planner", "migrate"]
    await run(argv, env=env)
    pool = await open_pool(url, 1)
    await pool.execute("update schema_migrations set digest = 'another' where name = '0001_plans.sql'")
    await pool.close()
    done = await run(argv, env=env, ok=frozenset({1}))
    told = json.loads(done.stderr_tail.splitlines()[-1])
    assert (told["event"], told["code"]) == ("service.failed", "database_made_otherwise") and told["remedy"]
    assert "Traceback" not in done.stderr_tail
