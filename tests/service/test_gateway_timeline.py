"""Timelines over HTTP: reading, writing, history, templates and analysis."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from shared.contracts.commands import Command
from shared.contracts.events import EditPlanned, Event
from shared.contracts.ids import new_id
from shared.contracts.plan import EditPlan
from shared.infra import Infra
from tests.database import MakeInfra
from tests.service.editor_stage import Stage, json_of, stage
from tests.service.editor_workers import failing, plan, silent


async def post(gateway: Stage, project: str, body: dict[str, Any], **headers: str) -> httpx.Response:
    return await gateway.client.post(f"/api/timeline/{project}", json=body, headers=headers)


async def test_a_timeline_is_written_merged_and_kept_in_history(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await gateway.ingest())["project"]
        url = f"/api/timeline/{project['id']}"
        assert json_of(await gateway.client.get(url)).keys() == project.keys()
        written = {"timeline": {"segments": [{"start": 0, "end": 3, "effects": ["zoom"]}], "asset": {"path": "x"}}}
        response = await post(gateway, project["id"], written)
        changed = json_of(response)
        assert (response.status_code, response.headers["etag"], changed["revision"]) == (200, '"2"', 2)
        assert changed["timeline"]["segments"] == [
            {"name": "segment 1", "start": 0, "end": 3, "effects": ["zoom"], "beats": [], "captions": [], "sfx": None}
        ]
        assert changed["timeline"]["captions"] == project["timeline"]["captions"]
        assert changed["timeline"]["asset"]["path"] == project["asset"]["path"]

        history = json_of(await gateway.client.get(f"{url}/revisions?limit=1"))
        assert [(i["revision"], i["origin"], i["segment_count"]) for i in history["items"]] == [(2, "person", 1)]
        older = await gateway.client.get(f"{url}/revisions?limit=1&cursor={history['next_cursor']}")
        assert [i["revision"] for i in json_of(older)["items"]] == [1]
        assert json_of(older)["next_cursor"] is None
        first = json_of(await gateway.client.get(f"{url}/revisions/1"))
        assert [s["start"] for s in first["timeline"]["segments"]] == [0.5, 6.0]

        back = json_of(await gateway.client.post(f"{url}/revert", json={"revision": 1}))
        assert back["revision"] == 3
        assert [s["start"] for s in back["timeline"]["segments"]] == [0.5, 6.0]
        for unknown in ("9", "0", "x", "99999999999999999999"):
            assert (await gateway.client.get(f"{url}/revisions/{unknown}")).status_code == 404
        assert (await gateway.client.post(f"{url}/revert", json={"revision": 9})).status_code == 404


async def test_a_change_of_an_older_revision_loses(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await gateway.ingest())["project"]
        body = {"timeline": {"tempo": 90.0}}
        answers = await asyncio.gather(*(post(gateway, project["id"], body, **{"If-Match": '"1"'}) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
        lost = json_of(next(answer for answer in answers if answer.status_code == 412))
        assert (lost["code"], lost["revision"]) == ("revision_mismatch", 2)
        url = f"/api/timeline/{project['id']}/revert"
        refused = await gateway.client.post(url, json={"revision": 1}, headers={"If-Match": '"1"'})
        assert refused.status_code == 412
        assert (await post(gateway, project["id"], body, **{"If-Match": "*"})).status_code == 200


async def test_nothing_of_a_wrong_timeline_is_stored(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await gateway.ingest())["project"]
        segments = [
            {"start": 0, "end": 1},
            {"start": 5, "end": 11},
            {"start": 3, "end": 3},
            {"start": 0, "end": 1, "effects": ["explode"], "sfx": {"name": "x", "path": "../../etc/passwd"}},
        ]
        response = await post(gateway, project["id"], {"timeline": {"segments": segments}})
        problem = json_of(response)
        assert (response.status_code, problem["code"]) == (422, "timeline_invalid")
        assert {(e["field"], e["code"]) for e in problem["errors"]} == {
            ("timeline.segments[1].end", "outside_media"),
            ("timeline.segments[2].end", "end_before_start"),
            ("timeline.segments[3].effects[0]", "effect_unknown"),
            ("timeline.segments[3].sfx.path", "media_reference_invalid"),
        }
        headers = {"Content-Type": "application/json"}
        nan = await gateway.client.post(
            f"/api/timeline/{project['id']}", content=b'{"timeline": {"beats": [NaN]}}', headers=headers
        )
        assert (nan.status_code, json_of(nan)["code"]) == (422, "timeline_invalid")
        for body in ({}, {"timeline": {}, "from_plan": "x"}, {"timeline": []}, {"timelines": {}}):
            assert (await post(gateway, project["id"], body)).status_code == 422
        broken = await gateway.client.post(f"/api/timeline/{project['id']}", content=b"{", headers=headers)
        assert json_of(broken)["code"] == "json_invalid"
        assert json_of(await gateway.client.get(f"/api/timeline/{project['id']}"))["revision"] == 1


async def test_unknown_projects_are_404(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        for project in (new_id(), "nonsense", "%00"):
            for method, path in (
                ("GET", ""), ("GET", "/revisions"), ("GET", "/revisions/1"), ("POST", "/analyze"),
            ):  # fmt: skip
                answer = await gateway.client.request(method, f"/api/timeline/{project}{path}")
                assert (answer.status_code, json_of(answer)["code"]) == (404, "not_found")
            assert (await post(gateway, project, {"timeline": {}})).status_code == 404


async def test_a_sound_of_an_own_film_is_kept_by_its_key(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await gateway.ingest())["project"]
        other = (await gateway.ingest(auto_analyze="false"))["asset"]
        sfx = {"name": "door", "url": other["url"], "at": 0.5}
        changed = json_of(
            await post(gateway, project["id"], {"timeline": {"segments": [{"start": 0, "end": 2, "sfx": sfx}]}})
        )
        shown = changed["timeline"]["segments"][0]["sfx"]
        assert (shown["path"], shown["at"]) == (other["path"], 0.5)
        assert (await gateway.client.get(shown["url"])).status_code == 200
        again = await post(gateway, project["id"], {"timeline": changed["timeline"]})
        assert again.status_code == 200
        assert json_of(again)["timeline"]["segments"][0]["sfx"]["path"] == other["path"]


async def test_analysing_again_makes_a_revision_and_is_done_once_at_a_time(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await gateway.ingest())["project"]
        url = f"/api/timeline/{project['id']}/analyze"
        await post(gateway, project["id"], {"timeline": {"segments": []}})
        done = await gateway.client.post(url, json={"template_name": "calm", "seed": 3})
        assert done.status_code == 200
        assert (json_of(done)["revision"], json_of(done)["timeline"]["template_name"]) == (3, "calm")

        gateway.plays["AnalyzeMedia"] = silent
        answers = await asyncio.gather(*(gateway.client.post(f"{url}?wait=0") for _ in range(4)))
        assert [answer.status_code for answer in answers] == [202] * 4
        jobs = {json_of(answer)["job_id"] for answer in answers}
        assert len(jobs) == 1
        assert json_of(answers[0])["status"] == "analyzing"
        await gateway.client.post(f"/api/jobs/{jobs.pop()}/cancel")
        assert json_of(await gateway.client.get(f"/api/timeline/{project['id']}"))["status"] == "analyzed"
        assert (await gateway.client.post(url, json={"pace": "warp"})).status_code == 422


async def test_a_failed_analysis_leaves_the_older_timeline(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await gateway.ingest())["project"]
        gateway.plays["PlanEdit"] = failing("plan_impossible")
        answer = json_of(await gateway.client.post(f"/api/timeline/{project['id']}/analyze"))
        assert (answer["status"], answer["revision"]) == ("analyzed", 1)
        job = json_of(await gateway.client.get(f"/api/jobs/{answer['job_id']}"))
        assert (job["status"], job["error"]["code"]) == ("failed", "plan_impossible")
        fresh = (await gateway.ingest())["project"]
        assert fresh["status"] == "failed"
        del gateway.plays["PlanEdit"]
        gateway.plays["PlanEdit"] = silent
        again = await gateway.client.post(f"/api/timeline/{fresh['id']}/analyze?wait=0")
        assert json_of(again)["status"] == "analyzing"


async def test_lists_and_catalogues(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        made = [(await gateway.ingest(auto_analyze="false", title=f"Film {i}"))["project"] for i in range(3)]
        first = await gateway.client.get("/api/projects?limit=2")
        assert [p["title"] for p in first.json()] == ["Film 2", "Film 1"]
        assert set(first.json()[0]) == {
            "id", "title", "status", "asset_id", "thumbnail_url", "duration", "created_at", "updated_at",
        }  # fmt: skip
        following = first.links["next"]["url"]
        assert [p["id"] for p in (await gateway.client.get(following)).json()] == [made[0]["id"]]
        assets = json_of(await gateway.client.get("/api/assets?limit=2"))
        assert [a["title"] for a in assets["items"]] == ["Film 2", "Film 1"]
        assert assets["next_cursor"] == made[1]["asset"]["id"]
        for bad in ("limit=0", "limit=x", "limit=1000", "cursor=x"):
            assert (await gateway.client.get(f"/api/projects?{bad}")).status_code == 422
        templates = json_of(await gateway.client.get("/api/templates"))
        assert "realistic_chaos" in [t["name"] for t in templates["items"]]
        effects = json_of(await gateway.client.get("/api/effects"))
        zoom = next(e for e in effects["items"] if e["name"] == "zoom")
        assert [(p["name"], p["type"], p["minimum"], p["maximum"], p["default"]) for p in zoom["parameters"][:2]] == [
            ("from", "number", 1, 4, 1.0),
            ("to", "number", 1, 4, 1.2),
        ]
        assert {"slowmo", "punch_in", "reverse", "chroma_key"} <= {e["name"] for e in effects["items"]}
        assert {"dissolve", "wipe_left", "push_up", "dip_black"} <= {t["name"] for t in effects["transitions"]}
        assert {s["name"] for s in effects["sfx"]} == {"whoosh", "pop", "click", "riser", "ding"}


async def test_the_analysis_of_an_asset_can_be_read_and_its_subtitles_replaced(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        asset = (await gateway.ingest(auto_analyze="false"))["asset"]
        assert (await gateway.client.get(f"/api/assets/{asset['id']}/analysis")).status_code == 409
        body = await gateway.ingest()
        asset, project = body["asset"], body["project"]
        analysis = json_of(await gateway.client.get(f"/api/assets/{asset['id']}/analysis"))
        assert len(analysis["shots"]) == 2
        replaced = await gateway.client.put(f"/api/assets/{asset['id']}/transcript", content=b"WEBVTT\n")
        assert replaced.status_code == 200
        known = json_of(await gateway.client.get(f"/api/assets/{asset['id']}/analysis"))
        assert known["missing"] == ["speech"], "the words alone are known no longer"
        assert (await gateway.client.post(f"/api/timeline/{project['id']}/analyze")).status_code == 200
        assert await gateway.infra.blobs.get_bytes(gateway.seen[-2].captions) == b"WEBVTT\n"  # type: ignore[union-attr, arg-type]
        assert (await gateway.client.put(f"/api/assets/{asset['id']}/transcript", content=b" ")).status_code == 422


async def test_a_plan_that_breaks_the_rules_reaches_nobody(make_infra: MakeInfra) -> None:
    async def outside(infra: Infra, command: Command) -> Event:
        fact = await plan(infra, command)
        assert isinstance(fact, EditPlanned)
        document = EditPlan.model_validate_json(await infra.blobs.get_bytes(fact.plan))
        clip = document.timeline.video[0].model_copy(update={"end": 10**9})
        timeline = document.timeline.model_copy(update={"video": (clip,)})
        body = document.model_copy(update={"timeline": timeline}).model_dump_json().encode()
        ref = await infra.blobs.put_bytes("plans/outside.json", body, "application/json")
        return fact.model_copy(update={"plan": ref})

    async def nowhere(infra: Infra, command: Command) -> Event:
        fact = await plan(infra, command)
        assert isinstance(fact, EditPlanned)
        await infra.blobs.delete(fact.plan.key)
        return fact

    async with stage(await make_infra("gateway")) as gateway:
        for wrong, code in ((outside, "plan_invalid"), (nowhere, "blob_missing")):
            gateway.plays["PlanEdit"] = wrong
            body = await gateway.ingest()
            job = json_of(await gateway.client.get(f"/api/jobs/{body['job_id']}"))
            assert (job["status"], job["error"]["step"], job["error"]["code"]) == ("failed", "plan", code)
            assert (body["project"]["status"], body["project"]["revision"]) == ("failed", 0)
