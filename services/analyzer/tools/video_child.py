"""Decode a film's pictures once and measure all that is wanted of them: shots, black, freezes, faces, stills, sheet.

Runs as ``python -m services.analyzer.tools.video_child`` with a request on stdin. Every frame keeps its own time stamp,
so that cuts are exact also where the frame rate varies. A request for a span leaves the span's part in its folder.
"""

from __future__ import annotations

from fractions import Fraction
from typing import BinaryIO

import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from services.analyzer.domain.stills import tiles
from services.analyzer.domain.turning import Turn
from services.analyzer.tools import telling
from services.analyzer.tools.deciding import decide
from services.analyzer.tools.faces import Onlooker
from services.analyzer.tools.opening import film_stream, frames, open_media, prepare
from services.analyzer.tools.part import TRACE, Part, save, trace_rows
from services.analyzer.tools.passing import Pass
from services.analyzer.tools.requests import SpanAnswer, VideoAnswer, VideoRequest
from services.analyzer.tools.sheet import Sheet
from services.analyzer.tools.views import Viewer, Views

_BEFORE_S, _SURE_S = 1.0, 0.5


def measure(request: VideoRequest) -> VideoAnswer:
    """Decode, measure, decide; leave the pictures in the folder."""
    part, _ = measure_part(request)
    return decide(request, part)


def measure_span(request: VideoRequest) -> SpanAnswer:
    """Decode and measure a span; leave its part in the folder. ``sought`` is False where seeking leads too far."""
    part, sought = measure_part(request)
    save(part, request.folder)
    return SpanAnswer(frames=len(part.found), sought=sought)


def measure_part(request: VideoRequest) -> tuple[Part, bool]:
    """Return what the frames of the request's span hold, and whether its beginning was found."""
    with (request.folder / TRACE).open("wb") as trace:
        run = _pass(request, trace)
        with open_media(request.path, request.demuxers, request.max_pixels) as container:
            stream = film_stream(container, request.index)
            prepare(stream, request.max_pixels, frame_threads=True, count=request.threads, skip_loop_filter="noref")
            sought = _run(container, stream, run, request)
        run.finish(request.duration)
    part = Part(
        ticks=np.frombuffer(run.ticks, np.int64),
        found=run.measuring.features(),
        rows=trace_rows(request.folder, max(0, len(run.ticks) - 1)),
        looks=run.views.looks,
        tiles=run.sheet.made,
        stills=run.views.stills,
        damaged=run.damaged,
    )
    return part, sought


def _pass(request: VideoRequest, trace: BinaryIO) -> Pass:
    rate, tick = Fraction(request.rate), Fraction(request.time_base)
    turn = Turn(request.rotation, request.mirrored)
    plan = tiles(request.duration, *request.size)
    return Pass(
        zero=request.zero,
        tick=tick,
        period=max(1, round(1 / (rate * tick))),
        sheet=Sheet(plan, turn, first=int((request.since or 0) * tick / Fraction(plan.interval))),
        views=Views(_viewer(request), request.size, turn, request.duration),
        trace=trace,
        since=request.since,
        until=request.until,
    )


def _viewer(request: VideoRequest) -> Viewer | None:
    """What looks at the middle-sized pictures."""
    return Onlooker() if request.people else None


def _run(container: InputContainer, stream: VideoStream, run: Pass, request: VideoRequest) -> bool:
    """Take all frames of the span; False if seeking led behind where the looking back has to begin."""

    def damaged() -> None:
        run.damaged += 1

    begins = float((request.since or 0) * run.tick)
    ends = request.duration if request.until is None else float(request.until * run.tick)
    if request.since is not None:
        container.seek(request.zero + request.since - round(_BEFORE_S / run.tick), stream=stream, backward=True)
    first = True
    for frame in frames(container, stream, damaged):
        if first and request.since is not None:
            if frame.pts is None or float((frame.pts - request.zero) * run.tick) > begins - _SURE_S:
                return False
            first = False
        run.take(frame)
        if run.over:
            break
        done = (run.seconds - begins) / max(ends - begins, 0.01)
        telling.progress(min(1.0, max(0.0, done)), frame=len(run.ticks))
    return True


if __name__ == "__main__":
    asked = telling.request(VideoRequest)
    telling.answer(asked.folder, measure(asked) if asked.since is None and asked.until is None else measure_span(asked))
