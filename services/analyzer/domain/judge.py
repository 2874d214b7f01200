"""From a file's facts to :class:`MediaInfo`, or to the error that says what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, cast

from services.analyzer.domain import bad
from services.analyzer.domain.facts import FileFacts, StreamFacts
from shared.contracts.media import AudioStream, MediaInfo, Note, VideoStream
from shared.contracts.time import fraction_text

_HDR: dict[int, Literal["pq", "hlg"]] = {16: "pq", 18: "hlg"}
_TOLERANCE_S = 0.25
_LOST = 0.01
"""The share of a file that may be missing at its end as long as its packets last as long as they should."""
_PROMISING = ("mov", "matroska", "avi", "wav", "flac")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What this installation takes: seconds, and pixels of one frame."""

    min_seconds: float = 0.1
    max_seconds: float = 4 * 3600.0
    max_pixels: int = 8192 * 4320


def judge(facts: FileFacts, bounds: Bounds = Bounds(), *, sound_alone: bool = True) -> MediaInfo:
    """Return what the file is. Raises BadMedia; ``sound_alone=False`` refuses a file without a video stream."""
    _refuse_unreadable(facts, bounds)
    video = _best(s for s in facts.streams if s.type == "video" and not s.picture)
    audio = _best(s for s in facts.streams if s.type == "audio")
    if video is None and audio is None:
        _refuse_without_streams(facts, bounds)
        raise bad.unsupported(facts.kind, "it has neither a video nor a sound stream")
    if video is not None and video.coded_width * video.coded_height > bounds.max_pixels:
        raise bad.too_complex(facts.kind, f"its picture is {video.coded_width}x{video.coded_height}")
    used = [s for s in (video, audio) if s is not None]
    _refuse_cut_off(facts, used)
    if video is None and not sound_alone:
        raise bad.no_video(facts.kind)
    _refuse_length(facts, video or used[0], bounds)
    if video is not None and video.decoded is False:
        limit = "" if video.coded_width else f" or have more than {bounds.max_pixels} pixels"
        raise bad.unsupported(facts.kind, f"its pictures ({video.codec or 'unknown'}) cannot be decoded{limit}")
    return _info(facts, video, audio)


def _refuse_unreadable(facts: FileFacts, bounds: Bounds) -> None:
    if facts.size == 0:
        raise bad.empty()
    if facts.refused:
        raise bad.unsupported(facts.kind)
    if facts.failure == "too_complex":
        raise bad.too_complex(facts.kind, facts.reason)
    if facts.missing and (facts.failure or facts.missing > _LOST * (facts.size + facts.missing)):
        raise bad.truncated(facts.kind, f"{facts.missing} bytes are missing at its end", missing_bytes=facts.missing)
    if facts.failure == "nothing":
        raise bad.too_short(facts.kind, 0.0, bounds.min_seconds)
    if facts.failure and not facts.index:
        raise bad.truncated(facts.kind, "its index (the moov box) is missing")
    if facts.failure:
        raise bad.unsupported(f"a damaged {facts.kind} file", facts.reason)


def _refuse_without_streams(facts: FileFacts, bounds: Bounds) -> None:
    """Such a file is cut off, or was written without a single frame; only other kinds of stream make it no medium."""
    if facts.missing:
        raise bad.truncated(facts.kind, f"{facts.missing} bytes are missing at its end", missing_bytes=facts.missing)
    if not facts.streams:
        raise bad.too_short(facts.kind, 0.0, bounds.min_seconds)


def _best(streams: Iterable[StreamFacts]) -> StreamFacts | None:
    """Return the stream with the largest picture or most channels; the first of equals. Empty ones count last."""
    return max(
        streams,
        key=lambda s: (s.packets > 0, s.coded_width * s.coded_height, s.channels, -s.index),
        default=None,
    )


def _refuse_cut_off(facts: FileFacts, used: list[StreamFacts]) -> None:
    """Compare what the header promises with what the packets hold.

    A fragmented file whose boxes are all there lies about its length rather than being cut: that becomes a note.
    """
    if facts.fragmented and not facts.missing:
        return
    for stream in used:
        promised, held = promised_seconds(facts, stream), held_seconds(facts, stream)
        silent = stream.packets == 0 and stream.promised_frames > 0
        if silent or promised - held > max(_TOLERANCE_S, 0.005 * promised):
            raise bad.truncated(
                facts.kind,
                f"its header promises {promised:.2f} s of {stream.type}, the file holds {held:.2f} s",
                stream=stream.type,
                promised=promised,
                held=held,
                missing_bytes=facts.missing,
            )


