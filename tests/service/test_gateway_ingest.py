"""Ingest: a film comes in over HTTP, an asset and a project come out."""

from __future__ import annotations

from tests.database import MakeInfra
from tests.service.editor_stage import stage
from tests.service.editor_workers import FILM


async def test_ingest_answers_with_asset_project_and_timeline(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        body = await gateway.ingest(title="My film", template_name="calm")
        asset, project = body["asset"], body["project"]
        assert asset["resolution"] == "320x180"
        assert (asset["duration"], asset["fps"], asset["frame_rate"]) == (10.0, 29.97, "30000/1001")
        assert asset["has_audio"] is True
        assert asset["path"] == f"ingest/{asset['id']}/{asset['id']}.mp4"
        assert project["title"] == "My film"
        assert project["status"] == "analyzed"
        assert project["revision"] == 1
        assert [(s["start"], s["end"]) for s in project["timeline"]["segments"]] == [(0.5, 2.5), (6.0, 7.0)]
        assert project["timeline"]["tempo"] == 120.0
        got = await gateway.client.get(asset["url"])
        assert got.content == FILM
        assert got.headers["content-type"] == "video/mp4"
