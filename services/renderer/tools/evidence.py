"""Whose fault is a black or a frozen picture? What the source shows there, or the edit asks for, is only noted."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from services.renderer.domain.check import BLACK_LUMA
from services.renderer.domain.seen import SHAPE, Bytes, Flags, figures
from services.renderer.domain.wished import Part, unexplained
from services.renderer.tools.ffmpeg import Bench, file_url, seconds
from services.renderer.tools.parts import Order
from services.renderer.tools.redrawing import redrawn
from services.renderer.tools.sources import picture_of
from shared.contracts.timeline import Check, Finding, Output
from shared.process import ffmpeg_path, stream

MOST_LOOKED_S = Fraction(3)
MOST_FRAMES = 400
MOST_SPANS = 12
"""Spans of one film that the source is opened for; further ones stay warnings."""
LUMA_SLACK = 6
MOST_OF_IT = 0.8


async def explained(bench: Bench, order: Order, output: Output, verdict: Check) -> Check:
    """Return the verdict, a black or frozen span as a note where the source or the edit has it, else as an error."""
    told: list[Finding] = []
    looked = 0
    for finding in verdict.findings:
        if finding.code not in ("black", "frozen") or finding.at is None or looked >= MOST_SPANS:
            told.append(finding)
            continue
        looked += 1
        told.append(await _explained(bench, order, output, finding, finding.at))
    return Check(passed=all(f.severity != "error" for f in told), findings=tuple(told))


async def _explained(bench: Bench, order: Order, output: Output, finding: Finding, at: float) -> Finding:
    rate = Fraction(order.timeline.rate)
    first, frames = round(Fraction(repr(at)) * rate), round(Fraction(repr(finding.figure or 0.0)) * rate)
    asked = not (parts := unexplained(order.timeline, output, finding.code, first, first + frames))
    for part in parts:
        if await _shows(bench, order, part, finding.code):
            continue
        if not (part.asked and await _drawn_so(bench, order, output, part, finding.code)):
            message = f"{finding.message} Its source is not so there."
            return finding.model_copy(update={"severity": "error", "message": message})
        asked = True
    why = "The edit asks for it." if asked else "So is its source there."
    return finding.model_copy(update={"severity": "note", "message": f"{finding.message} {why}"})


async def _shows(bench: Bench, order: Order, part: Part, code: str) -> bool:
    """Tell whether the source itself is black, or stands still, in the middle of the part."""
    if order.timeline.sources[part.clip.source].media.kind == "image":
        return False  # it is only seen as the edit shows it
    length = min(part.length, MOST_LOOKED_S)
    begin = max(Fraction(0), part.begin + (part.length - length) / 2)
    small = await _small(bench, order, part.clip.source, begin, length)
    if small is None:
        return True  # behind its last frame: a player shows that one on
    if code == "black":
        return _mostly(np.quantile(small.reshape(len(small), -1), part.dark, axis=1) <= BLACK_LUMA + LUMA_SLACK)
    return _mostly(figures(small.tobytes()).still[1:])


async def _drawn_so(bench: Bench, order: Order, output: Output, part: Part, code: str) -> bool:
    """Tell whether the middle of the part is so when it is drawn once more, with effects as strong as they are."""
    frames = min(part.frames, int(MOST_LOOKED_S * Fraction(order.timeline.rate)))
    seen = await redrawn(bench, order, output, part.first + (part.frames - frames) // 2, frames)
    return _mostly(seen.luma <= BLACK_LUMA + LUMA_SLACK if code == "black" else seen.still[1:])


def _mostly(flags: Flags) -> bool:
    return not len(flags) or float(flags.mean()) > MOST_OF_IT


async def _small(bench: Bench, order: Order, source: str, begin: Fraction, length: Fraction) -> Bytes | None:
    """Return small grey copies, (frames, 36, 64), of a span of a source; None where it has no frame."""
    picture = picture_of(order.timeline.sources[source])
    hostile = [word for name, value in bench.hostile(0).items() for word in (f"-{name}", str(value))]
    span = ["-ss", seconds(begin), "-t", seconds(length), "-i", file_url(order.sources[source])]
    small = f"format=yuv420p,extractplanes=y,scale={SHAPE[1]}:{SHAPE[0]}:flags=area"
    out = ["-map", f"0:{picture.index}", "-vf", small, "-frames:v", str(MOST_FRAMES), "-f", "rawvideo", "pipe:1"]
    head = [ffmpeg_path(), "-hide_banner", "-nostdin", "-loglevel", "error"]
    data = bytearray()
    async with stream(_command(head, hostile, span, out), limits=bench.limits, cwd=bench.scratch) as decoded:
        async for piece in decoded.chunks(SHAPE[0] * SHAPE[1] * 16):
            data += piece
        await decoded.finish()
    frames = np.frombuffer(bytes(data), np.uint8, len(data) // (SHAPE[0] * SHAPE[1]) * SHAPE[0] * SHAPE[1])
    return frames.reshape(-1, *SHAPE) if len(frames) else None


def _command(*parts: Sequence[str]) -> list[str]:
    return [word for part in parts for word in part]
