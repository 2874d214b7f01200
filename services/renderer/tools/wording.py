"""What is to be said of an output's words before there is a film: where they stand, and which no font has."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from services.renderer.domain.glyphs import missing
from services.renderer.tools.captioned import caption_findings
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.fonts import known_characters
from services.renderer.tools.parts import Order
from shared.contracts.timeline import Finding, Output


@dataclass(frozen=True, slots=True)
class Worded:
    """What was found of an output's words; ``undrawn``: characters that no font has."""

    findings: Sequence[Finding] = ()
    undrawn: str = ""


async def worded(bench: Bench, order: Order, output: Output) -> Worded:
    """Look at the words of an output: it needs nothing that is drawn and so keeps nobody waiting at the end."""
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(caption_findings(bench, order, output))
        reading = group.create_task(_undrawn(bench, order))
    return Worded(looking.result(), reading.result())


async def _undrawn(bench: Bench, order: Order) -> str:
    options, clips = order.options, order.timeline.video
    lines = [caption.text for clip in clips for caption in clip.captions] if options.burned else []
    words = [w.text for clip in clips for c in clip.captions for w in c.words] if lines else []
    known = await asyncio.to_thread(known_characters, bench.settings.fonts_dir)
    laid = [overlay.text.text for overlay in order.timeline.overlays if overlay.text]
    return missing("".join([options.watermark, *laid, *lines, *words]), known)
