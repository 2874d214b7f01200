"""Overlays and music of a timeline, over REST."""

from __future__ import annotations

from typing import Any

from tests.database import MakeInfra
from tests.service.editor_stage import json_of, stage

TEXT = {"text": {"text": "Hello"}, "start": 0.5, "end": 1.5, "y": [{"at": 0.0, "value": -0.1, "ease": "bounce"}]}


async def test_layers_are_stored_shown_and_refused_by_name(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await gateway.ingest())["project"]
        place = f"/api/timeline/{project['id']}"

        async def write(**members: Any) -> Any:
            return await gateway.client.post(place, json={"timeline": members})

        other = (await gateway.ingest())["asset"]
        written = {
            "segments": [{"start": 0.0, "end": 2.0, "split": [{"asset_id": other["id"]}]}],
            "overlays": [TEXT, {"url": other["url"], "start": 0.0, "end": 1.0, "width": 0.3}],
            "music": [{"asset_id": other["id"], "gain_db": -20.0}],
            "sounds": [{"name": "pop", "at": 0.25}],
        }
        answer = await write(**written)
        assert answer.status_code == 200, answer.text
        shown = json_of(await gateway.client.get(place))["timeline"]
        assert shown["overlays"][1] == {"path": other["path"], "start": 0.0, "end": 1.0, "width": 0.3}
        assert (shown["music"], shown["sounds"]) == (written["music"], written["sounds"])
        assert shown["segments"][0]["split"] == [{"asset_id": other["id"]}]
        refused = await write(
            overlays=[{**TEXT, "text": None}], music=[{"asset_id": "nobody's"}], sounds=[{"name": "boom"}]
        )
        assert refused.status_code == 422
        named = {(e["field"], e["code"]) for e in json_of(refused)["errors"]}
        assert named == {
            ("timeline.overlays[0]", "overlay_content"),
            ("timeline.music[0].asset_id", "media_reference_invalid"),
            ("timeline.sounds[0].name", "sfx_unknown"),
        }
