"""From a file's facts to :class:`MediaInfo`, or to the error that says what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.analyzer.domain import bad
from services.analyzer.domain.describe import TOLERANCE_S, describe
from services.analyzer.domain.facts import FileFacts, StreamFacts
from services.analyzer.domain.lengths import held_seconds, promised_seconds
from shared.contracts.media import MediaInfo, Note

_LOST = 0.01
"""The share of a file that may be missing at its end as long as its packets last as long as they should."""
_FREE = ("mp3", "ogg")
"""Kinds whose every frame or page stands for itself, so that what is left is whole; editors leave old tags behind."""
_BACK_S, _AHEAD_S = 0.5, 10.0
"""Beyond these ffmpeg closes a jump of a transport stream's clock, and players do as they like."""


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
    audio = heard(facts)
    if video is None and audio is None:
        _refuse_without_streams(facts, bounds)
        raise bad.unsupported(facts.kind, "it has neither a video nor a sound stream")
    if video is not None and video.coded_width * video.coded_height > bounds.max_pixels:
        raise bad.too_complex(facts.kind, f"its picture is {video.coded_width}x{video.coded_height}")
    used = [s for s in (video, audio) if s is not None]
    _refuse_jumps(facts, used)
    _refuse_cut_off(facts, used)
    if sound_alone and video is not None and audio is not None and _glimpse(facts, video, audio, bounds):
        info = describe(facts, None, audio)
        message = f"The video is {held_seconds(facts, video):.3f} s long; only the sound is used."
        return info.model_copy(update={"notes": (*info.notes, Note(code="video_too_short", message=message))})
    if video is None and audio is not None and audio.decoded is False:
        raise bad.unsupported(facts.kind, f"its sound ({audio.codec or 'of an unknown codec'}) cannot be decoded")
    if video is None and not sound_alone:
        raise bad.no_video(facts.kind)
    _refuse_length(facts, video or used[0], bounds)
    if video is not None and video.decoded is False:
        limit = "" if video.coded_width else f" or have more than {bounds.max_pixels} pixels"
        raise bad.unsupported(facts.kind, f"its pictures ({video.codec or 'unknown'}) cannot be decoded{limit}")
    return describe(facts, video, audio)


def _glimpse(facts: FileFacts, video: StreamFacts, audio: StreamFacts, bounds: Bounds) -> bool:
    """Whether the video is too short to be one beside the sound, as where a song has its cover as a single frame."""
    least = bounds.min_seconds
    return held_seconds(facts, video) < least <= held_seconds(facts, audio) <= bounds.max_seconds and facts.scan_ended


def _refuse_unreadable(facts: FileFacts, bounds: Bounds) -> None:
    if facts.size == 0:
        raise bad.empty()
    if facts.refused:
        raise bad.unsupported(facts.kind)
    if facts.failure == "too_complex":
        raise bad.too_complex(facts.kind, facts.reason)
    lost = facts.missing if facts.kind not in _FREE or facts.failure else 0
    if lost and (facts.failure or lost > _LOST * (facts.size + lost)):
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


def heard(facts: FileFacts) -> StreamFacts | None:
    """Return the sound stream that players play: the default one, else that with most channels; the first of equals."""
    return _best(stream for stream in facts.streams if stream.type == "audio")


def _best(streams: Iterable[StreamFacts]) -> StreamFacts | None:
    """Return the stream with the largest picture, or the sound to hear. Empty and unreadable ones count last."""
    return max(
        streams,
        key=lambda s: (
            s.packets > 0, s.decoded is not False, s.coded_width * s.coded_height, s.default, s.channels, -s.index
        ),
        default=None,
    )  # fmt: skip


def _refuse_jumps(facts: FileFacts, used: list[StreamFacts]) -> None:
    """Refuse a transport stream whose clock jumps: every program would take it to last as long as it likes."""
    if facts.kind != "mpegts":
        return
    for stream in used:
        jump = float(stream.jump * stream.tick)
        if jump < -_BACK_S or jump > _AHEAD_S:
            at = max(0.0, float(stream.jump_at * stream.tick) - facts.start / 1e6)
            raise bad.jumping(facts.kind, jump, at)


def _refuse_cut_off(facts: FileFacts, used: list[StreamFacts]) -> None:
    """Compare what the header promises with what the packets hold.

    A fragmented file whose boxes are all there lies about its length rather than being cut: that becomes a note.
    """
    if facts.unsized or (facts.fragmented and not facts.missing):
        return
    for stream in used:
        promised, held = promised_seconds(facts, stream), held_seconds(facts, stream)
        silent = stream.packets == 0 and stream.promised_frames > 0
        if silent or promised - held > max(TOLERANCE_S, 0.005 * promised):
            raise bad.truncated(
                facts.kind,
                f"its header promises {promised:.2f} s of {stream.type}, the file holds {held:.2f} s",
                stream=stream.type,
                promised=promised,
                held=held,
                missing_bytes=facts.missing,
            )


def _refuse_length(facts: FileFacts, main: StreamFacts, bounds: Bounds) -> None:
    seconds = held_seconds(facts, main)
    if main.packets == 0 or seconds < bounds.min_seconds:
        raise bad.too_short(facts.kind, seconds, bounds.min_seconds)
    if seconds > bounds.max_seconds or not facts.scan_ended:
        raise bad.too_long(facts.kind, seconds, bounds.max_seconds)
