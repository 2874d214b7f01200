"""One frame of a film: the right one, upright, also behind an offset and beyond its last key frame."""

from __future__ import annotations

from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from shared.contracts.commands import GrabFrame
from shared.contracts.events import FrameGrabbed, StepFailed
from shared.contracts.ids import new_id
from tests.database import MakeInfra
from tests.service.analyzer_stage import Stage, analyzer, clip, ffmpeg

FRAMES, RATE = 50, 25


@pytest.fixture
async def stage(make_infra: MakeInfra) -> AsyncIterator[Stage]:
    """The analyzer."""
    async with analyzer(await make_infra("analyzer")) as running:
        yield running


def _counting(path: Path, *, first: int = 0) -> Path:
    """A film of 2 s whose n-th frame is grey of 40 + 4n; one key frame."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        stream.options = {"g": "1000", "crf": "10", "bf": "2"}
        stream.codec_context.time_base = Fraction(1, RATE)
        for number in range(FRAMES):
            grey = np.full((90, 160, 3), 40 + 4 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
            frame.pts, frame.time_base = first + number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


async def _grab(stage: Stage, path: Path, time: float) -> tuple[FrameGrabbed, Image.Image]:
    answer = await stage.ask(GrabFrame(asset_id=new_id(), media=await stage.upload(path), time=time))
    fact = FrameGrabbed.model_validate(answer.data)
    async with stage.infra.blobs.local(fact.picture) as file:
        return fact, Image.open(file).convert("RGB").copy()


@pytest.mark.parametrize("first", [0, 7])
async def test_the_frame_is_the_one_on_the_screen(stage: Stage, tmp_path: Path, first: int) -> None:
    path = _counting(tmp_path / "counting.mp4", first=first)
    for time, number in ((0.0, 0), (0.5, 12), (0.999, 24), (1.0, 25), (1.97, 49)):
        fact, image = await _grab(stage, path, time)
        assert fact.time == pytest.approx(number / RATE, abs=1e-3)
        assert image.size == (fact.width, fact.height) == (160, 90)
        assert image.getpixel((80, 45))[0] == pytest.approx(40 + 4 * number, abs=2)


async def test_a_turned_film_gives_an_upright_picture(stage: Stage, tmp_path: Path) -> None:
    plain = await clip(tmp_path / "plain.mp4", seconds=1, tone="")
    turned = tmp_path / "turned.mp4"
    await ffmpeg("-display_rotation", "90", "-i", plain, "-c", "copy", turned)
    fact, _ = await _grab(stage, turned, 0.5)
    assert (fact.width, fact.height) == (180, 320)


async def test_a_time_outside_and_sound_alone_are_named(stage: Stage, tmp_path: Path) -> None:
    film = await stage.upload(await clip(tmp_path / "a.mp4", seconds=1))
    sound = await stage.upload(await clip(tmp_path / "a.m4a", seconds=1, picture=""))
    for media, time, code in (
        (film, 5.0, "time_outside"),
        (film, -0.1, "time_outside"),
        (sound, 0.0, "media_no_video"),
    ):
        failed = StepFailed.model_validate((await stage.ask(GrabFrame(asset_id="x", media=media, time=time))).data)
        assert failed.code == code and failed.remedy and failed.attempts == 1
