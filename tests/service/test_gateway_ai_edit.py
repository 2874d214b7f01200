"""AI edits: planned by a story, looked at, applied."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from shared.contracts.brief import (
    Compression,
    CompressionStep,
    KnownMoment,
    ModelUse,
    PlanFault,
    PlanReport,
    StoryBrief,
)
from shared.contracts.commands import AnalyzeMedia, Command, PlanEdit, ProbeMedia, RenderTimeline
from shared.contracts.events import EditPlanned, Event, MediaProbed
from shared.contracts.ids import new_id
from shared.infra import Infra
from tests.database import MakeInfra
from tests.service.editor_stage import Stage, json_of, stage
from tests.service.editor_workers import failing, media_info, silent

STORY = {"story_prompt": {"key_message": "Learn editing", "story_arc": {"hook": "Look"}, "tone": "educational"}}


async def video(gateway: Stage, *, consent: bool = True) -> str:
    asset = str((await gateway.ingest(auto_analyze="false"))["asset"]["id"])
    if consent:
        await gateway.client.post(f"/api/consent/{asset}/checkbox", json={"accepted": True})
    return asset


async def planned(gateway: Stage, asset: str, **order: Any) -> str:
    url = f"/api/videos/{asset}/ai-edit/generate?wait=60"
    response = await gateway.client.post(url, json=STORY | order)
    assert response.status_code == 202, response.text
    assert json_of(response)["status"] == "completed"
    return str(json_of(response)["job_id"])


async def apply(gateway: Stage, asset: str, job: str, query: str = "") -> httpx.Response:
    return await gateway.client.post(f"/api/videos/{asset}/ai-edit/apply/{job}?{query}")


async def test_the_data_of_a_film_are_zeros_before_the_analysis(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        asset = await video(gateway)
        before = json_of(await gateway.client.get(f"/api/videos/{asset}/ai-edit/data"))
        assert before["transcription"] == {"status": "pending", "segment_count": 0, "has_data": False}
        assert (before["scenes"]["count"], before["video_duration"], before["media"]["status"]) == (0, 10.0, "ingested")
        assert set(before["media"]) == {
            "id", "title", "duration", "width", "height", "fps", "has_audio", "url", "thumbnail_url", "status",
        }  # fmt: skip
        await planned(gateway, asset)
        after = json_of(await gateway.client.get(f"/api/videos/{asset}/ai-edit/data"))
        assert after["transcription"] == {"status": "completed", "segment_count": 1, "has_data": True}
        assert (after["scenes"], after["media"]["status"]) == ({"count": 2, "has_data": True}, "analyzed")


async def test_a_story_becomes_a_plan(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        asset = await video(gateway)
        gateway_plan = gateway.plays["PlanEdit"]
        gateway.plays["PlanEdit"] = silent
        started = await gateway.client.post(f"/api/videos/{asset}/ai-edit/generate", json=STORY)
        body = json_of(started)
        assert (started.status_code, body) == (
            202,
            {
                "job_id": body["job_id"], "task_id": body["job_id"], "status": "queued",
                "message": "AI edit generation started",
            },
        )  # fmt: skip
        early = json_of(await gateway.client.get(f"/api/videos/{asset}/ai-edit/plan/{body['job_id']}"))
        assert early["llm_plan"] is None
        assert (await apply(gateway, asset, body["job_id"])).status_code == 409

        gateway.plays["PlanEdit"] = gateway_plan
        job = await planned(gateway, asset, target_duration=3, seed=5)
        shown = json_of(await gateway.client.get(f"/api/videos/{asset}/ai-edit/plan/{job}"))
        assert (shown["status"], shown["validation_errors"], shown["error_message"]) == ("completed", [], None)
        assert [(c["video_id"], c["start"], c["end"]) for c in shown["llm_plan"]["edl"]] == [
            (asset, 0.5, 2.5),
            (asset, 6.0, 7.0),
        ]
        assert shown["llm_plan"]["story_analysis"]["tone"] == "educational"
        assert shown["llm_usage"]["model"] == "rules"
        assert shown["story_prompt"] == STORY["story_prompt"]
        assert shown["created_at"] <= shown["started_at"] <= shown["completed_at"]
        wishes = next(c.wishes for c in gateway.seen if isinstance(c, PlanEdit) and c.wishes.seed == 5)
        assert (wishes.target_duration, wishes.seed, wishes.story) == (3.0, 5, "Learn editing\nLook")
        listed = json_of(await gateway.client.get(f"/api/videos/{asset}/ai-edit?limit=1"))
        assert [(j["job_id"], "llm_plan" in j) for j in listed["jobs"]] == [(job, False)]
        assert listed["next_cursor"] == job
        assert json_of(await gateway.client.get(f"/api/jobs/{job}"))["kind"] == "edit"


async def test_only_what_is_not_analysed_is_analysed(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        first, second = await video(gateway), await video(gateway)
        await planned(gateway, first)
        job = await planned(gateway, first, video_ids=[second, first])
        assert [c.asset_id for c in gateway.seen if isinstance(c, AnalyzeMedia)] == [first, second]
        shown = json_of(await gateway.client.get(f"/api/videos/{first}/ai-edit/plan/{job}"))
        assert [c["video_id"] for c in shown["llm_plan"]["edl"]] == [first, first, second, second]


async def test_a_plan_is_applied_to_each_ratio_once(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        asset = await video(gateway)
        job = await planned(gateway, asset)
        response = await apply(gateway, asset, job, 'aspect_ratios=["16:9","9:16"]')
        body = json_of(response)
        assert (response.status_code, body["status"], body["job_id"]) == (200, "applied", job)
        assert set(body["output_paths"]) == {"16:9", "9:16"}
        assert "/edited_16_9.mp4?" in body["output_paths"]["16:9"]
        assert (await gateway.client.get(body["output_paths"]["9:16"])).status_code == 200
        order = gateway.seen[-1]
        assert isinstance(order, RenderTimeline)
        assert [(o.name, o.width, o.height) for o in order.outputs] == [
            ("edited_16_9", 1920, 1080),
            ("edited_9_16", 1080, 1920),
        ]
        again = await asyncio.gather(
            *(apply(gateway, asset, job, "aspect_ratios=9:16&aspect_ratios=16:9") for _ in range(4))
        )
        assert {json_of(r)["render_job_id"] for r in again} == {body["render_job_id"]}
        other = json_of(await apply(gateway, asset, job))
        assert set(other["output_paths"]) == {"16:9"}
        assert other["render_job_id"] != body["render_job_id"]
        shown = json_of(await gateway.client.get(f"/api/videos/{asset}/ai-edit/plan/{job}"))
        assert (shown["status"], set(shown["output_paths"])) == ("completed", {"16:9", "9:16"})
        assert (
            json_of(await gateway.client.get("/api/projects/" + _project(await gateway.client.get("/api/projects"))))[
                "status"
            ]
            == "ingested"
        )


def _project(response: httpx.Response) -> str:
    return str(response.json()[0]["id"])


async def test_when_the_wait_is_over_the_render_goes_on(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        asset = await video(gateway)
        job = await planned(gateway, asset)
        played = gateway.plays["RenderTimeline"]
        gateway.plays["RenderTimeline"] = silent
        response = await apply(gateway, asset, job, "wait=0")
        body = json_of(response)
        assert (response.status_code, body["status"], body["output_paths"]) == (202, "processing", {})
        assert (await gateway.client.get(body["status_url"])).status_code == 200
        await gateway.client.post(f"/api/jobs/{body['render_job_id']}/cancel")
        gateway.plays["RenderTimeline"] = played
        fresh = json_of(await apply(gateway, asset, job))
        assert fresh["status"] == "applied"
        assert fresh["render_job_id"] != body["render_job_id"]


async def test_applying_needs_the_consent_of_every_film(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        first, second = await video(gateway), await video(gateway, consent=False)
        job = await planned(gateway, first, video_ids=[second])
        refused = await apply(gateway, first, job)
        assert (refused.status_code, json_of(refused)["code"]) == (409, "consent_required")
        assert json_of(refused)["asset_id"] == second


async def test_a_render_that_fails_is_told(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        asset = await video(gateway)
        job = await planned(gateway, asset)
        gateway.plays["RenderTimeline"] = failing("encoder_broken")
        refused = await apply(gateway, asset, job)
        assert (refused.status_code, json_of(refused)["code"]) == (409, "encoder_broken")
        assert "render_job_id" in json_of(refused)


async def test_a_plan_becomes_a_projects_timeline(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        body = await gateway.ingest(auto_analyze="false")
        asset, project = body["asset"]["id"], body["project"]["id"]
        job = await planned(gateway, asset)
        changed = json_of(await gateway.client.post(f"/api/timeline/{project}", json={"from_plan": job}))
        assert (changed["revision"], changed["status"]) == (1, "analyzed")
        assert [(s["start"], s["end"]) for s in changed["timeline"]["segments"]] == [(0.5, 2.5), (6.0, 7.0)]
        other = await video(gateway)
        mixed = await planned(gateway, asset, video_ids=[other])
        both = json_of(await gateway.client.post(f"/api/timeline/{project}", json={"from_plan": mixed}))
        assert [s.get("asset_id") for s in both["timeline"]["segments"]] == [None, None, other, other]
        foreign = await planned(gateway, other)
        for wrong, status in ((foreign, 422), (new_id(), 422), ("x", 422)):
            refused = await gateway.client.post(f"/api/timeline/{project}", json={"from_plan": wrong})
            assert refused.status_code == status


async def test_what_is_no_order_for_an_edit_is_refused(make_infra: MakeInfra) -> None:
    wrong: list[dict[str, Any]] = [
        {},
        {"story_prompt": "tell it"},
        {"story_prompt": {"mood": "x"}},
        STORY | {"video_ids": ["x"]},
        STORY | {"target_duration": 0},
        STORY | {"aspect_ratios": ["5:1"]},
        STORY | {"aspect_ratios": []},
        STORY | {"language": "../etc"},
        STORY | {"summary": {"key_moments": [{"start": 1}]}},
        STORY | {"template_name": "disco"},
        STORY | {"edit": "audio:"},
        STORY | {"margin": -1},
    ]
    async with stage(await make_infra("gateway")) as gateway:
        asset = await video(gateway)
        for order in wrong:
            refused = await gateway.client.post(f"/api/videos/{asset}/ai-edit/generate", json=order)
            assert refused.status_code == 422, order
        assert json_of(await gateway.client.get("/api/jobs?kind=edit"))["items"] == []


async def test_an_edit_is_found_only_under_its_own_film(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        first, second = await video(gateway), await video(gateway)
        job = await planned(gateway, first)
        for path in (f"{second}/ai-edit/plan/{job}", f"{first}/ai-edit/plan/{new_id()}", f"{first}/ai-edit/plan/x"):
            assert (await gateway.client.get(f"/api/videos/{path}")).status_code == 404
        assert (await apply(gateway, second, job)).status_code == 404
        assert (await gateway.client.get(f"/api/videos/{new_id()}/ai-edit/data")).status_code == 404
        assert json_of(await gateway.client.get(f"/api/videos/{second}/ai-edit"))["jobs"] == []
        assert (await apply(gateway, first, job, "aspect_ratios=16:9&aspect_ratios=32:18")).status_code == 422
        assert (await apply(gateway, first, job, "aspect_ratios=[]")).status_code == 422


async def test_what_a_model_did_and_cost_is_shown_with_the_plan_and_in_lists(make_infra: MakeInfra) -> None:
    report = PlanReport(
        compression=Compression(
            original_tokens=9000,
            compressed_tokens=3000,
            limit=4000,
            steps=(CompressionStep(step="sentences_merged", dropped=12),),
        ),
        faults=(PlanFault(code="time_clamped", message="Cut to the film.", path="cuts[2]"),),
        use=ModelUse(
            prompt_tokens=3000, completion_tokens=500, total_tokens=3500, model="gpt-4o-mini", cost_usd=0.0012
        ),
    )
    async with stage(await make_infra("gateway")) as gateway:
        rules = gateway.plays["PlanEdit"]

        async def modelled(infra: Infra, command: Command) -> Event | None:
            fact = await rules(infra, command)
            return fact.model_copy(update={"report": report}) if isinstance(fact, EditPlanned) else fact

        gateway.plays["PlanEdit"] = modelled
        asset = await video(gateway)
        order = {
            "summary": {
                "video_summary": "A lesson.",
                "content_type": "tutorial",
                "key_moments": ["the end", {"start": 1, "end": 2, "description": "a joke"}],
            },
            "story_prompt": {
                "target_audience": "beginners",
                "story_arc": {"hook": "Look", "climax": "Wow", "resolution": "Done"},
                "tone": "warm and energetic",
                "key_message": "Learn",
            },
            "language": "en",
            "aspect_ratios": ["9:16"],
        }
        job = await planned(gateway, asset, **order)
        shown = json_of(await gateway.client.get(f"/api/videos/{asset}/ai-edit/plan/{job}"))
        assert shown["compression_metadata"] == report.compression.model_dump(mode="json")
        assert shown["validation_errors"] == [
            {"code": "time_clamped", "message": "Cut to the film.", "path": "cuts[2]"}
        ]
        assert shown["llm_usage"] == report.use.model_dump(mode="json")
        (listed,) = json_of(await gateway.client.get(f"/api/videos/{asset}/ai-edit"))["jobs"]
        assert listed["llm_usage"] == shown["llm_usage"]
        assert json_of(await gateway.client.get(f"/api/jobs/{job}"))["cost_usd"] == 0.0012
        command = gateway.seen[-1]
        assert isinstance(command, PlanEdit)
        assert command.wishes.pace == "fast"
        assert command.brief == StoryBrief(
            target_audience="beginners", hook="Look", climax="Wow", resolution="Done",
            tone="warm and energetic", key_message="Learn", summary="A lesson.", content_type="tutorial",
            language="en", aspect_ratios=("9:16",),
            moments=(KnownMoment(description="the end"), KnownMoment(start=1, end=2, description="a joke")),
        )  # fmt: skip


async def test_sounds_and_pictures_are_no_films(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        film = await video(gateway)

        async def heard(infra: Infra, command: Command) -> Event:
            assert isinstance(command, ProbeMedia)
            return MediaProbed(asset_id=command.asset_id, info=media_info(kind="audio"), thumbnail=None)

        gateway.plays["ProbeMedia"] = heard
        response = await gateway.client.post("/api/assets?wait=60", files={"file": ("song.wav", b"RIFF0000WAVE" * 50)})
        assert response.status_code == 201, response.text
        song = json_of(response).get("asset", json_of(response))["id"]
        assert (await gateway.client.get(f"/api/videos/{song}/ai-edit/data")).status_code == 404
        assert (await gateway.client.post(f"/api/videos/{song}/ai-edit/generate", json=STORY)).status_code == 404
        order = STORY | {"video_ids": [song]}
        refused = await gateway.client.post(f"/api/videos/{film}/ai-edit/generate", json=order)
        assert (refused.status_code, json_of(refused)["errors"][0]["code"]) == (422, "video_unknown")
