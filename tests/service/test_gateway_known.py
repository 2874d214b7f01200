"""An asset tells what is known of it part by part, and words are heard as a person wishes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts.commands import AnalyzeMedia
from tests.database import MakeInfra
from tests.service.editor_stage import Stage, json_of, stage
from tests.service.editor_workers import failing
from tests.service.gateway_studio import problem_of
from tests.service.test_gateway_tools import full, grab, result_of, use


@pytest.fixture
async def gateway(make_infra: MakeInfra) -> AsyncIterator[Stage]:
    """A gateway whose analyzer has everything."""
    async with stage(await make_infra("gateway")) as running:
        running.plays |= {"AnalyzeMedia": full, "GrabFrame": grab}
        yield running


async def known_of(gateway: Stage, asset: str) -> dict[str, Any]:
    """The analysis as it is now."""
    return json_of(await gateway.client.get(f"/api/assets/{asset}/analysis"))


def wishes(gateway: Stage) -> list[tuple[str | None, str, str]]:
    """How the words of every analysis were to be heard."""
    return [(c.language, c.hotwords, c.speech_model) for c in gateway.seen if isinstance(c, AnalyzeMedia)]


async def test_each_route_answers_as_soon_as_its_part_is_there(gateway: Stage) -> None:
    asset = (await gateway.ingest(auto_analyze="false"))["asset"]["id"]
    url = f"/api/assets/{asset}"
    of = {"waveform": "sound", "sprites": "pictures", "transcript": "speech"}
    for what, part in of.items():
        refused = problem_of(await gateway.client.get(f"{url}/{what}"), 409, "analysis_not_ready")
        assert f'{{"parts": ["{part}"]}}' in refused["remedy"] and part in refused["missing"]
        assert (await gateway.client.post(f"{url}/analyze", json={"parts": [part]})).status_code == 200
        assert (await gateway.client.get(f"{url}/{what}")).status_code == 200
    known = await known_of(gateway, asset)
    assert known["parts"] == ["pictures", "sound", "speech"] and known["missing"] == ["faces", "beats"]
    data = json_of(await gateway.client.get(f"/api/videos/{asset}/ai-edit/data"))
    assert data["transcription"]["has_data"] and data["scenes"]["count"] == 2 and data["frames"]["count"] == 4
    assert data["media"]["status"] == "ingested", "an edit would still look for the rest"


async def test_a_part_never_takes_the_place_of_a_whole_one(gateway: Stage) -> None:
    asset = (await gateway.ingest())["asset"]["id"]
    whole = await known_of(gateway, asset)
    await gateway.client.post(f"/api/assets/{asset}/analyze", json={"parts": ["beats"]})
    assert await known_of(gateway, asset) == whole | {"missing": []}
    data = json_of(await gateway.client.get(f"/api/videos/{asset}/ai-edit/data"))
    assert data["media"]["status"] == "analyzed"


async def test_new_subtitles_take_back_the_words_alone(gateway: Stage) -> None:
    asset = (await gateway.ingest())["asset"]["id"]
    url = f"/api/assets/{asset}"
    assert (await gateway.client.put(f"{url}/transcript", content=b"1\n00:00:00,000 --> 00:00:01,000\nHi\n")).is_success
    known = await known_of(gateway, asset)
    assert known["missing"] == ["speech"] and known["shots"] and known["transcript"]["captions"] == []
    problem_of(await gateway.client.get(f"{url}/transcript"), 409, "analysis_not_ready")
    assert (await gateway.client.get(f"{url}/waveform")).status_code == 200


async def test_hot_words_reach_the_analyzer_from_every_route(gateway: Stage) -> None:
    made = await gateway.ingest(language="en", hotwords="Kitti\nwake ,  Cutroom")
    asset, project = made["asset"]["id"], made["project"]["id"]
    await result_of(gateway, "transcribe", asset_id=asset)
    await result_of(gateway, "transcribe", asset_id=asset, hotwords="Fulmar", language="de", speech_model="large")
    await gateway.client.post(f"/api/assets/{asset}/analyze", json={"parts": ["beats"]})
    await gateway.client.post(
        f"/api/assets/{asset}/analyze", json={"hotwords": "", "language": "auto", "speech_model": ""}
    )
    await gateway.client.post(f"/api/timeline/{project}/analyze", json={"hotwords": "Petrel", "pace": "fast"})
    story = {"story_prompt": {}, "hotwords": "Petrel", "language": "en"}
    assert (await gateway.client.post(f"/api/videos/{asset}/ai-edit/generate?wait=60", json=story)).status_code == 202
    story["hotwords"] = "Skua"
    assert (await gateway.client.post(f"/api/videos/{asset}/ai-edit/generate?wait=60", json=story)).status_code == 202
    assert wishes(gateway) == [
        ("en", "Kitti wake , Cutroom", ""),  # the upload's, and what is known is not heard again
        ("de", "Fulmar", "large"),
        ("de", "Fulmar", "large"),  # beats: nothing else is wished, so that the words stay the same
        (None, "", ""),
        (None, "Petrel", ""),
        ("en", "Skua", ""),  # an edit hears again only with other words to expect
    ]


async def test_too_many_hot_words_and_no_languages_are_refused(gateway: Stage) -> None:
    asset = (await gateway.ingest(auto_analyze="false"))["asset"]["id"]
    for wish in (
        {"hotwords": "x" * 1001},
        {"language": "../etc"},
        {"language": "English please"},
        {"speech_model": "../x"},
        {"hotwords": 5},
    ):
        answer = await gateway.client.post(f"/api/assets/{asset}/analyze", json=wish)
        (field,) = wish
        assert problem_of(answer, 422, "validation_failed")["errors"][0]["field"].endswith(field)
        tool = await use(gateway, "transcribe", asset_id=asset, **wish)
        assert problem_of(tool, 422, "validation_failed")["errors"][0]["field"] == f"args.{field}"
    assert wishes(gateway) == []


async def test_words_that_are_there_outlive_a_try_that_fails(gateway: Stage) -> None:
    asset = (await gateway.ingest())["asset"]["id"]
    whole = await known_of(gateway, asset)
    gateway.plays["AnalyzeMedia"] = failing("decoder_broken")
    answer = await gateway.client.post(
        "/api/tools", json={"tool": "transcribe", "args": {"asset_id": asset, "hotwords": "x"}}
    )
    problem_of(answer, 503, "decoder_broken")
    assert await known_of(gateway, asset) == whole
