"""Each part is kept as soon as it is known, and only what is asked for is measured."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from services.analyzer.domain.judge import Bounds
from services.analyzer.domain.keys import part_keys
from services.analyzer.store import parts
from shared.contracts.blob import BlobRef
from shared.contracts.commands import AnalyzeMedia
from shared.contracts.media import Analysis
from shared.db import transaction
from tests.database import MakeInfra
from tests.patience import LONG
from tests.people import Person, Take, film
from tests.providers.transcription import transcription_server
from tests.service.analyzer_stage import Stage, analyzer, clip

TAKES = (Take(40, 1, (Person((0.4, 0.45), (0.5, 0.5), 0.6),)), Take(30, 2))


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody walks, then nobody is there."""
    return film(tmp_path_factory.mktemp("people") / "people.mp4", TAKES, (320, 180))


async def known(stage: Stage, order: AnalyzeMedia) -> tuple[list[str], Analysis]:
    """Have it analysed; return which parts were measured for it, and the document."""
    answer = await stage.ask(order)
    assert answer.name == "MediaAnalyzed", answer.data
    return answer.data["measured"], await stage.document(BlobRef.model_validate(answer.data["analysis"]))


async def test_faces_are_looked_for_when_somebody_asks(make_infra: MakeInfra, people: Path) -> None:
    async with analyzer(await make_infra("analyzer"), speech="none") as stage:
        media = await stage.upload(people)
        measured, plain = await known(stage, AnalyzeMedia(asset_id="a", media=media, parts=("pictures",)))
        assert measured == ["pictures"] and plain.missing == ("faces", "sound", "beats", "speech")
        assert len(plain.shots) == 2 and plain.stills and plain.thumbnail
        assert plain.faces == () and plain.focus == () and {still.faces for still in plain.stills} == {0.0}
        measured, seen = await known(stage, AnalyzeMedia(asset_id="a", media=media, parts=("faces",)))
        assert measured == ["faces"] and seen.parts == ("pictures", "faces")
        assert seen.shots == plain.shots and seen.motion == plain.motion and seen.sprites == plain.sprites
        assert seen.faces and seen.focus and max(still.faces for still in seen.stills) > 0
        measured, again = await known(stage, AnalyzeMedia(asset_id="a", media=media, parts=("pictures", "faces")))
        assert measured == [] and again == seen


async def test_pictures_come_with_the_faces_and_are_the_same(make_infra: MakeInfra, people: Path) -> None:
    async with analyzer(await make_infra("analyzer"), speech="none") as stage:
        media = await stage.upload(people)
        measured, found = await known(stage, AnalyzeMedia(asset_id="a", media=media, parts=("faces",)))
    assert measured == ["pictures", "faces"] and found.faces and len(found.shots) == 2


async def test_other_hot_words_redo_the_speech_alone(make_infra: MakeInfra, tmp_path: Path) -> None:
    path = await clip(tmp_path / "a.mp4", seconds=4)
    infra = await make_infra("analyzer")
    async with (
        transcription_server() as server,
        analyzer(infra, speech_base_url=server.base_url) as stage,
    ):
        media = await stage.upload(path)
        redone = []
        for hotwords, language in (("", None), ("Kittiwake", None), ("Kittiwake", "de"), ("Kittiwake", None)):
            order = AnalyzeMedia(asset_id="a", media=media, hotwords=hotwords, language=language)
            measured, found = await known(stage, order)
            redone.append(measured)
            assert found.missing == ()
    assert redone == [["pictures", "faces", "sound", "beats", "speech"], ["speech"], ["speech"], []]
    assert [(asked.form.get("prompt"), asked.form.get("language")) for asked in server.seen] == [
        (None, None), (["Kittiwake"], None), (["Kittiwake"], ["de"]),
    ]  # fmt: skip


async def test_an_order_may_choose_among_the_models_that_are_offered(make_infra: MakeInfra, tmp_path: Path) -> None:
    path = await clip(tmp_path / "a.mp4", seconds=1)
    infra = await make_infra("analyzer")
    async with (
        transcription_server() as server,
        analyzer(infra, speech_base_url=server.base_url, speech_choices="large, owner/other") as stage,
    ):
        media = await stage.upload(path)
        for model in ("", "owner/other", "small", ""):
            order = AnalyzeMedia(asset_id="a", media=media, parts=("speech",), speech_model=model)
            measured, found = await known(stage, order)
            assert found.transcript.status == ("unavailable" if model == "small" else "completed")
            if model == "small":
                assert found.transcript.code == "speech_model_not_offered"
                assert "large, owner/other" in (found.transcript.reason or "")
        assert measured == []
    assert [asked.form["model"] for asked in server.seen] == [["whisper-1"], ["owner/other"]]


async def test_what_was_finished_before_a_cancel_is_there_for_the_next(make_infra: MakeInfra, tmp_path: Path) -> None:
    path = await clip(tmp_path / "a.mp4", seconds=4)
    infra = await make_infra("analyzer")
    async with (
        transcription_server(after_s=2 * LONG) as server,
        analyzer(infra, speech_base_url=server.base_url) as stage,
    ):
        media = await stage.upload(path)
        order = await stage.send(AnalyzeMedia(asset_id="a", media=media))
        async with asyncio.timeout(LONG):
            while await kept(stage, media.sha256) != {"facts", "pictures", "faces", "sound", "beats"}:
                await asyncio.sleep(0.05)
        await stage.cancel(order)
        assert (await stage.answer(order)).name == "StepCancelled"
        some = AnalyzeMedia(asset_id="a", media=media, parts=("pictures", "faces", "sound", "beats"))
        measured, found = await known(stage, some)
    assert measured == [] and found.shots and found.missing == ("speech",)


async def kept(stage: Stage, sha256: str) -> set[str]:
    """The parts that are kept of a medium, its words aside."""
    async with transaction(stage.infra.pool) as connection:
        return set(await parts(connection, sha256, {str(k): v for k, v in part_keys(Bounds(), "", None).items()}))
