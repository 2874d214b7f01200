"""Wishes that a language model understands, over real HTTP with the real client."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from services.planner.domain.model.chat_prompt import chat_text, read_operations
from services.planner.domain.model.tokens import tokens
from shared.contracts.chat import RemoveTopic, SetCaptions
from shared.contracts.chat_matter import ChatAnswered, ChatMatter, ChatSegment, ChatTurn
from shared.contracts.commands import InterpretChat
from shared.contracts.events import ChatInterpreted, StepFailed
from tests.database import MakeInfra
from tests.providers.chat import Broken, ChatServer, Play, Said, chat_server
from tests.service.planner_stage import PlannerStage, planner

GOOD = json.dumps({
    "operations": [
        {"op": "remove_topic", "topic": "pricing", "seconds": None, "segments": []},
        {"op": "set_captions", "position": "top", "shown": None, "style": None},
    ],
    "reply": "Pricing is out, captions are on top.",
})  # fmt: skip
MATTER = ChatMatter(
    wish="lose the money talk and lift the captions",
    turns=(ChatTurn(role="user", content="hello"), ChatTurn(role="assistant", content="hi")),
    segments=(ChatSegment(place=1, seconds=4.0, text="Our pricing is simple.", effects=("zoom",)),),
    effects=("zoom", "slowmo"),
)


async def ask(
    stage: PlannerStage, matter: ChatMatter = MATTER, backend: str = "openai", **more: str
) -> ChatAnswered | StepFailed:
    ref = await stage.infra.blobs.put_bytes("chats/one.json", matter.model_dump_json().encode(), "application/json")
    await stage.send(InterpretChat.model_validate({"matter": ref, "backend": backend, **more}))
    fact = await stage.answer()
    assert isinstance(fact, ChatInterpreted | StepFailed)
    return fact.answer if isinstance(fact, ChatInterpreted) else fact


def at(server: ChatServer) -> dict[str, object]:
    return {"llm_provider": "openai", "llm_base_url": server.base_url, "llm_model": "some-model"}


async def test_a_wish_becomes_operations(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    async with chat_server(Said(GOOD)) as server, planner(infra, **at(server)) as stage:
        answer = await ask(stage)
        assert isinstance(answer, ChatAnswered)
        assert answer.operations == (RemoveTopic(topic="pricing"), SetCaptions(position="top"))
        assert answer.reply == "Pricing is out, captions are on top."
        assert (answer.use.total_tokens, answer.use.cost_usd) == (1200, None), "its price is not known"
        text = server.seen[0]["messages"][1]["content"]
        data = json.loads(text.removeprefix("<edit_data>").removesuffix("</edit_data>"))
        assert data["segments"] == [[1, 4.0, "Our pricing is simple.", ["zoom"]]]
        assert data["wish"] == MATTER.wish
        assert await infra.pool.fetchval("select cost_usd is null from model_calls")


@pytest.mark.parametrize(
    "wrong",
    [
        '{"operations": [{"op": "delete_project"}], "reply": "Done."}',
        '{"operations": [{"op": "set_duration", "seconds": -3}], "reply": ""}',
        '{"operations": [{"op": "set_ratio", "ratio": "wide"}], "reply": ""}',
        '{"operations": [{"op": "add_effect", "name": "x; rm -rf /"}], "reply": ""}',
        '{"operations": "all", "reply": ""}',
        "Sure, I removed it!",
    ],
)
async def test_what_is_on_no_list_is_sent_back_and_never_done(make_infra: MakeInfra, wrong: str) -> None:
    async with chat_server(Said(wrong)) as server, planner(await make_infra("planner"), **at(server)) as stage:
        answer = await ask(stage)
        assert isinstance(answer, ChatAnswered)
        assert (answer.operations, len(server.seen)) == ((), 3)
        assert "could not" in answer.reply
        assert answer.faults


async def test_a_wrong_answer_may_be_mended(make_infra: MakeInfra) -> None:
    plays: Sequence[Play] = [Said('{"operations": [{"op": "explode"}], "reply": ""}'), Said(GOOD)]
    async with chat_server(*plays) as server, planner(await make_infra("planner"), **at(server)) as stage:
        answer = await ask(stage)
        assert isinstance(answer, ChatAnswered)
        assert len(answer.operations) == 2
        assert "explode" in server.seen[1]["messages"][2]["content"]


async def test_no_model_is_told_with_what_to_do(make_infra: MakeInfra) -> None:
    async with planner(await make_infra("planner")) as stage:
        for backend, remedy in (("openai", "OPENAI_API_KEY"), ("hf", "CUTROOM_PLANNER_HF_BASE_URL")):
            failed = await ask(stage, backend=backend)
            assert isinstance(failed, StepFailed)
            assert (failed.code, failed.attempts) == ("backend_unavailable", 1)
            assert remedy in failed.remedy


async def test_a_model_that_fails_is_told(make_infra: MakeInfra) -> None:
    async with chat_server(Broken(401)) as server, planner(await make_infra("planner"), **at(server)) as stage:
        failed = await ask(stage)
        assert isinstance(failed, StepFailed)
        assert (failed.code, failed.attempts) == ("model_key_refused", 1)


async def test_hugging_face_models_are_asked_by_name(make_infra: MakeInfra) -> None:
    async with (
        chat_server(Said(GOOD)) as server,
        planner(await make_infra("planner"), hf_base_url=server.base_url, hf_token="hf_token") as stage,
    ):
        answer = await ask(stage, backend="hf", hf_model="org/model")
        assert isinstance(answer, ChatAnswered)
        assert (server.seen[0]["model"], server.keys) == ("org/model", ["Bearer hf_token"])


def test_a_long_conversation_fits_the_limit() -> None:
    big = ChatMatter(
        wish="x<y " * 1000,
        turns=tuple(ChatTurn(role="user", content="ß漢<" * 300) for _ in range(12)),
        segments=tuple(ChatSegment(place=i, seconds=2.5, text="word " * 200) for i in range(1, 2001)),
    )
    assert tokens(chat_text(big, 4000)) < 4000
    assert tokens(chat_text(big, 20000)) < 20000
    assert chat_text(big, 4000).count("</edit_data>") == 1


def test_members_of_other_operations_are_left_out_when_empty() -> None:
    read = read_operations('{"operations": [{"op": "set_captions", "shown": false, "segments": [], "topic": ""}]}')
    assert read == ((SetCaptions(shown=False),), "")
