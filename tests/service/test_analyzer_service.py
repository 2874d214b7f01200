"""The analyzer as a service: orders in, facts and documents out."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from structlog.testing import capture_logs

from deploy.sample import Sample
from services.analyzer.domain.judge import Bounds
from services.analyzer.domain.keys import part_keys
from services.analyzer.store import parts
from shared.contracts.blob import BlobRef
from shared.contracts.commands import AnalyzeMedia, ProbeMedia
from shared.contracts.events import MediaAnalyzed, MediaProbed, StepFailed
from shared.contracts.ids import new_id
from shared.contracts.media import Analysis
from shared.db import transaction
from tests.database import MakeInfra
from tests.patience import LONG, slack
from tests.service.analyzer_stage import Stage, analyzer, children_in, clip, cut, ffmpeg


def picture_size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


@pytest.fixture
async def stage(make_infra: MakeInfra, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Stage]:
    """The analyzer with no speech model in reach."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "no_models"))
    async with analyzer(await make_infra("analyzer")) as running:
        yield running


async def test_a_probe_answers_with_facts_and_a_picture(stage: Stage, tmp_path: Path) -> None:
    media = await stage.upload(await clip(tmp_path / "a.mp4"))
    answer = await stage.ask(ProbeMedia(asset_id="asset-1", media=media))
    probed = MediaProbed.model_validate(answer.data)
    assert probed.asset_id == "asset-1" and probed.info.video and probed.info.audio
    assert (probed.info.video.width, probed.info.video.height, probed.info.video.frame_rate) == (320, 180, "30000/1001")
    assert probed.thumbnail and probed.thumbnail.content_type == "image/jpeg"
    async with stage.infra.blobs.local(probed.thumbnail) as path, asyncio.timeout(LONG):
        assert picture_size(path) == (320, 180)


async def test_the_demo_film_is_understood_once(stage: Stage, sample: Sample) -> None:
    answer, analysis = await stage.analyze(sample.video, sample.captions)
    fact = MediaAnalyzed.model_validate(answer.data)
    assert not fact.cached and fact.transcript == "completed" and fact.words > 5
    _is_the_truth(analysis, json.loads(sample.truth.read_text()))
    assert fact.sprites and (fact.sprites.interval, fact.sprites.count) == (0.5, 32)
    async with stage.infra.blobs.local(fact.sprites.image) as path:
        size = (fact.sprites.columns * fact.sprites.tile_width, fact.sprites.rows * fact.sprites.tile_height)
        assert picture_size(path) == size
    fractions = [e.data["fraction"] for e in stage.progress]
    assert fractions and fractions == sorted(fractions)
    again, _ = await stage.analyze(sample.video, sample.captions)
    assert MediaAnalyzed.model_validate(again.data) == fact.model_copy(
        update={"cached": True, "measured": (), "asset_id": again.data["asset_id"]}
    )


def _is_the_truth(analysis: Analysis, truth: dict[str, Any]) -> None:
    assert [round(shot.start * truth["fps"]) for shot in analysis.shots[1:]] == truth["cuts"]
    for wanted, found in zip(truth["blacks"], analysis.blacks, strict=True):
        assert (found.start, found.end) == pytest.approx((wanted["start"], wanted["end"]), abs=1e-3)
    for wanted in truth["silences"]:
        assert any(
            abs(s.start - wanted["start"]) < 0.35 and abs(s.end - wanted["end"]) < 0.2 for s in analysis.silences
        )
    assert analysis.beats.tempo == pytest.approx(truth["tempo"], rel=0.02)
    assert analysis.loudness and -40 < analysis.loudness.integrated < -5
    assert analysis.energy and len(analysis.energy.values) == pytest.approx(truth["seconds"] * 10, abs=2)
    assert analysis.motion and analysis.thumbnail


async def test_other_words_are_another_analysis(stage: Stage, tmp_path: Path) -> None:
    path = await clip(tmp_path / "a.mp4", seconds=1)
    (tmp_path / "a.srt").write_text("1\n00:00:00,100 --> 00:00:00,900\nHello there\n")
    first, silent = await stage.analyze(path)
    second, spoken = await stage.analyze(path, tmp_path / "a.srt")
    assert first.data["transcript"] == "unavailable" and silent.transcript.reason
    assert "CUTROOM_ANALYZER_WHISPER_MODEL" in (silent.transcript.remedy or "")
    assert second.data["words"] == 2 and not second.data["cached"]
    assert first.data["analysis"]["key"] != second.data["analysis"]["key"]
    assert silent.shots == spoken.shots and silent.thumbnail == spoken.thumbnail


