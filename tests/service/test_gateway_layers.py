"""Overlays and music of a timeline, over REST."""

from __future__ import annotations

from typing import Any

import pytest

from tests.database import MakeInfra
from tests.service.editor_stage import json_of, stage

TEXT = {"text": {"text": "Hello"}, "start": 0.5, "end": 1.5, "y": [{"at": 0.0, "value": -0.1, "ease": "bounce"}]}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"LUT_1D_SIZE 2\n", b"LUT_3D_SIZE 99\n", "LUT_3D_SIZE 2\né".encode(), b"MZ" * 500,
        b"LUT_3D_SIZE 2\n0 0 0\n", b"LUT_3D_SIZE 2\n" + b"nan 0 0\n" * 8, b"LUT_3D_SIZE 1000000000\n0 0 0",
    ],
)  # fmt: skip
async def test_what_is_no_table_is_refused(make_infra: MakeInfra, body: bytes) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        answer = await gateway.client.post("/api/luts", content=body)
        assert (answer.status_code, json_of(answer)["code"]) == (422, "lut_invalid")


async def test_a_table_of_somebody_else_is_unknown(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await gateway.ingest())["project"]["id"]
        for lut in ("../../secret", "0193aaaa", "UPPER"):
            effects = [{"name": "lut", "lut": lut}]
            segments = {"timeline": {"segments": [{"start": 0.0, "end": 1.0, "effects": effects}]}}
            answer = await gateway.client.post(f"/api/timeline/{project}", json=segments)
            assert (answer.status_code, json_of(answer)["code"]) == (422, "timeline_invalid")
            (error,) = json_of(answer)["errors"]
            assert (error["field"], error["code"]) == ("timeline.segments[0].effects[0].lut", "lut_unknown")


async def test_a_table_that_is_gone_is_named_when_a_render_is_ordered(make_infra: MakeInfra) -> None:
    async with stage(infra := await make_infra("gateway")) as gateway:
        body = await gateway.ingest()
        project, asset = body["project"]["id"], body["asset"]["id"]
        table = b"LUT_3D_SIZE 2\n" + b"0 0 0\n" * 8
        held = json_of(await gateway.client.post("/api/luts", content=table))["lut"]
        segments = {"timeline": {"segments": [{"start": 0.0, "end": 1.0, "effects": [{"name": "lut", "lut": held}]}]}}
        assert (await gateway.client.post(f"/api/timeline/{project}", json=segments)).status_code == 200
        await gateway.client.post(f"/api/consent/{asset}/checkbox", json={"accepted": True})
        account = await infra.pool.fetchval("select account from projects where id = $1", project)
        await infra.blobs.delete(f"luts/{account}/{held}.cube")
        answer = await gateway.client.post(f"/api/render/{project}", json={})
        assert (answer.status_code, json_of(answer)["code"]) == (422, "lut_unknown")


async def test_a_watermark_is_a_picture_of_ones_own(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        body = await gateway.ingest()
        project, asset = body["project"]["id"], body["asset"]["id"]
        await gateway.client.post(f"/api/consent/{asset}/checkbox", json={"accepted": True})
        answer = await gateway.client.post(f"/api/render/{project}", json={"watermark_asset": "nobody's"})
        assert (answer.status_code, json_of(answer)["code"]) == (422, "media_reference_invalid")
        answer = await gateway.client.post(f"/api/render/{project}", json={"watermark_asset": asset})
        assert answer.status_code == 202, answer.text


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
