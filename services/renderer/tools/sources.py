"""Reading a source: the frames of a piece of a clip, on the grid of the output, as they are in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ffmpeg

from services.renderer.domain.chunks import Piece
from services.renderer.domain.reading import TICKS, video_reading
from services.renderer.tools.ffmpeg import IMAGES, Bench, file_url, seconds
from shared.contracts.media import VideoStream
from shared.contracts.timeline import Clip, Source

Node = Any
"""A stream of ffmpeg-python, which has no types."""
PIPES = {"png": "png_pipe", "jpeg": "jpeg_pipe", "webp": "webp_pipe", "gif": "gif"}
"""The demuxer of a picture: left to itself, ffmpeg takes one for series of files where the name ends in ``.png``."""


def read(bench: Bench, source: Source, path: Path, clip: Clip, piece: Piece, *, rate: str, number: int) -> Node:
    """Return the frames of ``piece`` forwards, even where it is shown backwards; of a still picture the one frame.

    ``number`` tells inputs of one program apart. Raises ValueError for a source without a picture.
    """
    stream = picture_of(source)
    threads = {"threads": bench.settings.chunk_threads()}
    if source.media.kind == "image":
        pipe = {"f": PIPES[source.media.container]} if source.media.container in PIPES else {}
        still = ffmpeg.input(file_url(path), **{**bench.hostile(number), **threads, **IMAGES, **pipe})[
            str(stream.index)
        ]
        return still.filter("trim", end_frame=1).filter("setpts", expr="0")
    reading = video_reading(clip, piece, stream, rate)
    # Where a film changes its size the graph goes on, as its counts do, and what lays it on the frame follows.
    length: dict[str, str | None] = {"noaccurate_seek": None} if reading.standing else {"t": seconds(reading.length)}
    span = {"ss": seconds(reading.seek), **length, "reinit_filter": 0}
    decoded = ffmpeg.input(file_url(path), **bench.hostile(number), **span, **threads)[str(stream.index)]
    if reading.standing:
        decoded = decoded.filter("trim", end=seconds(reading.length))
    if stream.interlaced and not stream.resized:  # fields are woven at one size
        # One picture a frame, so that places are still counted in frames; what is not interlaced passes untouched.
        decoded = decoded.filter("bwdif", mode="send_frame", deint="interlaced")
    return (
        decoded.filter("settb", expr=f"1/{TICKS}")
        .filter("setpts", expr=reading.timing)
        .filter("fps", fps=rate, round="up", start_time=0)
        .filter("tpad", stop_mode="clone", stop=-1)
        .filter("trim", end_frame=piece.frames)
    )


def lasting(video: Node, source: Source, clip: Clip, piece: Piece, rate: str) -> Node:
    """Return what :func:`read` gave, after it was scaled, in its direction and as long as the piece.

    A still picture is scaled once and not for every frame; backwards is a matter of ``piece.frames`` frames in memory.
    """
    if source.media.kind == "image":
        endless = video.filter("tpad", stop_mode="clone", stop=-1).filter("fps", fps=rate, start_time=0)
        return endless.filter("trim", end_frame=piece.frames)
    return video.filter("reverse") if clip.reverse else video


def picture_of(source: Source) -> VideoStream:
    """Return the stream that is shown. Raises ValueError when there is none."""
    if source.media.video is None:
        raise ValueError(f"source {source.blob.key} has no picture")
    return source.media.video
