"""From the REST API through the bus to a language model and back: the gateway and the planner at work together."""

from __future__ import annotations

import json

from tests.database import MakeInfra
from tests.providers.chat import Body, Said, chat_server, data_of
from tests.service.editor_stage import json_of, stage
from tests.service.editor_workers import silent
from tests.service.planner_stage import planner


def answer(body: Body) -> Said:
    """What the model says to an edit and to a wish."""
    if "<edit_data>" in body["messages"][1]["content"]:
        operation = {"op": "remove_segments", "segments": [1]}
        return Said(json.dumps({"operations": [operation], "reply": "Less is more."}))
    assert data_of(body)["wishes"]["key_message"] == "Learn"
    cuts = [{"video": "v1", "start": 0.5, "end": 3.0, "reason": "it greets", "role": "hook"}]
    cuts.append({"video": "v1", "start": 5.0, "end": 9.0, "reason": "it ends", "role": "resolution"})
    return Said(json.dumps({"cuts": cuts, "tone": "warm", "summary": "Hello.", "key_moments": []}))


async def test_an_edit_and_a_conversation_by_a_model(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    own = await make_infra("planner", bus=infra.bus)
    async with chat_server(answer) as server, stage(infra) as gateway:
        gateway.plays |= {"PlanEdit": silent, "InterpretChat": silent}
        knobs = {
            "llm_provider": "openai",
            "llm_base_url": server.base_url,
            "llm_model": "gpt-4o-mini",
            "llm_price_in": 1.0,
            "llm_price_out": 2.0,
        }
        async with planner(own, **knobs):
            made = await gateway.ingest(auto_analyze="false")
            asset, project = made["asset"]["id"], made["project"]["id"]
            order = {"story_prompt": {"key_message": "Learn"}}
            started = await gateway.client.post(f"/api/videos/{asset}/ai-edit/generate?wait=60", json=order)
            job = json_of(started)["job_id"]
            shown = json_of(await gateway.client.get(f"/api/videos/{asset}/ai-edit/plan/{job}"))
            assert shown["status"] == "completed"
            assert [c["reason"] for c in shown["llm_plan"]["edl"]] == ["it greets", "it ends"]
            assert [e["kind"] for e in shown["llm_plan"]["edl"][0]["evidence"]][0:1] == ["model"]
            assert shown["llm_plan"]["story_analysis"]["hook"]["text"] == "hello world"
            assert shown["llm_plan"]["story_analysis"]["summary"] == "Hello."
            assert (shown["llm_usage"]["model"], shown["llm_usage"]["total_tokens"]) == ("gpt-4o-mini", 1200)
            assert 0 < shown["compression_metadata"]["compressed_tokens"] <= shown["compression_metadata"]["limit"]

            await gateway.client.post(f"/api/timeline/{project}", json={"from_plan": job})
            chat = json_of(
                await gateway.client.post("/api/chat/sessions", json={"backend": "openai", "project_id": project})
            )["id"]
            said = await gateway.client.post(
                f"/api/chat/sessions/{chat}/messages", json={"content": "kill your darlings"}
            )
            assert said.status_code == 200, said.text
            assert json_of(said)["message"]["content"].startswith("Less is more. Removed 1 segment.")
            assert json_of(said)["patch"]["revision_after"] == 2
            spent = json_of(await gateway.client.get(f"/api/jobs/{json_of(said)['job_id']}"))["cost_usd"]
            assert spent == shown["llm_usage"]["cost_usd"] > 0
