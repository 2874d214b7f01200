"""Finished films are kept for ever, or for as many days as the settings say."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.gateway.handlers.sweeping import sweep
from tests.database import MakeInfra
from tests.service.editor_stage import Stage, json_of, stage
from tests.service.test_gateway_ai_edit import apply, planned, video
from tests.service.test_gateway_render import consented

DAY_S = 86400.0
AGE = "update jobs set ended_at = ended_at - make_interval(days => $1)"


async def rendered(gateway: Stage) -> str:
    """Render a project, with a ladder, and return the job's id."""
    project = (await consented(gateway))["project"]["id"]
    order = json_of(await gateway.client.post(f"/api/render/{project}?wait=60", json={"hls": True}))
    return str(order["job_id"])


async def objects(gateway: Stage) -> int:
    """How many objects of finished films there are."""
    return len(
        [p for p in (gateway.infra.settings.blobs_root / "refs").rglob("*") if p.is_file() and "final" in p.parts]
    )


async def age(gateway: Stage, days: int) -> None:
    """Let that many days pass for every job and object."""
    await gateway.infra.pool.execute(AGE, days)
    await gateway.infra.pool.execute("update perishables set at = at - make_interval(days => $1)", days)


async def test_films_are_kept_unless_the_settings_say_otherwise(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        job = await rendered(gateway)
        await age(gateway, 3650)
        shown = json_of(await gateway.client.get(f"/api/jobs/{job}"))
        assert (
            shown["expires_at"] is None and (await gateway.client.get(shown["result"]["outputs"][0]["url"])).is_success
        )
        assert json_of(await gateway.client.get(f"/api/render/status/{job}"))["expires_at"] is None


async def test_old_films_go_with_all_their_files_and_the_answers_say_when(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    async with stage(infra, films_days=30) as gateway:
        job = await rendered(gateway)
        shown = json_of(await gateway.client.get(f"/api/jobs/{job}"))
        ended, expires = (datetime.fromisoformat(shown[name]) for name in ("ended_at", "expires_at"))
        assert expires - ended == timedelta(days=30)
        status = json_of(await gateway.client.get(f"/api/render/status/{job}"))
        assert status["expires_at"] == shown["expires_at"] and status["output_url"]
        assert await objects(gateway) == 4, "the film, the playlist, the segment and the listing"
        await age(gateway, 29)
        assert await sweep(infra.pool, infra.blobs, "film", 30 * DAY_S) == 0
        await age(gateway, 2)
        assert await sweep(infra.pool, infra.blobs, "film", 30 * DAY_S) == 2
        assert await objects(gateway) == 0
        later = json_of(await gateway.client.get(f"/api/jobs/{job}"))
        assert (later["status"], later["result"]["outputs"]) == ("completed", []) and later["result"]["check"]["passed"]
        status = json_of(await gateway.client.get(f"/api/render/status/{job}"))
        assert (status["status"], status["output_url"], status["outputs"]) == ("finished", None, [])


async def test_a_plan_whose_film_went_is_rendered_again(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway"), films_days=1) as gateway:
        asset = await video(gateway)
        plan = await planned(gateway, asset)
        first = json_of(await apply(gateway, asset, plan))
        assert json_of(await apply(gateway, asset, plan))["render_job_id"] == first["render_job_id"]
        await age(gateway, 2)
        (listed,) = json_of(await gateway.client.get(f"/api/videos/{asset}/ai-edit"))["jobs"]
        assert listed["output_paths"] == {}
        again = json_of(await apply(gateway, asset, plan))
        assert (
            again["render_job_id"] != first["render_job_id"]
            and again["output_paths"].keys() == first["output_paths"].keys()
        )


async def test_a_gateway_sweeps_them_by_itself(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    async with stage(infra) as gateway:
        await rendered(gateway)
        await age(gateway, 2)
    async with stage(infra, films_days=1) as gateway:
        while await objects(gateway) or await infra.pool.fetchval(
            "select count(*) from perishables where kind = 'film'"
        ):
            await gateway.client.get("/api/jobs")
