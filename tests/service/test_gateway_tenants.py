"""One account never sees or changes anything of another's, whichever route it takes."""

from __future__ import annotations

from typing import Any

from services.gateway.store import accounts
from tests.database import MakeInfra
from tests.service.editor_stage import Stage, json_of, stage
from tests.service.editor_workers import FILM

STORY = {"story_prompt": {"key_message": "x"}}


async def key_of(gateway: Stage, name: str) -> dict[str, str]:
    async with gateway.infra.pool.acquire() as connection:
        return {"X-API-Key": await accounts.create_key(connection, name, "free")}


async def owned(gateway: Stage) -> dict[str, Any]:
    """Make one of everything for the account whose key the client carries."""
    body = await gateway.ingest()
    asset, project = body["asset"]["id"], body["project"]["id"]
    await gateway.client.post(f"/api/consent/{asset}/checkbox", json={"accepted": True})
    render = json_of(await gateway.client.post(f"/api/render/{project}?wait=60"))["job_id"]
    edit = json_of(await gateway.client.post(f"/api/videos/{asset}/ai-edit/generate?wait=60", json=STORY))["job_id"]
    chat = json_of(await gateway.client.post("/api/chat/sessions", json={"project_id": project}))["id"]
    made = {"asset": asset, "project": project, "render": render, "edit": edit, "path": body["asset"]["path"]}
    return {**made, "chat": chat}


async def test_another_accounts_things_are_unknown(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway"), auth="keys") as gateway:
        ann, bob = await key_of(gateway, "ann"), await key_of(gateway, "bob")
        gateway.client.headers.update(ann)
        hers = await owned(gateway)
        before = json_of(await gateway.client.get(f"/api/timeline/{hers['project']}"))

        gateway.client.headers.update(bob)
        asset, project = hers["asset"], hers["project"]
        for method, path, body in (
            ("GET", f"/api/projects/{project}", None),
            ("GET", f"/api/assets/{asset}", None),
            ("GET", f"/api/assets/{asset}/analysis", None),
            ("PUT", f"/api/assets/{asset}/transcript", {"x": 1}),
            ("GET", f"/api/timeline/{project}", None),
            ("POST", f"/api/timeline/{project}", {"timeline": {"tempo": 1.0}}),
            ("POST", f"/api/timeline/{project}/analyze", None),
            ("GET", f"/api/timeline/{project}/revisions", None),
            ("GET", f"/api/timeline/{project}/revisions/1", None),
            ("POST", f"/api/timeline/{project}/revert", {"revision": 1}),
            ("GET", f"/api/consent/{asset}", None),
            ("GET", f"/api/consent/{asset}/log", None),
            ("POST", f"/api/consent/{asset}/checkbox", {"accepted": False}),
            ("POST", f"/api/render/{project}", None),
            ("GET", f"/api/render/status/{hers['render']}", None),
            ("GET", f"/api/videos/{asset}/ai-edit/data", None),
            ("GET", f"/api/videos/{asset}/ai-edit", None),
            ("POST", f"/api/videos/{asset}/ai-edit/generate", STORY),
            ("GET", f"/api/videos/{asset}/ai-edit/plan/{hers['edit']}", None),
            ("POST", f"/api/videos/{asset}/ai-edit/apply/{hers['edit']}", None),
            ("GET", f"/api/chat/sessions/{hers['chat']}", None),
            ("POST", f"/api/chat/sessions/{hers['chat']}/messages", {"content": "remove segment 1"}),
        ):
            answer = await gateway.client.request(method, path, json=body)
            assert (answer.status_code, json_of(answer)["code"]) == (404, "not_found"), (method, path)
        document = await gateway.client.post(f"/api/consent/{asset}/upload", files={"file": ("a.pdf", b"%PDF-1.4")})
        assert document.status_code == 404
        assert json_of(await gateway.client.get("/api/chat/sessions"))["sessions"] == []
        begun = await gateway.client.post("/api/chat/sessions", json={"project_id": project})
        assert (begun.status_code, json_of(begun)["code"]) == (422, "project_unknown")
        for path in ("/api/projects", "/api/assets", "/api/jobs"):
            listed = (await gateway.client.get(path)).json()
            assert (listed if isinstance(listed, list) else listed["items"]) == []

        gateway.client.headers.update(ann)
        assert json_of(await gateway.client.get(f"/api/timeline/{project}"))["updated_at"] == before["updated_at"]
        assert json_of(await gateway.client.get(f"/api/consent/{asset}"))["has_checkbox"] is True


async def test_another_accounts_media_cannot_be_used(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway"), auth="keys") as gateway:
        ann, bob = await key_of(gateway, "ann"), await key_of(gateway, "bob")
        gateway.client.headers.update(ann)
        hers = await owned(gateway)
        link = json_of(await gateway.client.get(f"/api/assets/{hers['asset']}"))["url"]
        gateway.client.headers.update(bob)
        his = await owned(gateway)
        for sfx in ({"asset_id": hers["asset"]}, {"path": hers["path"]}, {"url": link}):
            segment = {"start": 0, "end": 1, "sfx": {"name": "x", **sfx}}
            url = f"/api/timeline/{his['project']}"
            refused = await gateway.client.post(url, json={"timeline": {"segments": [segment]}})
            assert json_of(refused)["errors"][0]["code"] == "media_reference_invalid"
        url = f"/api/videos/{his['asset']}/ai-edit/generate"
        refused = await gateway.client.post(url, json=STORY | {"video_ids": [hers["asset"]]})
        assert json_of(refused)["errors"][0]["code"] == "video_unknown"
        refused = await gateway.client.post(f"/api/timeline/{his['project']}", json={"from_plan": hers["edit"]})
        assert json_of(refused)["code"] == "plan_unknown"
        del gateway.client.headers["X-API-Key"]
        assert (await gateway.client.get(link)).content == FILM
