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

TICKS = 1_000_000
TOLERANCE = Fraction(2, 1000)
AUDIO_PREROLL = Fraction(1, 10)


@dataclass(frozen=True, slots=True)
class Reading:
    """What to read: ``seek`` and ``length`` in seconds after the container's start.

    ``shift``: how far behind ``seek`` the first wanted moment lies, in microseconds (video) or output samples (sound).
    """

    seek: Fraction
    length: Fraction
    shift: int


def video_reading(clip: Clip, piece: Piece, stream: VideoStream, rate: str) -> Reading:
    """Return how to read the pictures of ``piece``. A span behind the last frame reads that frame."""
    frame = 1 / Fraction(stream.frame_rate)
    begin = clip.source_start + piece.first * Fraction(clip.speed) / Fraction(rate)
    last = Fraction(str(stream.start)) + Fraction(str(stream.duration)) - frame
    begin = max(min(begin, last), Fraction(0))
    margin = Fraction(2) if stream.variable_frame_rate else 2 * frame
    seek = max(begin - margin, Fraction(0))
    span = piece.frames * Fraction(clip.speed) / Fraction(rate)
    return Reading(seek, begin - seek + span + 3 * frame, round((begin - seek + min(frame / 4, TOLERANCE)) * TICKS))


def audio_reading(clip: Clip, samples: int, stream: AudioStream, sample_rate: int) -> Reading:
    """Return how to read the sound that fills ``samples`` output samples from the clip's start on.

    The decoder gets a tenth of a second to settle before the first wanted sample.
    """
    begin = clip.source_start
    seek = max(min(begin, Fraction(str(stream.start)) + Fraction(str(stream.duration))) - AUDIO_PREROLL, Fraction(0))
    span = Fraction(samples, sample_rate) * Fraction(clip.speed)
    return Reading(seek, begin - seek + span + AUDIO_PREROLL, round((begin - seek) * sample_rate))
