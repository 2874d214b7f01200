"""The check's findings say where, how much, and whose fault it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.renderer.domain.spoken import judged, moments
from services.renderer.settings import RendererSettings
from services.renderer.tools.captioned import _drawn, caption_findings
from services.renderer.tools.evidence import explained
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.fonts import lay_out_fonts
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order, captions_alone
from shared.contracts.layout import lay_out
from shared.contracts.speech import Caption, Word
from shared.contracts.timeline import Check, Finding, Output, RenderOptions, Timeline
from tests.service.renderer_footage import barcode, clip, film, numbered, rendered, timeline

TAGS = Tags("", "", datetime(2026, 1, 1, tzinfo=UTC))


async def test_what_the_source_has_is_noted(tmp_path: Path) -> None:
    moving = b"".join(barcode(i, (192, 108)).tobytes() for i in range(50))
    dark, still = bytes(192 * 108 * 50), barcode(7, (192, 108)).tobytes() * 100
    footage = {"a": await film(tmp_path, moving + dark + moving + still, None, "25/1", (192, 108), "parts")}
    made = timeline(footage, [clip(0, 0, 10)])
    (done,) = await rendered(tmp_path / "out", made, footage)
    assert done.check.passed
    found = {f.code: f for f in done.check.findings}
    assert set(found) == {"black", "frozen"} and {f.severity for f in found.values()} == {"note"}
    assert (found["black"].at, found["black"].figure) == (2.0, 2.0)
    stands = [f for f in done.check.findings if f.code == "frozen" and f.at is not None and f.at > 5]
    assert stands and abs(stands[0].at - 6.04) < 0.05, stands


async def test_what_the_source_has_not_is_an_error(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 200, "25/1")}
    logo = {"id": "l", "start": 0, "frames": 300, "shape": {}, "width": 0.2, "height": 0.2}
    clips = [clip(0, 0, 4), clip(1, 4, 8, effects=[{"name": "zoom"}]), clip(2, 0, 4, effects=[{"name": "blur"}])]
    made = timeline(footage, clips, overlays=[logo])
    bench = Bench(tmp_path, RendererSettings())
    paths = {"a": footage["a"].path}
    outputs = (Output(name="x", width=192, height=108),)
    order = Order(made, paths, outputs, RenderOptions(), TAGS)
    claims = tuple(
        Finding(code=code, severity="warning", message="It is.", at=at, figure=2.0)
        for code, at in (("black", 1.0), ("frozen", 1.0), ("frozen", 5.0), ("frozen", 9.0))
    )
    verdict = await explained(bench, order, outputs[0], Check(passed=True, findings=claims))
    assert [f.severity for f in verdict.findings] == ["error"] * 4 and not verdict.passed
    cut = replace(order, timeline=timeline(footage, [clip(0, 0, 4)]))
    assert not (await explained(bench, cut, outputs[0], Check(passed=True, findings=claims[:1]))).passed


@pytest.mark.parametrize(
    ("effects", "shape", "code", "severity"),
    [
        ([{"name": "fade_out", "parameters": {"duration": 0.4}}], None, "black", "error"),
        ([{"name": "adjust", "parameters": {"brightness": -0.1}}], None, "black", "error"),
        ([{"name": "adjust", "parameters": {"brightness": -1.0}}], None, "black", "note"),
        ([{"name": "adjust", "parameters": {"contrast": 0.0}}], None, "frozen", "note"),
        ([{"name": "blur", "parameters": {"amount": 0.01}}], None, "frozen", "error"),
        ([], {"colour": "#ffffff"}, "black", "error"),
        ([], {"colour": "#000000"}, "black", "note"),
        ([], {"colour": "#ffffff"}, "frozen", "note"),
    ],
)
async def test_what_may_darken_or_still_excuses_as_much_as_it_does(
    tmp_path: Path, effects: list[dict[str, object]], shape: dict[str, str] | None, code: str, severity: str
) -> None:
    footage = {"a": await numbered(tmp_path, 100, "25/1")}
    laid = [{"id": "l", "start": 0, "frames": 100, "shape": shape, "width": 1.0, "height": 1.0}] if shape else []
    output = Output(name="x", width=192, height=108)
    made = timeline(footage, [clip(0, 0, 4, effects=effects)], overlays=laid)
    order = Order(made, {"a": footage["a"].path}, (output,), RenderOptions(), TAGS)
    bench = Bench(tmp_path, RendererSettings())
    lay_out_fonts(tmp_path, bench.settings.fonts_dir)
    claim = Finding(code=code, severity="warning", message="It is.", at=0.5, figure=3.4)
    (told,) = (await explained(bench, order, output, Check(passed=True, findings=(claim,)))).findings
    assert told.severity == severity, told


async def test_a_picture_that_is_small_between_bars_is_not_told_black(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 50, "25/1")}
    made = timeline(footage, [clip(0, 0, 2)])
    (done,) = await rendered(tmp_path / "out", made, footage, Output(name="x", width=32, height=640, fit="pad"))
    assert done.check.passed and [f.severity for f in done.check.findings] == ["note"], done.check.findings


async def test_captions_stand_on_their_words_and_in_the_safe_zone(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 400, "25/1")}
    said = [
        Caption(text="These are words that somebody says", start=2.2, end=3.6),
        Caption(text="Gone", start=9, end=9.9),
    ]
    made = timeline(footage, [clip(0, 2, 12, captions=said)])
    options = RenderOptions(loudness=None)
    upright = Output(name="u", width=180, height=320)
    bench = Bench(tmp_path / "out", RendererSettings(preset="ultrafast"))
    (done,) = await rendered(tmp_path / "out", made, footage, upright, options=options)
    assert done.check.passed and not done.check.findings, done.check.findings
    late = [caption.model_copy(update={"start": caption.start + 4, "end": caption.end + 4}) for caption in said]
    order = Order(timeline(footage, [clip(0, 2, 12, captions=late)]), {}, (upright,), options, TAGS)
    shown = await caption_findings(bench, replace(order, timeline=made), upright)
    assert shown == []
    wanted = moments(order.timeline)
    script, margins = captions_alone(replace(order, timeline=made), upright)
    seen = list(zip(wanted, await _drawn(bench, order, upright, wanted, script), strict=True))
    codes = [finding.code for finding in judged(seen, "25/1", margins)]
    assert "caption_missing" in codes
    outside = [finding.code for finding in judged(seen, "25/1", (0.9, 0.9, 0.45))]
    assert "caption_outside" in outside or "caption_missing" in outside


async def test_captions_that_overlap_or_say_little_are_found_where_they_are(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 200, "25/1")}
    said = [
        Caption(text="A song", start=0.2, end=7.8), Caption(text="Who is there?", start=1.2, end=2.2),
        Caption(text="\u200b", start=8, end=9), Caption(text="...", start=3, end=4),
    ]  # fmt: skip
    made = timeline(footage, [clip(0, 0, 8, captions=said)])
    wide = Output(name="w", width=192, height=108)
    (done,) = await rendered(tmp_path / "out", made, footage, wide, options=RenderOptions(loudness=None))
    assert done.check.passed and not done.check.findings, done.check.findings
    blank = [Caption(text="Hello", start=1, end=3, words=[Word(text=" ", start=1, end=2)])]
    made = timeline(footage, [clip(0, 0, 8, captions=blank)])
    (done,) = await rendered(tmp_path / "out", made, footage, wide, options=RenderOptions(loudness=None))
    assert done.check.passed and not done.check.findings, "words that say nothing leave the line"


def test_words_that_lie_outside_a_clip_are_not_expected_in_it() -> None:
    words = [Word(text="before", start=0, end=0.5), Word(text="after", start=9, end=9.5)]
    long = Caption(text="before after", start=0, end=9.5, words=words)
    for begin, end, expected in ((2, 6, False), (0, 6, True)):
        made = Timeline(rate="25/1", sources={}, video=lay_out([clip(0, begin, end, captions=[long])], "25/1"))
        assert any(moment.shown for moment in moments(made)) is expected
