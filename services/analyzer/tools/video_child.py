"""Decode a film's pictures once and measure all that is wanted of them: shots, black, freezes, motion, sprite sheet.

Runs as ``python -m services.analyzer.tools.video_child`` with a request on stdin. Every frame keeps its own time stamp,
so that cuts are exact also where the frame rate varies.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from services.analyzer.domain import spans
from services.analyzer.domain.frames import Features, Measuring
from services.analyzer.domain.gradual import Watching, gradual_cuts
from services.analyzer.domain.salience import focus_points
from services.analyzer.domain.shots import hard_cuts, reach_for
from services.analyzer.domain.stills import STILL, fit, tiles
from services.analyzer.domain.tracks import face_tracks
from services.analyzer.domain.turning import Turn
from services.analyzer.tools import telling
from services.analyzer.tools.faces import Onlooker
from services.analyzer.tools.opening import open_media, prepare
from services.analyzer.tools.passing import Pass
from services.analyzer.tools.pictures import Painter, save
from services.analyzer.tools.requests import VideoAnswer, VideoRequest
from services.analyzer.tools.sheet import Sheet
from services.analyzer.tools.views import Viewer, Views


def measure(request: VideoRequest) -> VideoAnswer:
    """Decode, measure, leave the pictures in the folder."""
    rate, tick = Fraction(request.rate), Fraction(request.time_base)
    turn = Turn(request.rotation, request.mirrored)
    run = Pass(
        zero=request.zero,
        tick=tick,
        period=max(1, round(1 / (rate * tick))),
        sheet=Sheet(tiles(request.duration, *request.size), turn),
        views=Views(_viewer(), request.size, turn),
        measuring=Measuring(reach_for(float(rate))),
        watching=Watching(float(rate)),
    )
    with open_media(request.path, request.demuxers, request.max_pixels) as container:
        stream = _stream(container, request)
        prepare(stream, request.max_pixels, frame_threads=True, skip_loop_filter="noref")
        for frame in _frames(container, stream, run):
            run.take(frame)
            telling.progress(min(1.0, run.seconds / request.duration), frame=len(run.ticks))
    found = run.finish(request.duration)
    if run.sheet.filled:
        run.sheet.save(request.folder / request.sprites)
    return _answer(run, found, still=_still(request, run))


def _viewer() -> Viewer | None:
    """What looks at the middle-sized pictures."""
    return Onlooker()


def _stream(container: InputContainer, request: VideoRequest) -> VideoStream:
    stream = container.streams[request.index]
    if not isinstance(stream, VideoStream):
        raise TypeError(f"stream {request.index} is no video")
    return stream


def _frames(container: InputContainer, stream: VideoStream, run: Pass) -> Iterator[VideoFrame]:
    """Yield every frame that decodes; damaged packets are counted and passed over."""
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            run.damaged += 1


def _still(request: VideoRequest, run: Pass) -> bool:
    if run.best is None:
        return False
    painter = Painter(fit(*request.size, STILL), run.sheet.turn)
    save(painter.paint(run.best[1]), request.folder / request.still)
    return True


def _answer(run: Pass, found: Features, *, still: bool) -> VideoAnswer:
    hard = hard_cuts(found)
    cuts = sorted({*hard, *gradual_cuts(run.watching.slow(), hard)})
    times = [round(float(tick * run.tick), 6) for tick in run.ticks]
    plan = run.sheet.tiles
    starts = [times[cut] for cut in cuts]
    return VideoAnswer(
        frames=len(found),
        damaged=run.damaged,
        shots=spans.shots(cuts, run.ticks, float(run.tick)),
        blacks=spans.blacks(found, times),
        freezes=spans.freezes(found, times),
        motion=spans.motion(found, cuts, times),
        still=still,
        columns=plan.columns,
        rows=plan.rows,
        tile_width=plan.width,
        tile_height=plan.height,
        interval=plan.interval,
        tiles=run.sheet.filled,
        looks=tuple(run.views.looks),
        faces=face_tracks(run.views.looks, starts),
        focus=focus_points(run.views.looks, starts),
    )


if __name__ == "__main__":
    asked = telling.request(VideoRequest)
    telling.answer(asked.folder, measure(asked))
