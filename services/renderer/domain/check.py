"""Judging a rendered file by what was measured of it. Pure: measurements in, findings out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from services.renderer.domain.measured import Expected, Measured, Track
from services.renderer.domain.sound import CHANNELS, PEAK_DBTP, SILENCE_LUFS, Level
from shared.contracts.timeline import Check, Finding

BLACK_LUMA = 22.0
BLACK_SECONDS = 0.5
FROZEN_SECONDS = 2.0
LOUDNESS_TOLERANCE = 1.0
PEAK_TOLERANCE = 0.05
SILENT_DBTP = -70.0


def check(expected: Expected, measured: Measured, undrawn: str = "", uncopied: str = "") -> Check:
    """Return the verdict; it passes when no finding is an error.

    ``undrawn``: characters that no font has; ``uncopied``: why everything was encoded though copying was allowed.
    """
    found: list[Finding] = []
    if expected.codec:
        found += [*_video(expected, measured), *_pictures(expected, measured)]
    if expected.sound:
        found += _audio(expected, measured)
    if undrawn:
        message = f"No font has these characters of the captions: {undrawn[:40]} (see CUTROOM_RENDERER_FONTS_DIR)."
        found.append(_warning("glyphs_missing", message, float(len(undrawn))))
    if uncopied:
        found.append(_note("copy_impossible", f"Everything was encoded anew: {uncopied}."))
    return Check(passed=all(f.severity != "error" for f in found), findings=tuple(found))


def _error(code: str, message: str, figure: float | None = None, at: float | None = None) -> Finding:
    return Finding(code=code, severity="error", message=message, figure=figure, at=at)


def _warning(code: str, message: str, figure: float | None = None, at: float | None = None) -> Finding:
    return Finding(code=code, severity="warning", message=message, figure=figure, at=at)


def _note(code: str, message: str, figure: float | None = None, at: float | None = None) -> Finding:
    return Finding(code=code, severity="note", message=message, figure=figure, at=at)


def _video(expected: Expected, measured: Measured) -> Iterator[Finding]:
    track = measured.header.video
    if track is None:
        yield _error("video_missing", "The file has no picture.")
        return
    if (track.codec, measured.header.pixel_format) != (expected.codec, expected.pixels):
        said = f"{track.codec} {measured.header.pixel_format}, not {expected.codec} {expected.pixels}"
        yield _error("video_codec", f"The picture is {said}.")
    if (measured.header.width, measured.header.height) != (expected.width, expected.height):
        yield _error(
            "size_wrong",
            f"The picture is {measured.header.width}x{measured.header.height}, not {expected.width}x{expected.height}.",
        )
    if track.packets != expected.frames:
        yield _error(
            "frames_wrong", f"The file has {track.packets} frames, not {expected.frames}.", float(track.packets)
        )
    if measured.gaps:
        yield _error("frames_missing", f"{measured.gaps} frames are not in their places.", float(measured.gaps))
    if measured.looked and len(measured.luma) != expected.frames:
        drawn = len(measured.luma)
        yield _error("frames_undrawn", f"{drawn} frames were drawn, not {expected.frames}.", float(drawn))
    for first in measured.altered:
        at = float(first / Fraction(expected.rate))
        yield _error("picture_altered", f"The pictures from {at:.2f} s on are not those that were drawn.", at=at)
    wanted = expected.frames / Fraction(expected.rate)
    if abs(track.duration - wanted) > max(1 / Fraction(expected.rate) / 2, Fraction(2, 1000)):
        yield _error("duration_wrong", f"The picture lasts {float(track.duration):.3f} s, not {float(wanted):.3f} s.",
                     float(track.duration))  # fmt: skip


def _audio(expected: Expected, measured: Measured) -> Iterator[Finding]:
    track = measured.header.audio
    if track is None:
        yield _error("audio_missing", "The file has no sound.")
        return
    sample_rate = 48_000 if expected.sound == "opus" else expected.sample_rate
    channels = CHANNELS[expected.layout]
    if (track.codec, measured.header.sample_rate, measured.header.channels) != (expected.sound, sample_rate, channels):
        said = f"{track.codec}, {measured.header.sample_rate} Hz, {measured.header.channels} channels"
        yield _error(
            "audio_format", f"The sound is {said}, not {expected.layout} {expected.sound} at {sample_rate} Hz."
        )
    yield from _offset(expected, measured, track)
    yield from _silence(expected, measured.level)
    yield from _loudness(expected.loudness, measured.level)


def _offset(expected: Expected, measured: Measured, audio: Track) -> Iterator[Finding]:
    if measured.header.video is None:
        return
    frame = 1 / Fraction(expected.rate)
    begins = audio.start - measured.header.video.start
    ends = audio.start + audio.duration - measured.header.video.start - measured.header.video.duration
    for name, offset in (("begins", begins), ("ends", ends)):
        if abs(offset) > frame:
            yield _error(
                "sound_offset", f"The sound {name} {float(offset) * 1000:.1f} ms off the picture.", float(offset)
            )


def _silence(expected: Expected, level: Level | None) -> Iterator[Finding]:
    if expected.heard and level is not None and level.peak < SILENT_DBTP:
        yield _warning("silent", "Nothing is heard, though clips have tracks of sound: they may be silent there.")


def _loudness(target: float | None, level: Level | None) -> Iterator[Finding]:
    if target is None or level is None or not level.integrated > SILENCE_LUFS:
        return
    off = level.integrated - target
    if abs(off) > LOUDNESS_TOLERANCE:
        yield _warning(
            "loudness_off", f"The loudness is {level.integrated:.1f} LUFS, wanted {target:.1f}.", level.integrated
        )
    if level.peak > PEAK_DBTP + PEAK_TOLERANCE:
        yield _warning("true_peak_over", f"The true peak is {level.peak:.1f} dBTP, over {PEAK_DBTP:.1f}.", level.peak)


def _pictures(expected: Expected, measured: Measured) -> Iterator[Finding]:
    rate = Fraction(expected.rate)
    for first, count in spans([value <= BLACK_LUMA for value in measured.luma], round(rate * Fraction(BLACK_SECONDS))):
        length = float(count / rate)
        yield _warning("black", f"The picture is black for {length:.2f} s.", length, float(first / rate))
    for first, count in spans(measured.still, round(rate * Fraction(FROZEN_SECONDS))):
        length = float(count / rate)
        yield _warning("frozen", f"The picture stands still for {length:.2f} s.", length, float(first / rate))


def spans(flags: Sequence[bool], least: int) -> Iterator[tuple[int, int]]:
    """Yield (first, length) of each run of true flags that is at least ``least`` long."""
    first: int | None = None
    for i, flag in enumerate([*flags, False]):
        if flag and first is None:
            first = i
        elif not flag and first is not None:
            if i - first >= least:
                yield first, i - first
            first = None
