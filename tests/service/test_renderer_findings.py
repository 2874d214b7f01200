"""The check's findings say where, how much, and whose fault it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from services.renderer.domain.spoken import judged, moments
from services.renderer.settings import RendererSettings
from services.renderer.tools.captioned import _drawn, caption_findings
from services.renderer.tools.evidence import explained
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order, captions_alone
from shared.contracts.speech import Caption
from shared.contracts.timeline import Check, Finding, Output, RenderOptions
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
    verdict = await explained(bench, order, Check(passed=True, findings=claims))
    assert [f.severity for f in verdict.findings] == ["error", "error", "error", "note"] and not verdict.passed
    cut = replace(order, timeline=timeline(footage, [clip(0, 0, 4)]))
    assert not (await explained(bench, cut, Check(passed=True, findings=claims[:1]))).passed


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
