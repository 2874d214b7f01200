"""Renders: ordered, followed, and found."""

from __future__ import annotations

import asyncio
from typing import Any

from shared.contracts.commands import Command, RenderTimeline
from shared.contracts.events import Event, TimelineRendered
from shared.contracts.ids import new_id
from shared.contracts.timeline import Timeline
from shared.infra import Infra
from tests.database import MakeInfra
from tests.patience import LONG
from tests.service.editor_stage import Stage, json_of, stage
from tests.service.editor_workers import analyze, failing, render, silent


async def consented(gateway: Stage, **fields: str) -> dict[str, Any]:
    body = await gateway.ingest(**fields)
    await gateway.client.post(f"/api/consent/{body['asset']['id']}/checkbox", json={"accepted": True})
    return body


def ordered(gateway: Stage) -> RenderTimeline:
    return next(command for command in reversed(gateway.seen) if isinstance(command, RenderTimeline))


async def document(gateway: Stage) -> Timeline:
    return Timeline.model_validate_json(await gateway.infra.blobs.get_bytes(ordered(gateway).timeline))


async def test_a_render_without_consent_is_refused(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        body = await gateway.ingest()
        refused = await gateway.client.post(f"/api/render/{body['project']['id']}")
        problem = json_of(refused)
        assert (refused.status_code, problem["code"]) == (409, "consent_required")
        assert problem["asset_id"] == body["asset"]["id"]
        assert problem["consent_url"] == f"/api/consent/{body['asset']['id']}"
        assert (await gateway.client.get(problem["consent_url"])).status_code == 200
        assert json_of(await gateway.client.get("/api/jobs?kind=render"))["items"] == []


async def test_a_render_is_ordered_followed_and_found(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway"), watermark="Ours") as gateway:
        project = (await consented(gateway, title="My film"))["project"]["id"]
        order = await gateway.client.post(f"/api/render/{project}?wait=60")
        assert order.status_code == 202
        assert set(json_of(order)) == {"job_id", "status_url"}
        status = json_of(await gateway.client.get(json_of(order)["status_url"]))
        assert (status["id"], status["status"], status["progress"]) == (json_of(order)["job_id"], "finished", 100.0)
        assert [line.split(":")[0] for line in status["logs"][:4]] == [
            "Set-up",
            "Composition",
            "Export",
            "Post-processing",
        ]
        assert status["result"] == status["output_url"]
        assert "/final/" in status["output_url"]
        (made,) = status["outputs"]
        assert (made["name"], made["codec"], made["check"]["passed"]) == ("video_9_16", "h264", True)
        assert made["url"].partition("?")[0] == status["output_url"].partition("?")[0] and made["poster_url"] is None
        assert (await gateway.client.get(status["output_url"])).headers["content-type"] == "video/mp4"
        command = ordered(gateway)
        assert [(o.width, o.height, o.fit) for o in command.outputs] == [(1080, 1920, "auto")]
        assert (command.options.watermark, command.options.title) == ("Ours", "My film")
        assert command.options.comment == json_of(order)["job_id"]
        timeline = await document(gateway)
        assert (timeline.rate, timeline.frames, len(timeline.video)) == ("30/1", 90, 2)
        assert json_of(await gateway.client.get(f"/api/timeline/{project}"))["status"] == "rendered"
        job = json_of(await gateway.client.get(f"/api/jobs/{command.options.comment}"))
        assert job["result"]["check"]["passed"] is True


async def test_several_files_are_one_order(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await consented(gateway))["project"]["id"]
        body = {"aspect_ratio": "16:9", "fidelity": "copy", "outputs": [{"poster": True}, {"codec": "none"}]}
        assert (await gateway.client.post(f"/api/render/{project}?wait=60", json=body)).status_code == 202
        command = ordered(gateway)
        assert [(o.name, o.codec, o.poster) for o in command.outputs] == [
            ("video_16_9", "h264", True), ("sound", "none", False),
        ]  # fmt: skip
        assert command.options.fidelity == "copy"
        wrong = {"outputs": [{"codec": "gif", "audio_codec": "aac"}]}
        refused = await gateway.client.post(f"/api/render/{project}", json=wrong)
        assert (refused.status_code, json_of(refused)["code"]) == (422, "output_codec")


async def test_every_option_reaches_the_renderer(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await consented(gateway))["project"]["id"]
        body = {
            "watermark": True, "aspect_ratio": "4:5", "fit": "blur", "captions": False, "caption_style": "boxed",
            "fps": 23.976, "draft": True, "channels": "5.1", "hls": True,
        }  # fmt: skip
        assert (await gateway.client.post(f"/api/render/{project}?wait=60", json=body)).status_code == 202
        command = ordered(gateway)
        output = command.outputs[0]
        assert (output.width, output.height, output.fit, output.draft) == (480, 600, "blur", True)
        assert (command.options.captions, command.options.caption_style.name) == (False, "boxed")
        assert command.options.watermark != ""
        assert (command.options.channels, output.hls) == ("5.1", True)
        assert (await document(gateway)).rate == "24000/1001"


async def test_what_does_not_go_together_is_refused(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await consented(gateway))["project"]["id"]
        for body, field in (
            ({"channels": "5.1", "codec": "none", "audio_codec": "mp3"}, "channels"),
            ({"channels": "5.1", "outputs": [{}, {"codec": "none", "audio_codec": "mp3"}]}, "channels"),
            ({"outputs": [{}, {"codec": "none", "audio_codec": "mp3", "channels": "5.1"}]}, "outputs[1].channels"),
            ({"hls": True, "codec": "vp9"}, "hls"),
            ({"outputs": [{}, {"hls": True, "audio_codec": "opus"}]}, "outputs[1].hls"),
        ):
            refused = await gateway.client.post(f"/api/render/{project}", json=body)
            assert (refused.status_code, json_of(refused)["code"]) == (422, "output_codec"), body
            assert [e["field"] for e in json_of(refused)["errors"]] == [field]


async def test_a_codec_that_is_not_written_is_refused_with_the_nearest(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await consented(gateway))["project"]["id"]
        for body, field, word in (
            ({"codec": "vp8"}, "codec", "vp9 is the nearest"),
            ({"codec": "h265"}, "codec", "called hevc"),
            ({"outputs": [{"codec": "copy"}]}, "outputs[0].codec", "fidelity: copy"),
            ({"audio_codec": "vorbis"}, "audio_codec", "opus is the nearest"),
            ({"codec": "betamax"}, "codec", "there are h264, hevc"),
        ):
            refused = await gateway.client.post(f"/api/render/{project}", json=body)
            assert (refused.status_code, json_of(refused)["code"]) == (422, "validation_failed"), body
            (told,) = json_of(refused)["errors"]
            assert (told["field"], told["code"]) == (field, "codec_unknown") and word in told["message"]


async def test_what_is_no_order_is_refused(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await consented(gateway))["project"]["id"]
        for body in (
            {"aspect_ratio": "5:1"}, {"aspect_ratio": "wide"}, {"fit": "stretch"}, {"fps": 0}, {"fps": "x"},
            {"channels": 2}, {"hls": "yes please"}, {"colour": 1}, {"watermark": "text"}, {"caption_style": "comic"},
            [], "x",
        ):  # fmt: skip
            assert (await gateway.client.post(f"/api/render/{project}", json=body)).status_code == 422, body
        wrong: dict[str, dict[str, Any]] = {
            "aspect_ratio": {"aspect_ratio": "5:1"},
            "outputs[1].aspect_ratio": {"outputs": [{}, {"aspect_ratio": "0:1"}]},
        }
        for field, written in wrong.items():
            refused = json_of(await gateway.client.post(f"/api/render/{project}", json=written))
            assert [(e["field"], e["code"]) for e in refused["errors"]] == [(field, "aspect_ratio_invalid")]
        for unknown in (new_id(), "nonsense"):
            assert (await gateway.client.post(f"/api/render/{unknown}")).status_code == 404
            assert (await gateway.client.get(f"/api/render/status/{unknown}")).status_code == 404
        ingest = json_of(await gateway.client.get("/api/jobs?kind=ingest"))["items"][0]["id"]
        assert (await gateway.client.get(f"/api/render/status/{ingest}")).status_code == 404
        assert json_of(await gateway.client.get(f"/api/timeline/{project}"))["status"] == "analyzed"


async def test_an_empty_timeline_is_made_first_and_saved(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await consented(gateway, auto_analyze="false"))["project"]["id"]
        order = json_of(await gateway.client.post(f"/api/render/{project}?wait=60", json={"fps": 25}))
        assert json_of(await gateway.client.get(order["status_url"]))["status"] == "finished"
        shown = json_of(await gateway.client.get(f"/api/timeline/{project}"))
        assert (shown["status"], shown["revision"]) == ("rendered", 1)
        assert [(s["start"], s["end"]) for s in shown["timeline"]["segments"]] == [(0.5, 2.5), (6.0, 7.0)]
        timeline = await document(gateway)
        assert (timeline.rate, timeline.frames) == ("25/1", 75)
        kinds = [type(command).__name__ for command in gateway.seen]
        assert kinds == ["ProbeMedia", "AnalyzeMedia", "PlanEdit", "RenderTimeline"]


async def test_what_is_analysed_already_is_only_planned(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await consented(gateway))["project"]["id"]
        await gateway.client.post(f"/api/timeline/{project}", json={"timeline": {"segments": []}})
        await gateway.client.post(f"/api/render/{project}?wait=60")
        assert [type(c).__name__ for c in gateway.seen[-2:]] == ["PlanEdit", "RenderTimeline"]
        assert json_of(await gateway.client.get(f"/api/timeline/{project}"))["revision"] == 3


async def test_a_sound_needs_the_consent_of_its_film_too(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        project = (await consented(gateway))["project"]["id"]
        other = (await gateway.ingest(auto_analyze="false"))["asset"]["id"]
        segment = {"start": 0, "end": 2, "sfx": {"name": "door", "asset_id": other}}
        await gateway.client.post(f"/api/timeline/{project}", json={"timeline": {"segments": [segment]}})
        refused = await gateway.client.post(f"/api/render/{project}")
        assert (refused.status_code, json_of(refused)["asset_id"]) == (409, other)
        await gateway.client.post(f"/api/consent/{other}/checkbox", json={"accepted": True})
        assert (await gateway.client.post(f"/api/render/{project}?wait=60")).status_code == 202
        timeline = await document(gateway)
        assert [(s.name, s.source) for s in timeline.sounds] == [("door", other)]
        assert set(timeline.sources) == {other, timeline.video[0].source}


async def test_a_failed_render_says_why_and_can_be_tried_again(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        played = gateway.plays["RenderTimeline"]
        gateway.plays["RenderTimeline"] = failing("encoder_broken")
        project = (await consented(gateway))["project"]["id"]
        order = json_of(await gateway.client.post(f"/api/render/{project}?wait=60"))
        status = json_of(await gateway.client.get(order["status_url"]))
        assert (status["status"], status["error"], status["error_code"]) == (
            "failed", "It is encoder_broken.", "encoder_broken",
        )  # fmt: skip
        assert (status["result"], status["output_url"]) == (None, None)
        assert json_of(await gateway.client.get(f"/api/timeline/{project}"))["status"] == "analyzed"
        gateway.plays["RenderTimeline"] = played
        await gateway.client.post(f"/api/jobs/{order['job_id']}/retry")
        await gateway.ended(order["job_id"])
        status = json_of(await gateway.client.get(order["status_url"]))
        assert (status["status"], status["error"]) == ("finished", None)
        assert json_of(await gateway.client.get(f"/api/timeline/{project}"))["status"] == "rendered"


async def test_consent_that_goes_while_the_film_is_analysed_stops_the_render(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        body = await consented(gateway, auto_analyze="false")

        async def withdraw(infra: Infra, command: Command) -> Event:
            async with infra.pool.acquire() as connection:
                await connection.execute("update consents set has_checkbox = false")
            return await analyze(infra, command)

        gateway.plays["AnalyzeMedia"] = withdraw
        order = json_of(await gateway.client.post(f"/api/render/{body['project']['id']}?wait=60"))
        status = json_of(await gateway.client.get(order["status_url"]))
        assert (status["status"], status["error_code"]) == ("failed", "consent_required")
        assert not any(isinstance(command, RenderTimeline) for command in gateway.seen)


async def test_a_cancelled_render_gives_the_project_back(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        gateway.plays["RenderTimeline"] = silent
        project = (await consented(gateway))["project"]["id"]
        order = json_of(await gateway.client.post(f"/api/render/{project}"))
        assert json_of(await gateway.client.get(order["status_url"]))["status"] == "queued"
        await gateway.client.post(f"/api/jobs/{order['job_id']}/cancel")
        assert json_of(await gateway.client.get(order["status_url"]))["status"] == "cancelled"
        assert json_of(await gateway.client.get(f"/api/timeline/{project}"))["status"] == "analyzed"


async def test_a_film_that_comes_after_its_render_was_cancelled_is_not_kept(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        made: list[str] = []

        async def too_late(infra: Infra, command: Command) -> Event:
            fact = await render(infra, command)
            assert isinstance(fact, TimelineRendered)
            for output in fact.outputs:
                assert output.hls is not None
                listed = (await infra.blobs.get_bytes(output.hls.listing)).decode().split()
                made.extend([output.file.key, *listed, output.hls.listing.key])
            (job,) = json_of(await gateway.client.get("/api/jobs?kind=render"))["items"]
            await gateway.client.post(f"/api/jobs/{job['id']}/cancel")
            return fact

        gateway.plays["RenderTimeline"] = too_late
        project = (await consented(gateway))["project"]["id"]
        order = json_of(await gateway.client.post(f"/api/render/{project}", json={"hls": True}))
        async with asyncio.timeout(LONG):
            while not made or any([await gateway.infra.blobs.stat(key) for key in made]):
                await asyncio.sleep(0.02)
        assert json_of(await gateway.client.get(order["status_url"]))["status"] == "cancelled"
        gateway.plays["RenderTimeline"] = render
        await gateway.client.post(f"/api/jobs/{order['job_id']}/retry?wait=60")
        again = json_of(await gateway.client.get(order["status_url"]))
        assert again["status"] == "finished" and (await gateway.client.get(again["output_url"])).status_code == 200
