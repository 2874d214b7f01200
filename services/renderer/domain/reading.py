"""Where to seek in a source and how to lay its frames on the output grid. Pure; exact fractions up to ffmpeg's edge.

The output frame k of a clip shows what a player shows at the source time ``start + k * speed / rate``: the last frame
that began by then. Two milliseconds of tolerance keep rounded times (Matroska and people count in milliseconds) from
missing the frame that they mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from services.renderer.domain.chunks import Piece
from shared.contracts.media import AudioStream, VideoStream
from shared.contracts.timeline import Clip
from shared.contracts.warp import Stretch, source_at, stretches

TICKS = 1_000_000
TOLERANCE = Fraction(2, 1000)
AUDIO_PREROLL = Fraction(1, 10)


@dataclass(frozen=True, slots=True)
class Reading:
    """What to read: ``seek`` and ``length`` in seconds after the container's start.

    ``shift``: how far behind ``seek`` the first wanted moment lies, in microseconds (video) or output samples (sound).
    ``timing``: the expression that tells when a picture is shown that comes ``PTS`` microseconds after ``seek``.
    ``standing``: what is shown at first may have come long before ``seek``: all from the key frame on counts.
    """

    seek: Fraction
    length: Fraction
    shift: int
    timing: str = ""
    standing: bool = False


def video_reading(clip: Clip, piece: Piece, stream: VideoStream, rate: str) -> Reading:
    """Return how to read the pictures of ``piece``, forwards. A span behind the last frame reads that frame."""
    frame = 1 / Fraction(stream.frame_rate)
    first = clip.frames - piece.first - piece.frames if clip.reverse else piece.first
    begin, end = (clip.source_start + _shown(clip, Fraction(n) / Fraction(rate)) for n in (first, first + piece.frames))
    uneven = stream.variable_frame_rate
    last = Fraction(str(stream.start)) + Fraction(str(stream.duration)) - (0 if uneven else frame)
    begin = max(min(begin, last), Fraction(0))
    margin = max(Fraction(2) if uneven else 2 * frame, Fraction(str(stream.refresh)) + frame)
    seek = max(begin - margin, Fraction(0))
    shift = round((begin - seek + min(frame / 4, TOLERANCE)) * TICKS)
    timing = (
        _warped(clip, begin - clip.source_start, first / Fraction(rate), shift) if clip.warp else _even(clip, shift)
    )
    return Reading(seek, max(end - seek, Fraction(0)) + 3 * frame, shift, timing, standing=uneven)


def _shown(clip: Clip, seconds: Fraction) -> Fraction:
    if clip.warp:
        return source_at(way_of(clip), max(seconds, Fraction(0)))
    return seconds * Fraction(clip.speed)


def way_of(clip: Clip) -> tuple[Stretch, ...]:
    """Return how a clip runs through its source, forwards."""
    return stretches(clip.source_end - clip.source_start, Fraction(clip.speed), clip.warp)


def _even(clip: Clip, shift: int) -> str:
    speed = Fraction(clip.speed)
    return f"(PTS-{shift})*{speed.denominator}/{speed.numerator}"


def _warped(clip: Clip, begin: Fraction, output: Fraction, shift: int) -> str:
    """The same function as :func:`shared.contracts.warp.output_at`, written for ffmpeg; a root of the source's time.

    What comes before the piece is shown at its beginning, unless something comes later by then: a piece may lie all
    within a picture that stands. What lies behind one that stands to the end of the clip is never shown.
    """
    source = f"((PTS-{shift})/{TICKS}+{float(begin):.9f})"
    way = way_of(clip)
    text = f"{float(way[-1].output + way[-1].running + way[-1].hold):.9f}" if way[-1].hold else ""
    for part in reversed(way):
        a, b, span = float(part.begin), float(part.end), float(part.span)
        inside = f"({source}-{float(part.source):.9f})"
        if span and part.begin != part.end:
            inside = f"clip({inside},0,{span:.9f})"
            inside = f"2*{inside}/({a:.9f}+sqrt({a * a:.12f}+{(b * b - a * a) / span:.12f}*{inside}))"
        else:
            inside = f"{inside}/{a:.9f}"
        here = f"({float(part.output):.9f}+{inside})"
        text = f"if(lte({source},{float(part.source + part.span):.9f}),{here},{text})" if text else here
    # As little as it is, the source's end comes behind its last picture, so that this one fills a frame.
    return f"max(({text}-{float(output):.9f})*{TICKS},(PTS-{shift})/1000)"


def audio_reading(clip: Clip, samples: int, stream: AudioStream, sample_rate: int) -> Reading:
    """Return how to read the sound that fills ``samples`` output samples from the clip's start on.

    The decoder gets a tenth of a second to settle before the first wanted sample.
    """
    begin = clip.source_start
    seek = max(min(begin, Fraction(str(stream.start)) + Fraction(str(stream.duration))) - AUDIO_PREROLL, Fraction(0))
    span = Fraction(samples, sample_rate) * Fraction(clip.speed)
    return Reading(seek, begin - seek + span + AUDIO_PREROLL, round((begin - seek) * sample_rate))
