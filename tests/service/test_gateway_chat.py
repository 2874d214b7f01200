"""Conversations that edit: sessions, wishes, patches, undo and redo, and models behind them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.contracts.chat import RemoveSegments, SetRatio
from shared.contracts.chat_matter import ChatAnswered, ChatMatter
from shared.contracts.commands import Command, InterpretChat
from shared.contracts.events import ChatInterpreted, Event, StepFailed
from shared.contracts.ids import new_id
from shared.infra import Infra
from tests.database import MakeInfra
from tests.service.editor_stage import Stage, json_of, stage
from tests.service.editor_workers import silent

SEGMENTS = [{"start": 0.0, "end": 3.0}, {"start": 4.0, "end": 7.0}, {"start": 8.0, "end": 9.5}]
CAPTIONS = [
    {"text": "Our pricing is simple.", "start": 0.5, "end": 2.5},
    {"text": "Haha, what a funny day!", "start": 4.5, "end": 6.5},
]


async def project(gateway: Stage, *, timeline: bool = True) -> str:
    found = str((await gateway.ingest(auto_analyze="false"))["project"]["id"])
    if timeline:
        body = {"timeline": {"segments": SEGMENTS, "captions": CAPTIONS}}
        assert (await gateway.client.post(f"/api/timeline/{found}", json=body)).status_code == 200
    return found


async def session(gateway: Stage, **order: Any) -> str:
    response = await gateway.client.post("/api/chat/sessions", json=order)
    assert response.status_code == 201, response.text
    return str(json_of(response)["id"])


async def say(
    gateway: Stage, chat: str, wish: str, *, status: int = 200, query: str = "", headers: dict[str, str] | None = None
) -> Any:
    url = f"/api/chat/sessions/{chat}/messages{query}"
    response = await gateway.client.post(url, json={"content": wish}, headers=headers)
    assert response.status_code == status, response.text
    return json_of(response)


async def timeline(gateway: Stage, found: str) -> tuple[int, list[tuple[float, float]]]:
    body = json_of(await gateway.client.get(f"/api/timeline/{found}"))
    return body["revision"], [(s["start"], s["end"]) for s in body["timeline"]["segments"]]


async def test_a_conversation_edits_undoes_and_redoes(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        found = await project(gateway)
        chat = await session(gateway, project_id=found, title="Cut it")
        first = await say(gateway, chat, "Remove the part about pricing")
        assert first["patch"] == {
            "id": first["patch"]["id"],
            "operations": [{"op": "remove_topic", "topic": "pricing"}],
            "revision_before": 1,
            "revision_after": 2,
        }
        assert first["message"]["role"] == "assistant"
        assert first["message"]["session_id"] == chat
        assert "Removed 1 passage" in first["message"]["content"]
        assert await timeline(gateway, found) == (2, [(4.0, 7.0), (8.0, 9.5)])
        second = await say(gateway, chat, "move segment 2 to the start")
        assert await timeline(gateway, found) == (3, [(8.0, 9.5), (4.0, 7.0)])
        undone = await say(gateway, chat, "undo")
        assert undone["patch"]["operations"] == [{"op": "undo", "patch": second["patch"]["id"]}]
        assert (await timeline(gateway, found))[1] == [(4.0, 7.0), (8.0, 9.5)]
        await say(gateway, chat, "undo that please")
        assert (await timeline(gateway, found))[1] == [(0.0, 3.0), (4.0, 7.0), (8.0, 9.5)]
        assert (await say(gateway, chat, "undo"))["patch"] is None
        await say(gateway, chat, "redo")
        await say(gateway, chat, "redo")
        assert await timeline(gateway, found) == (7, [(8.0, 9.5), (4.0, 7.0)])
        assert (await say(gateway, chat, "redo"))["patch"] is None
        whole = json_of(await gateway.client.get(f"/api/chat/sessions/{chat}"))
        assert [m["role"] for m in whole["messages"]] == ["user", "assistant"] * 8
        assert whole["messages"][1]["patch"] == first["patch"]
        assert "patch" not in whole["messages"][9]
        history = json_of(await gateway.client.get(f"/api/timeline/{found}/revisions"))["items"]
        assert [r["origin"].split(":")[0] for r in history] == [
            "chat-redo", "chat-redo", "chat-undo", "chat-undo", "chat", "chat", "person",
        ]  # fmt: skip


async def test_what_is_not_understood_changes_nothing(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        found = await project(gateway)
        chat = await session(gateway, project_id=found)
        for wish in (
            "Suggest a hook for my video about cooking",
            "delete everything",
            "remove segment 9",
            "make it 90 seconds",
        ):
            answer = await say(gateway, chat, wish)
            assert answer["patch"] is None
            assert "nothing" in answer["message"]["content"]
        assert "You can say" in (await say(gateway, chat, "sing"))["message"]["content"]
        assert (await timeline(gateway, found))[0] == 1
        alone = await session(gateway)
        assert "no project" in (await say(gateway, alone, "make it 30 seconds"))["message"]["content"]
        empty = await session(gateway, project_id=await project(gateway, timeline=False))
        assert "no timeline" in (await say(gateway, empty, "make it 30 seconds"))["message"]["content"]


async def test_a_new_edit_ends_what_could_be_done_again(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        found = await project(gateway)
        chat = await session(gateway, project_id=found)
        await say(gateway, chat, "remove segment 1")
        await say(gateway, chat, "undo")
        await say(gateway, chat, "remove segment 3")
        assert "nothing to redo" in (await say(gateway, chat, "redo"))["message"]["content"]


async def test_others_changes_are_never_undone(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        found = await project(gateway)
        one, other = await session(gateway, project_id=found), await session(gateway, project_id=found)
        await say(gateway, one, "remove segment 1")
        await say(gateway, other, "remove segment 1")
        answer = await say(gateway, one, "undo")
        assert answer["patch"] is None
        assert "changed elsewhere" in answer["message"]["content"]
        assert await timeline(gateway, found) == (3, [(8.0, 9.5)])
        assert (await say(gateway, other, "undo"))["patch"]["revision_after"] == 4


async def test_wishes_at_the_same_time_all_count(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        found = await project(gateway)
        chats = [await session(gateway, project_id=found) for _ in range(3)]
        wishes = ("captions on top", "make it square", "add a zoom to segment 2")
        await asyncio.gather(*(say(gateway, chat, wish) for chat, wish in zip(chats, wishes, strict=True)))
        body = json_of(await gateway.client.get(f"/api/timeline/{found}"))
        assert body["revision"] == 4
        assert body["timeline"]["look"] == {
            "aspect_ratio": "1:1", "captions": True, "caption_position": "top", "caption_style": None,
        }  # fmt: skip
        assert body["timeline"]["segments"][1]["effects"] == ["zoom"]


async def test_a_wish_can_be_meant_for_one_revision(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        found = await project(gateway)
        chat = await session(gateway, project_id=found)
        late = await say(gateway, chat, "remove segment 1", status=412, headers={"If-Match": '"7"'})
        assert (late["code"], late["revision"]) == ("revision_mismatch", 1)
        assert json_of(await gateway.client.get(f"/api/chat/sessions/{chat}"))["messages"] == []
        await say(gateway, chat, "remove segment 1", headers={"If-Match": '"1"'})


async def test_the_same_wish_with_a_key_is_one_edit(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        found = await project(gateway)
        chat = await session(gateway, project_id=found)
        key = {"Idempotency-Key": new_id()}
        first = await say(gateway, chat, "remove segment 1", headers=key)
        assert await say(gateway, chat, "remove segment 1", headers=key) == first
        assert await timeline(gateway, found) == (2, [(4.0, 7.0), (8.0, 9.5)])


async def test_sessions_are_listed_newest_first_and_found_by_their_own(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        made = [await session(gateway, title=f"chat {n}", backend="hf", hf_model="distilgpt2") for n in range(3)]
        page = json_of(await gateway.client.get("/api/chat/sessions?limit=2"))
        assert [s["id"] for s in page["sessions"]] == made[:0:-1]
        assert set(page["sessions"][0]) == {
            "id", "title", "backend", "hf_model", "project_id", "created_at", "updated_at",
        }  # fmt: skip
        rest = json_of(await gateway.client.get(f"/api/chat/sessions?cursor={page['next_cursor']}"))
        assert ([s["id"] for s in rest["sessions"]], rest["next_cursor"]) == (made[:1], None)
        for unknown in (new_id(), "x", "1"):
            assert (await gateway.client.get(f"/api/chat/sessions/{unknown}")).status_code == 404
            await say(gateway, unknown, "undo", status=404)


@pytest.mark.parametrize(
    "order",
    [{"backend": "cleverbot"}, {"title": ""}, {"title": "x" * 201}, {"project_id": new_id()}, {"mood": 1}],
)
async def test_what_is_no_conversation(make_infra: MakeInfra, order: dict[str, Any]) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        refused = await gateway.client.post("/api/chat/sessions", json=order)
        assert refused.status_code == 422
        chat = await session(gateway)
        for body in ({}, {"content": ""}, {"content": "  "}, {"content": "x" * 4001}, {"content": 1}):
            url = f"/api/chat/sessions/{chat}/messages"
            assert (await gateway.client.post(url, json=body)).status_code == 422
        assert (await gateway.client.post(url, json={"message": "undo"})).status_code == 200


async def test_a_model_edits_too(make_infra: MakeInfra) -> None:
    asked: list[ChatMatter] = []

    async def understand(infra: Infra, command: Command) -> Event:
        assert isinstance(command, InterpretChat)
        assert (command.backend, command.hf_model) == ("hf", "tiny")
        asked.append(ChatMatter.model_validate_json(await infra.blobs.get_bytes(command.matter)))
        operations = (RemoveSegments(segments=(1,)), SetRatio(ratio="1:1"))
        return ChatInterpreted(answer=ChatAnswered(operations=operations, reply="Gladly."))

    async with stage(await make_infra("gateway")) as gateway:
        gateway.plays["InterpretChat"] = understand
        found = await project(gateway)
        chat = await session(gateway, project_id=found, backend="hf", hf_model="tiny")
        answer = await say(gateway, chat, "get to the point and make it fit a picture frame")
        assert [o["op"] for o in answer["patch"]["operations"]] == ["remove_segments", "set_ratio"]
        assert answer["message"]["content"].startswith("Gladly. Removed 1 segment.")
        assert await timeline(gateway, found) == (2, [(4.0, 7.0), (8.0, 9.5)])
        (matter,) = asked
        assert [(s.place, s.seconds, s.text) for s in matter.segments][1] == (2, 3.0, "Haha, what a funny day!")
        await say(gateway, chat, "undo")
        assert len(asked) == 1, "undo needs no model"
        assert json_of(await gateway.client.get(f"/api/jobs/{answer['job_id']}"))["kind"] == "chat"


async def test_a_model_that_wants_the_impossible_changes_nothing(make_infra: MakeInfra) -> None:
    async def overdo(_: Infra, __: Command) -> Event:
        return ChatInterpreted(answer=ChatAnswered(operations=(RemoveSegments(segments=(1, 2, 3)),), reply="Bye."))

    async with stage(await make_infra("gateway")) as gateway:
        gateway.plays["InterpretChat"] = overdo
        found = await project(gateway)
        chat = await session(gateway, project_id=found, backend="openai")
        answer = await say(gateway, chat, "delete everything")
        assert (answer["patch"], (await timeline(gateway, found))[0]) == (None, 1)
        assert "Nothing would be left" in answer["message"]["content"]


async def test_a_model_that_thought_about_an_older_edit_changes_nothing(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        found = await project(gateway)

        async def slow(_: Infra, __: Command) -> Event:
            body = {"timeline": {"segments": SEGMENTS[:1]}}
            await gateway.client.post(f"/api/timeline/{found}", json=body)
            return ChatInterpreted(answer=ChatAnswered(operations=(RemoveSegments(segments=(2,)),)))

        gateway.plays["InterpretChat"] = slow
        chat = await session(gateway, project_id=found, backend="openai")
        answer = await say(gateway, chat, "drop the boring middle")
        assert answer["patch"] is None
        assert "while I thought" in answer["message"]["content"]
        assert await timeline(gateway, found) == (2, [(0.0, 3.0)])


async def test_a_backend_that_is_not_there(make_infra: MakeInfra) -> None:
    async def missing(_: Infra, __: Command) -> Event:
        return StepFailed(code="backend_unavailable", message="None.", remedy="Set a key.", attempts=1)

    async with stage(await make_infra("gateway")) as gateway:
        gateway.plays["InterpretChat"] = missing
        found = await project(gateway)
        chat = await session(gateway, project_id=found, backend="openai")
        refused = await say(gateway, chat, "make it 5 seconds", status=503)
        assert (refused["code"], refused["remedy"]) == ("backend_unavailable", "Set a key.")
        assert (await timeline(gateway, found))[0] == 1
        said = json_of(await gateway.client.get(f"/api/chat/sessions/{chat}"))["messages"]
        assert "changed nothing" in said[-1]["content"]
        alone = await session(gateway, backend="hf")
        assert (await say(gateway, alone, "tell me a joke", status=503))["code"] == "backend_unavailable"


async def test_a_model_may_talk_without_a_project(make_infra: MakeInfra) -> None:
    async def talk(_: Infra, command: Command) -> Event:
        assert isinstance(command, InterpretChat)
        return ChatInterpreted(answer=ChatAnswered(operations=(RemoveSegments(segments=(1,)),), reply="Done!"))

    async with stage(await make_infra("gateway")) as gateway:
        gateway.plays["InterpretChat"] = talk
        chat = await session(gateway, backend="openai")
        answer = await say(gateway, chat, "remove the boring bits")
        assert (answer["patch"], "no project" in answer["message"]["content"]) == (None, True)
        assert "no project" in (await say(gateway, chat, "undo"))["message"]["content"]


async def test_a_model_may_take_longer_than_the_wait(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        gateway.plays["InterpretChat"] = silent
        found = await project(gateway)
        chat = await session(gateway, project_id=found, backend="openai")
        early = await say(gateway, chat, "make it 5 seconds", status=202, query="?wait=0")
        assert (early["message"], early["patch"]) == (None, None)
        assert json_of(await gateway.client.get(early["status_url"]))["status"] in ("queued", "processing")
        await gateway.client.post(f"/api/jobs/{early['job_id']}/cancel")
        said = json_of(await gateway.client.get(f"/api/chat/sessions/{chat}"))["messages"]
        assert [m["role"] for m in said] == ["user", "assistant"]
        assert json_of(await gateway.client.get(f"/api/timeline/{found}"))["status"] == "analyzed"