async def test_a_document_that_is_lost_is_put_together_anew(stage: Stage, tmp_path: Path) -> None:
    path = await clip(tmp_path / "a.mp4", seconds=1)
    first, before = await stage.analyze(path)
    await stage.infra.blobs.delete(first.data["analysis"]["key"])
    again, analysis = await stage.analyze(path)
    assert analysis == before and again.data["analysis"] == first.data["analysis"] and not again.data["measured"]
    async with transaction(stage.infra.pool) as connection:
        keys = part_keys(Bounds(), "none", None)
        await stage.infra.blobs.delete((await parts(connection, before.sha256, keys))["pictures"].key)
    third, analysis = await stage.analyze(path)
    assert analysis == before and third.data["measured"] == ["pictures"]


async def test_a_part_that_is_asked_for_later_does_not_redo_the_others(stage: Stage, sample: Sample) -> None:
    media = await stage.upload(sample.video)
    with capture_logs() as first:
        answer = await stage.ask(AnalyzeMedia(asset_id="a", media=media, parts=("pictures",)))
    assert _measured(first) == answer.data["measured"] == answer.data["parts"] == ["pictures"]
    with capture_logs() as second:
        answer = await stage.ask(AnalyzeMedia(asset_id="a", media=media, parts=("beats",)))
    assert _measured(second) == answer.data["measured"] == ["beats"]
    analysis = await stage.document(BlobRef.model_validate(answer.data["analysis"]))
    assert analysis.parts == ("pictures", "beats") and analysis.shots and analysis.beats.tempo
    assert analysis.missing == ("faces", "sound", "speech")
    assert analysis.energy is None and analysis.transcript.status == "unavailable"
    with capture_logs() as third:
        answer = await stage.ask(AnalyzeMedia(asset_id="a", media=media, parts=("beats", "pictures")))
    assert _measured(third) == [] and answer.data["cached"] and answer.data["analysis"]["sha256"]
    with capture_logs() as last:
        answer = await stage.ask(AnalyzeMedia(asset_id="a", media=media))
    assert sorted(_measured(last)) == answer.data["measured"] == ["faces", "sound", "speech"]
    with capture_logs() as music:
        media = await stage.upload(sample.music, "audio/wav")
        answer = await stage.ask(AnalyzeMedia(asset_id="m", media=media, parts=("sound", "beats")))
    assert answer.data["measured"] == ["sound", "beats"]
    decodes = [
        [line["event"] for line in logs].count("analysis.decode") for logs in (first, second, third, last, music)
    ]
    assert decodes == [0, 1, 0, 1, 1], "parts that are wanted together share one decode of the sound"


def _measured(logs: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(line["part"]) for line in logs if line["event"] == "analysis.part"]


async def test_two_at_once_agree(make_infra: MakeInfra, tmp_path: Path) -> None:
    async with analyzer(await make_infra("analyzer"), concurrency=2) as stage:
        media = await stage.upload(await clip(tmp_path / "a.mp4", seconds=1))
        orders = [await stage.send(AnalyzeMedia(asset_id=f"asset-{n}", media=media)) for n in range(2)]
        answers = [await stage.answer(each) for each in orders]
        facts = [MediaAnalyzed.model_validate(answer.data) for answer in answers]
        assert sorted(fact.asset_id for fact in facts) == ["asset-0", "asset-1"]
        assert len({fact.analysis.sha256 for fact in facts}) == 1


async def test_a_film_without_sound_is_good(stage: Stage, tmp_path: Path) -> None:
    answer, analysis = await stage.analyze(await clip(tmp_path / "mute.mp4", seconds=2, tone=""))
    assert answer.data["transcript"] == "completed" and answer.data["words"] == 0
    assert analysis.beats.times == () and analysis.loudness is None and analysis.energy is None
    assert [(span.start, span.end) for span in analysis.silences] == [(0.0, analysis.media.duration)]
    assert analysis.shots and analysis.thumbnail


