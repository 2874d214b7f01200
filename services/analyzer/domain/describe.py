"""What a file that is taken is like, and what a person should know about it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal, cast

from services.analyzer.domain.facts import FileFacts, StreamFacts
from services.analyzer.domain.lengths import held_seconds, offset, promised_seconds
from shared.contracts.media import AudioStream, MediaInfo, Note, VideoStream
from shared.contracts.time import fraction_text

TOLERANCE_S = 0.25
_MATRICES = {
    0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc",
    10: "bt2020c",
}  # fmt: skip
"""Matrix coefficients of ISO 23091-2 by the names that ffmpeg gives them; 2 is unknown."""
_HDR: dict[int, Literal["pq", "hlg"]] = {16: "pq", 18: "hlg"}


def describe(facts: FileFacts, video: StreamFacts | None, audio: StreamFacts | None) -> MediaInfo:
    """Return what the streams that are used are like; the caller has refused what cannot be used."""
    streams = [s for s in (video, audio) if s is not None and s.packets]
    return MediaInfo(
        kind="video" if video else "audio",
        container=facts.container.split(",")[0],
        duration=round(max(offset(facts, s) + held_seconds(facts, s) for s in streams), 6),
        size=facts.size,
        video=_video(facts, video) if video else None,
        audio=_audio(facts, audio) if audio and audio.packets and audio.decoded is not False else None,
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
        start=round(offset(facts, stream), 6),
        duration=round(held_seconds(facts, stream), 6),
        frames=stream.packets,
        pixel_format=stream.pixel_format,
        hdr=_HDR.get(stream.transfer),
        color_space=_MATRICES.get(stream.matrix, ""),
        interlaced=stream.interlaced,
        resized=stream.resized,
        refresh=round(float(stream.refresh / Fraction(stream.rate or "25/1")), 6),
        timecode=stream.timecode,
    )


def _audio(facts: FileFacts, stream: StreamFacts) -> AudioStream:
    return AudioStream(
        index=stream.index,
        codec=stream.codec,
        sample_rate=stream.sample_rate,
        channels=stream.channels,
        start=round(offset(facts, stream), 6),
        duration=round(held_seconds(facts, stream), 6),
        language=stream.language,
    )


def _notes(facts: FileFacts, video: StreamFacts | None, audio: StreamFacts | None) -> Iterable[Note]:
    if video is not None:
        yield from _seen(video)
        if audio is None:
            yield Note(code="no_sound", message="The film has no sound.")
    if audio is not None and not audio.packets:
        yield Note(code="no_sound", message="The sound stream is empty.")
    if audio is not None and audio.decoded is False:
        yield Note(code="sound_unreadable", message="The sound cannot be decoded.")
    yield from _several(facts, audio)
    if facts.missing:
        yield Note(code="end_missing", message=f"{facts.missing} bytes are missing at the end of the file.")
    elif facts.unended:
        yield Note(code="end_missing", message="The file has no mark of its end: something may be missing there.")
    for stream in (video, audio):
        if stream is not None and stream.packets:
            yield from _stream_notes(facts, stream)


def _seen(video: StreamFacts) -> Iterable[Note]:
    if video.variable:
        yield Note(code="variable_frame_rate", message="The frame rate varies: frames are placed by their own times.")
    if video.transfer in _HDR:
        yield Note(
            code="hdr", message=f"The picture is HDR ({_HDR[video.transfer].upper()}); it is tone-mapped for SDR."
        )
    if video.interlaced:
        yield Note(code="interlaced", message="The picture is interlaced; its fields are made whole pictures.")
    if video.resized:
        yield Note(code="size_changes", message="The picture changes its size; each size is fitted by itself.")
    if video.mirrored:
        yield Note(code="mirrored", message="The picture is stored mirrored.")


def _several(facts: FileFacts, audio: StreamFacts | None) -> Iterable[Note]:
    sounds = [stream for stream in facts.streams if stream.type == "audio" and stream.packets]
    if audio is None or len(sounds) < 2:
        return
    names = ", ".join(f"{n}{f' ({s.language})' if s.language else ''}" for n, s in enumerate(sounds, 1))
    message = f"The film has {len(sounds)} sound streams: {names}; number {sounds.index(audio) + 1} is heard."
    yield Note(code="several_sounds", message=message)


def _stream_notes(facts: FileFacts, stream: StreamFacts) -> Iterable[Note]:
    promised, held = promised_seconds(facts, stream), held_seconds(facts, stream)
    if promised and abs(promised - held) > max(TOLERANCE_S, 0.005 * held):
        message = f"The header says {promised:.2f} s of {stream.type}, there are {held:.2f} s; the latter counts."
        yield Note(code="duration_wrong", message=message)
    if stream.damaged:
        yield Note(code="packets_damaged", message=f"{stream.damaged} packets of {stream.type} are damaged.")


def frame_notes(info: MediaInfo, decoded: int) -> tuple[Note, ...]:
    """Say that not every frame which the packets promise could be decoded."""
    missing = (info.video.frames or 0) - decoded if info.video else 0
    if missing <= 0:
        return ()
    return (Note(code="frames_missing", message=f"{missing} of {decoded + missing} frames could not be decoded."),)
