"""One frame of a film as a JPEG. Runs as ``python -m services.analyzer.tools.frame_child``."""

from __future__ import annotations

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from services.analyzer.domain.stills import fit
from services.analyzer.domain.turning import Turn
from services.analyzer.tools import telling
from services.analyzer.tools.opening import film_stream, frames, open_media, prepare
from services.analyzer.tools.pictures import Painter, save
from services.analyzer.tools.requests import FrameAnswer, FrameRequest

_LONGEST_SIDE = 1920


def grab(request: FrameRequest) -> FrameAnswer:
    """Leave the picture in the folder; an empty answer where no frame decodes."""
    with open_media(request.path, request.demuxers, request.max_pixels) as container:
        stream = film_stream(container, request.index)
        prepare(stream, request.max_pixels, frame_threads=False)
        frame = _shown(container, stream, request.tick)
        if frame is None:
            return FrameAnswer()
        turn = Turn(request.rotation, request.mirrored)
        image = Painter(fit(*request.size, _LONGEST_SIDE), turn).paint(frame)
        save(image, request.folder / request.picture)
        return FrameAnswer(tick=frame.pts or 0, width=image.width, height=image.height)


def _shown(container: InputContainer, stream: VideoStream, tick: int) -> VideoFrame | None:
    """Return the last frame that begins at ``tick`` or before, the first of all if none does."""
    best: VideoFrame | None = None
    try:
        container.seek(tick, stream=stream, backward=True)
    except (av.FFmpegError, ValueError):
        container.seek(0)
    for frame in frames(container, stream, lambda: None):
        if frame.pts is None:
            continue
        if best is not None and frame.pts > tick:
            break
        best = frame
    return best


if __name__ == "__main__":
    asked = telling.request(FrameRequest)
    telling.answer(asked.folder, grab(asked))
