"""Hardware encoders: which is chosen, what it is told, what happens when it dies. A program plays them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from services.renderer.settings import RendererSettings
from services.renderer.tools.encoders import hardware
from services.renderer.tools.falling_back import render
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.film import Film
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order
from shared.contracts.timeline import Output, RenderOptions, VideoCodec
from shared.errors import CutroomError
from shared.process import ffmpeg_path
from tests.service.hardware_double import Double, hardware_double
from tests.service.renderer_footage import clip, numbered, numbers, pictures, timeline

_NOW = datetime(2026, 1, 2, tzinfo=UTC)
H264: frozenset[VideoCodec] = frozenset({"h264"})


Take = Callable[[Double], None]


@pytest.fixture
def take(monkeypatch: pytest.MonkeyPatch) -> Iterator[Take]:
    """Make a double the ffmpeg of this test."""

    def taken(double: Double) -> None:
        monkeypatch.setenv("CUTROOM_FFMPEG", str(double.program))
        ffmpeg_path.cache_clear()

    yield taken
    ffmpeg_path.cache_clear()


def settings(folder: Path, encoder: str) -> RendererSettings:
    """Settings with a device that VA-API finds."""
    device = folder / "renderD128"
    device.touch()
    return RendererSettings.model_validate({"preset": "ultrafast", "encoder": encoder, "device": device})


async def filmed(folder: Path, chosen: RendererSettings, *outputs: Output) -> list[Film]:
    """Four seconds, cut in the middle, in chunks of two."""
    footage = {"a": await numbered(folder, 150, "25/1")}
    made = timeline(footage, [clip(0, 0.2, 2.2), clip(1, 3, 5)])
    (folder / "out").mkdir()
    found = await hardware(chosen, frozenset(output.codec for output in outputs))
    options = RenderOptions(captions=False, loudness=None)
    order = Order(made, {"a": footage["a"].path}, outputs, options, Tags("", "", _NOW))
    return await render(Bench(folder / "out", chosen, found), order, lambda fraction, detail: None)


WIDE = Output(name="wide", width=192, height=108)
SHOWN = [*range(5, 55), *range(75, 125)]


def asked(double: Double) -> list[str]:
    """The encoder of each order."""
    return [order[order.index("-vcodec") + 1] for order in double.orders()]


@pytest.mark.parametrize(
    ("family", "told"),
    [
        ("nvenc", {"-preset": "p4", "-rc": "vbr", "-cq": "20", "-b:v": "0", "-forced-idr": "1", "-pix_fmt": "yuv420p"}),
        ("qsv", {"-global_quality": "20", "-pix_fmt": "nv12"}),
        ("vaapi", {"-rc_mode": "CQP", "-qp": "20", "-vaapi_device": "renderD128"}),
        ("videotoolbox", {"-q:v": "60", "-pix_fmt": "yuv420p"}),
    ],
)
async def test_each_family_is_tried_told_its_own_and_draws_the_film(
    tmp_path: Path, take: Take, family: str, told: dict[str, str]
) -> None:
    double = hardware_double(tmp_path, family)
    take(double)
    (film,) = await filmed(tmp_path, settings(tmp_path, "auto"), WIDE)
    assert film.check.passed and not film.check.findings
    assert numbers(await pictures(film.file, (192, 108))) == SHOWN
    first = asked(double).index(f"h264_{family}")
    assert set(asked(double)[first:]) == {f"h264_{family}"} and len(asked(double)[first:]) >= 3, (
        "a trial and two chunks"
    )
    for order in double.orders()[first:]:
        given = dict(pairwise(order))
        for name, value in told.items():
            assert given[name].endswith(value), (name, given[name])
        assert (given["-bf"], given["-g"]) == ("0", "125")
    drawn = double.orders()[-1]
    graph = drawn[drawn.index("-filter_complex") + 1]
    assert ("hwupload" in graph) is (family == "vaapi")


async def test_the_first_that_works_is_taken_for_each_codec(tmp_path: Path, take: Take) -> None:
    double = hardware_double(tmp_path, "qsv", "vaapi")
    take(double)
    chosen = settings(tmp_path, "auto")
    codecs: frozenset[VideoCodec] = frozenset({"h264", "hevc", "av1", "vp9", "prores"})
    assert await hardware(chosen, codecs) == {"h264": "qsv", "hevc": "qsv", "av1": "qsv"}
    tried = asked(double)
    assert tried == ["av1_nvenc", "av1_qsv", "h264_nvenc", "h264_qsv", "hevc_nvenc", "hevc_qsv"]
    assert await hardware(chosen, codecs) == {"h264": "qsv", "hevc": "qsv", "av1": "qsv"}
    assert asked(double) == tried, "each is tried once"
    assert await hardware(settings(tmp_path, "vaapi"), H264) == {"h264": "vaapi"}, "forced"
    assert await hardware(settings(tmp_path, "videotoolbox"), H264) == {}, "forced, and not there"
    assert await hardware(settings(tmp_path, "software"), H264) == {}, "forbidden"


async def test_a_device_that_is_not_there_is_not_tried(tmp_path: Path, take: Take) -> None:
    double = hardware_double(tmp_path, "vaapi")
    take(double)
    chosen = RendererSettings(encoder="vaapi", device=tmp_path / "none")
    assert await hardware(chosen, H264) == {} and double.orders() == []


@pytest.mark.parametrize("dies_at", [1, 2])
async def test_a_driver_that_dies_at_work_is_left_for_software(tmp_path: Path, take: Take, dies_at: int) -> None:
    """The trial went well; the first chunk, or the second, does not."""
    double = hardware_double(tmp_path, "nvenc", dies_at=dies_at)
    take(double)
    chosen = settings(tmp_path, "nvenc")
    film, plain = await filmed(tmp_path, chosen, WIDE, WIDE.model_copy(update={"name": "v", "codec": "vp9"}))
    assert film.check.passed and plain.check.passed
    assert [finding.code for finding in film.check.findings] == ["encoder_fell_back"]
    assert not plain.check.findings, "that one was never to be encoded by hardware"
    assert numbers(await pictures(film.file, (192, 108))) == SHOWN
    before = len(double.orders())
    assert await hardware(chosen, H264) == {} and len(double.orders()) == before + 1, "tried again, and found dead"


async def test_what_software_cannot_draw_either_is_told_as_it_is(tmp_path: Path, take: Take) -> None:
    double = hardware_double(tmp_path, "nvenc")
    take(double)
    footage = {"a": await numbered(tmp_path, 50, "25/1")}
    made = timeline(footage, [clip(0, 0, 2)])
    footage["a"].path.write_bytes(footage["a"].path.read_bytes()[:3000])
    (tmp_path / "out").mkdir()
    chosen = settings(tmp_path, "nvenc")
    bench = Bench(tmp_path / "out", chosen, await hardware(chosen, H264))
    order = Order(made, {"a": footage["a"].path}, (WIDE,), RenderOptions(), Tags("", "", _NOW))
    with pytest.raises(CutroomError) as failed:
        await render(bench, order, lambda fraction, detail: None)
    assert failed.value.code in ("render_failed", "source_unreadable")
