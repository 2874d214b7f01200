"""Saved timelines with blanks, differences between revisions, suggested effects, over HTTP."""

from __future__ import annotations

from tests.database import MakeInfra
from tests.service.editor_stage import json_of, stage

TEMPLATE = {
    "name": "News",
    "variables": [
        {"name": "title", "type": "text", "max_length": 20},
        {"name": "length", "type": "seconds", "default": 4},
        {"name": "jingle", "type": "media"},
    ],
    "timeline": {
        "segments": [
            {
                "start": 0, "end": "{{length}}", "sfx": {"name": "jingle", "asset_id": "{{jingle}}"},
                "captions": [{"text": "Now: {{title}}", "start": 0, "end": 2}],
            }
        ]
    },
}  # fmt: skip


async def test_a_template_is_saved_filled_listed_and_deleted(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        body = await gateway.ingest()
        project, asset = body["project"]["id"], body["asset"]["id"]
        saved = await gateway.client.post("/api/templates", json=TEMPLATE)
        assert saved.status_code == 201, saved.text
        name = json_of(saved)["id"]
        assert [t["id"] for t in json_of(await gateway.client.get("/api/templates/saved"))["items"]] == [name]
        order = {"project_id": project, "variables": {"title": "Boats", "jingle": asset, "length": 3.5}}
        made = await gateway.client.post(f"/api/templates/{name}/apply", json=order)
        (segment,) = json_of(made)["timeline"]["segments"]
        assert (segment["end"], segment["captions"][0]["text"]) == (3.5, "Now: Boats")
        assert segment["sfx"]["asset_id"] == asset and json_of(made)["revision"] == 2
        for variables, field in (
            ({"title": "Boats"}, "variables.jingle"),
            ({"title": "Boats", "jingle": "0193"}, "variables.jingle"),
            ({"title": "B" * 21, "jingle": asset}, "variables.title"),
            ({"title": "Boats", "jingle": asset, "length": "3"}, "variables.length"),
        ):
            order = {"project_id": project, "variables": variables}
            wrong = await gateway.client.post(f"/api/templates/{name}/apply", json=order)
            assert wrong.status_code == 422 and json_of(wrong)["errors"][0]["field"] == field, wrong.text
        beyond = {"project_id": project, "variables": {"title": "B", "jingle": asset, "length": 99}}
        refused = await gateway.client.post(f"/api/templates/{name}/apply", json=beyond)
        assert (refused.status_code, json_of(refused)["code"]) == (422, "timeline_invalid")
        bad = TEMPLATE | {"variables": []}
        assert json_of(await gateway.client.post("/api/templates", json=bad))["code"] == "template_invalid"
        assert json_of(await gateway.client.delete(f"/api/templates/saved/{name}"))["deleted"]
        assert (await gateway.client.get(f"/api/templates/saved/{name}")).status_code == 404
        assert json_of(await gateway.client.get("/api/templates"))["items"]


async def test_the_difference_between_two_revisions(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        url = f"/api/timeline/{(await gateway.ingest())['project']['id']}"
        await gateway.client.post(url, json={"timeline": {"segments": [{"start": 0.5, "end": 2.5}], "tempo": 90.0}})
        found = json_of(await gateway.client.get(f"{url}/diff?from=1"))
        assert (found["from_revision"], found["to_revision"]) == (1, 2)
        assert [line["op"] for line in found["segments"]] == ["removed", "changed"]
        assert "tempo" in found["members"]
        assert (await gateway.client.get(f"{url}/diff?from=9")).status_code == 404
        assert (await gateway.client.get(f"{url}/diff")).status_code == 422


async def test_effects_are_suggested_for_an_asset(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        asset = (await gateway.ingest())["asset"]["id"]
        answer = await gateway.client.post("/api/tools", json={"tool": "suggest_effects", "args": {"asset_id": asset}})
        assert answer.status_code == 200, answer.text
        effects = json_of(answer)["result"]["effects"]
        assert [e["name"] for e in effects] == ["fade_in", "fade_out"]
        assert all(e["reason"] for e in effects)