async def test_a_film_whose_sound_is_digital_silence_is_good(stage: Stage, tmp_path: Path) -> None:
    _, analysis = await stage.analyze(await clip(tmp_path / "quiet.mp4", seconds=2, tone="anullsrc"))
    assert analysis.loudness is None and analysis.beats.tempo is None
    assert analysis.energy and max(analysis.energy.values) == -90.0
    (span,) = analysis.silences
    assert span.start == 0.0 and span.end == analysis.media.duration


async def test_sound_alone_can_be_analysed(stage: Stage, sample: Sample) -> None:
    answer, analysis = await stage.analyze(sample.music)
    assert analysis.media.kind == "audio" and analysis.shots == () and answer.data["thumbnail"] is None
    assert analysis.beats.tempo and analysis.beats.confidence > 0.5 and analysis.loudness


async def test_bad_media_end_the_step_with_what_to_do(stage: Stage, tmp_path: Path) -> None:
    whole = await clip(tmp_path / "a.mp4", seconds=2)
    await ffmpeg("-i", whole, "-vn", "-c", "copy", tmp_path / "sound.m4a")
    (tmp_path / "empty").touch()
    spoilt = {"media_truncated": cut(whole, tmp_path / "cut.mp4", 0.5), "media_no_video": tmp_path / "sound.m4a"}
    for code, path in {**spoilt, "media_empty": tmp_path / "empty", "media_unsupported": Path(__file__)}.items():
        answer = await stage.ask(ProbeMedia(asset_id=new_id(), media=await stage.upload(path)))
        failed = StepFailed.model_validate(answer.data)
        assert failed.code == code and failed.remedy and failed.attempts == 1
        assert failed.details["detected"]


async def test_damaged_frames_are_told_and_the_rest_is_analysed(stage: Stage, tmp_path: Path) -> None:
    """Bytes in the middle of the film are overwritten: its index is whole, a few pictures are not."""
    path = await clip(tmp_path / "a.mp4", "-g", "10", "-movflags", "faststart", seconds=2, tone="")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 6000] = b"\xff" * 6000
    path.write_bytes(data)
    _, analysis = await stage.analyze(path)
    assert "frames_missing" in [note.code for note in analysis.media.notes]
    assert analysis.shots and analysis.shots[-1].end == pytest.approx(2.0, abs=0.1)


async def test_captions_that_cannot_be_read_do_not_end_the_analysis(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "bad.srt").write_bytes(b"no subtitles here")
    path = await clip(tmp_path / "a.mp4", seconds=1)
    answer, analysis = await stage.analyze(path, tmp_path / "bad.srt")
    assert answer.data["transcript"] == "failed" and analysis.shots
    assert analysis.transcript.reason and "SRT" in (analysis.transcript.remedy or "")
    again, _ = await stage.analyze(path, tmp_path / "bad.srt")
    assert not again.data["cached"], "what failed is tried again"


async def test_a_cancelled_analysis_stops_within_two_seconds_and_leaves_nothing(stage: Stage, tmp_path: Path) -> None:
    short = await clip(tmp_path / "short.mp4", seconds=2)
    await ffmpeg("-stream_loop", "400", "-i", short, "-c", "copy", tmp_path / "long.mp4")
    media = await stage.upload(tmp_path / "long.mp4")
    order = await stage.send(AnalyzeMedia(asset_id="x", media=media))
    async with asyncio.timeout(LONG), stage.more:
        await stage.more.wait_for(lambda: any(e.data["detail"].get("phase") == "pictures" for e in stage.progress))
    scratch = stage.infra.scratch / "analyzer"
    assert children_in(scratch)
    soon, asked = slack(2), time.monotonic()
    await stage.cancel(order)
    answer = await stage.answer(order)
    assert answer.name == "StepCancelled" and time.monotonic() - asked < soon
    assert children_in(scratch) == []
    async with asyncio.timeout(LONG):
        while list(scratch.iterdir()):
            await asyncio.sleep(0.02)
    assert await stage.infra.blobs.stat(f"analysis/{media.sha256}") is None
    assert not list((stage.infra.settings.blobs_root).rglob("*still*"))
