"""Captions that are not drawn: a SubRip file of the edit's own times, beside the film or as a track in it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from services.renderer.domain.captions import pages
from services.renderer.domain.page import Page
from services.renderer.tools.ffmpeg import Bench
from shared.contracts.speech import Caption
from shared.contracts.timeline import Timeline
from shared.subtitles import write

LINE_EMS = 26.0
"""Room in a line, in ems: some 42 letters, as players show them."""


def lay_out_subtitles(bench: Bench, timeline: Timeline, name: str) -> Path | None:
    """Write the captions of the edit into a file of output ``name``'s own; None when there are none."""
    captions = spoken_captions(timeline)
    if not captions:
        return None
    path = bench.scratch / f"subtitles_{name}.srt"
    path.write_text(write(captions, "srt"), encoding="utf-8")
    return path


def spoken_captions(timeline: Timeline) -> list[Caption]:
    """Return the captions of the edit at the times of the film."""
    rate = Fraction(timeline.rate)
    return [_caption(page, rate) for page in pages(timeline.video, timeline.rate, LINE_EMS)]


def _caption(page: Page, rate: Fraction) -> Caption:
    gaps = (
        "" if i == 0 else "\n" if token.below else "" if token.glued else " " for i, token in enumerate(page.tokens)
    )
    text = "".join(gap + token.text for gap, token in zip(gaps, page.tokens, strict=True))
    return Caption(text=text, start=float(page.start / rate), end=float(page.end / rate))