def promised_seconds(facts: FileFacts, stream: StreamFacts) -> float:
    """Return how long the header says that the stream is; 0 where the format makes no promise."""
    if not facts.container.startswith(_PROMISING):
        return 0.0
    if stream.promised is not None:
        return float(stream.promised * stream.tick)
    if facts.container.startswith("matroska") and stream.type == "video":
        return (facts.promised or 0) / 1e6 - _offset(facts, stream)
    return 0.0


def held_seconds(facts: FileFacts, stream: StreamFacts) -> float:
    """Return the span that the stream's packets fill."""
    if stream.first is None or stream.end is None:
        return 0.0
    return float((stream.end - stream.first) * stream.tick)


def _offset(facts: FileFacts, stream: StreamFacts) -> float:
    """Return where the stream begins, in seconds after the container's start."""
    if stream.first is None:
        return 0.0
    return max(0.0, float(stream.first * stream.tick - Fraction(facts.start, 1_000_000)))


def _refuse_length(facts: FileFacts, main: StreamFacts, bounds: Bounds) -> None:
    seconds = held_seconds(facts, main)
    if main.packets == 0 or seconds < bounds.min_seconds:
        raise bad.too_short(facts.kind, seconds, bounds.min_seconds)
    if seconds > bounds.max_seconds or not facts.scan_ended:
        raise bad.too_long(facts.kind, seconds, bounds.max_seconds)


def _info(facts: FileFacts, video: StreamFacts | None, audio: StreamFacts | None) -> MediaInfo:
    streams = [s for s in (video, audio) if s is not None and s.packets]
    return MediaInfo(
        kind="video" if video else "audio",
        container=facts.container.split(",")[0],
        duration=round(max(_offset(facts, s) + held_seconds(facts, s) for s in streams), 6),
        size=facts.size,
        video=_video(facts, video) if video else None,
        audio=_audio(facts, audio) if audio and audio.packets else None,
        notes=tuple(_notes(facts, video, audio)),
    )


def _video(facts: FileFacts, stream: StreamFacts) -> VideoStream:
    aspect = Fraction(stream.aspect) if stream.aspect and Fraction(stream.aspect) > 0 else Fraction(1)
    turned = stream.rotation in {90, 270}
    shown = (max(1, round(stream.coded_width * aspect)), stream.coded_height)
    width, height = shown[::-1] if turned else shown
    return VideoStream(
        index=stream.index,
        codec=stream.codec,
        width=width,
        height=height,
        coded_width=stream.coded_width,
        coded_height=stream.coded_height,
        rotation=cast(Literal[0, 90, 180, 270], stream.rotation),
        sample_aspect_ratio=fraction_text(aspect),
        frame_rate=stream.rate or "25/1",
        variable_frame_rate=stream.variable,
        time_base=stream.time_base,
        start=round(_offset(facts, stream), 6),
        duration=round(held_seconds(facts, stream), 6),
        frames=stream.packets,
        pixel_format=stream.pixel_format,
        hdr=_HDR.get(stream.transfer),
    )


def _audio(facts: FileFacts, stream: StreamFacts) -> AudioStream:
    return AudioStream(
        index=stream.index,
        codec=stream.codec,
        sample_rate=stream.sample_rate,
        channels=stream.channels,
        start=round(_offset(facts, stream), 6),
        duration=round(held_seconds(facts, stream), 6),
    )


def _notes(facts: FileFacts, video: StreamFacts | None, audio: StreamFacts | None) -> Iterable[Note]:
    if video is not None:
        if video.variable:
            yield Note(
                code="variable_frame_rate", message="The frame rate varies: frames are placed by their own times."
            )
        if video.transfer in _HDR:
            yield Note(
                code="hdr", message=f"The picture is HDR ({_HDR[video.transfer].upper()}); it is tone-mapped for SDR."
            )
        if video.mirrored:
            yield Note(code="mirrored", message="The picture is stored mirrored.")
        if audio is None:
            yield Note(code="no_sound", message="The film has no sound.")
    if audio is not None and not audio.packets:
        yield Note(code="no_sound", message="The sound stream is empty.")
    if facts.missing:
        yield Note(code="end_missing", message=f"{facts.missing} bytes are missing at the end of the file.")
    for stream in (video, audio):
        if stream is not None and stream.packets:
            yield from _stream_notes(facts, stream)


def _stream_notes(facts: FileFacts, stream: StreamFacts) -> Iterable[Note]:
    promised, held = promised_seconds(facts, stream), held_seconds(facts, stream)
    if promised and abs(promised - held) > max(_TOLERANCE_S, 0.005 * held):
        message = f"The header says {promised:.2f} s of {stream.type}, there are {held:.2f} s; the latter counts."
        yield Note(code="duration_wrong", message=message)
    if stream.damaged:
        yield Note(code="packets_damaged", message=f"{stream.damaged} packets of {stream.type} are damaged.")
