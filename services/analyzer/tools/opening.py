"""Open a medium that nobody trusts, inside a child process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

MAX_STREAMS = 16


def open_media(path: Path, demuxers: str, max_pixels: int) -> InputContainer:
    """Open ``path`` with one of ``demuxers`` (comma-separated) and nothing but the file itself.

    A playlist or manifest cannot make it open anything else: no other demuxer or protocol. A file with more than
    MAX_STREAMS streams shows one more than that, or is refused with ENOMEM. Raises av.FFmpegError.
    """
    options = {
        "format_whitelist": demuxers,
        "protocol_whitelist": "file",
        "max_streams": str(MAX_STREAMS + 1),
        "max_pixels": str(max_pixels),
    }
    return av.open(f"file:{path}", mode="r", options=options, metadata_errors="replace")


def film_stream(container: InputContainer, index: int) -> VideoStream:
    """Return the container's stream ``index``, which has to be one of pictures."""
    stream = container.streams[index]
    if not isinstance(stream, VideoStream):
        raise TypeError(f"stream {index} is no video")
    return stream


def frames(container: InputContainer, stream: VideoStream, damaged: Callable[[], None]) -> Iterator[VideoFrame]:
    """Yield every frame that decodes; ``damaged`` is called for each packet that does not, and it is passed over."""
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            damaged()


def threads() -> int:
    """Return how many threads a decoder may use: enough to be fast, few enough to bound its memory."""
    return min(4, os.cpu_count() or 1)


def prepare(stream: VideoStream, max_pixels: int, *, frame_threads: bool, count: int = 0, **options: str) -> None:
    """Open the stream's decoder; ``count`` threads, 0: as many as are good. ``options`` are the decoder's own.

    Raises av.FFmpegError.
    """
    context = stream.codec_context
    context.options = {"max_pixels": str(max_pixels), **options}
    context.thread_type = "AUTO" if frame_threads else "SLICE"
    context.thread_count = count or threads()
    context.open(strict=False)
