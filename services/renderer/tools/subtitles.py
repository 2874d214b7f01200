"""Captions that are not drawn: a SubRip file of the edit's own times, beside the film or as a track in it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from services.renderer.domain.captions import Page, pages
from services.renderer.tools.ffmpeg import Bench
from shared.contracts.speech import Caption
from shared.contracts.timeline import Timeline
from shared.subtitles import write

FILE = "subtitles.srt"
LINE_EMS = 26.0
"""Room in a line, in ems: some 42 letters, as players show them."""


def lay_out_subtitles(bench: Bench, timeline: Timeline) -> Path | None:
    """Write the captions of the edit; None when there are none."""
    rate = Fraction(timeline.rate)
    captions = [_caption(page, rate) for page in pages(timeline.video, timeline.rate, LINE_EMS)]
    if not captions:
        return None
    path = bench.scratch / FILE
    path.write_text(write(captions, "srt"), encoding="utf-8")
    return path


def _caption(page: Page, rate: Fraction) -> Caption:
    text = "".join(("" if i == 0 or token.glued else " ") + token.text for i, token in enumerate(page.tokens))
    return Caption(text=text, start=float(page.start / rate), end=float(page.end / rate))
