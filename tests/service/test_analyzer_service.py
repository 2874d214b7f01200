"""The analyzer as a service: orders in, facts and documents out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from deploy.sample import Sample
from shared.contracts.commands import ProbeMedia
from shared.contracts.events import MediaAnalyzed, MediaProbed
from tests.database import MakeInfra
from tests.service.analyzer_stage import Stage, analyzer, clip


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
    async with stage.infra.blobs.local(probed.thumbnail) as path, asyncio.timeout(5):
        assert picture_size(path) == (320, 180)


async def test_the_demo_film_is_understood(stage: Stage, sample: Sample) -> None:
    answer, analysis = await stage.analyze(sample.video, sample.captions)
    fact = MediaAnalyzed.model_validate(answer.data)
    assert not fact.cached and fact.transcript == "completed" and fact.words > 5
    assert fact.shots == len(analysis.shots) > 1 and analysis.silences and analysis.loudness
    assert analysis.transcript.source == "captions"
    assert fact.sprites and fact.sprites.count == len(range(0, 16, int(fact.sprites.interval)))
    async with stage.infra.blobs.local(fact.sprites.image) as path:
        size = (fact.sprites.columns * fact.sprites.tile_width, fact.sprites.rows * fact.sprites.tile_height)
        assert picture_size(path) == size
    fractions = [e.data["fraction"] for e in stage.progress]
    assert fractions == sorted(fractions) and len(fractions) > 3
