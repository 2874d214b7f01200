"""What is known of a medium: the probe's facts and the analysis.

All times are seconds after the container's start (the earliest stream), as a player shows them; ticks count the video
stream's time base from the same zero.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from shared.contracts.blob import BlobRef
from shared.contracts.hearing import Beats, Curve, Loudness, Waveform
from shared.contracts.sight import DocumentFacts, FaceTrack, FocusPoint, ImageFacts
from shared.contracts.speech import Mark, Transcript
from shared.contracts.time import Ratio
from shared.contracts.value import Value

Part = Literal["pictures", "faces", "sound", "beats", "speech"]
"""What an analysis consists of: each part is measured, kept and asked for on its own."""


class Note(Value):
    """Something that a person should know about a medium; never an error.

    ``part``: which part of an analysis says so, and takes it back when it is measured anew; None: the file itself.
    """

    code: str
    message: str
    part: Part | None = None


class VideoStream(Value):
    """A video stream; ``width`` and ``height`` are as displayed, after rotation and sample aspect ratio.

    ``rotation``: degrees by which a player turns the coded picture, clockwise. ``color_space``: its matrix as ffmpeg
    names it (``bt709``, ``smpte170m``), empty where the file does not say. ``interlaced``: some frames are two fields.
    ``resized``: the size of its pictures changes; it is that of the first.
    ``refresh``: seconds that decoding has to run from a key frame until pictures are whole, where they are redrawn bit
    by bit; else 0. ``timecode``: of the first picture as the camera wrote it, ``HH:MM:SS:FF`` or ``HH:MM:SS;FF``, empty
    where there is none.
    """

    index: int
    codec: str
    width: int
    height: int
    coded_width: int
    coded_height: int
    rotation: Literal[0, 90, 180, 270] = 0
    sample_aspect_ratio: Ratio = "1/1"
    frame_rate: Ratio
    variable_frame_rate: bool = False
    time_base: Ratio
    start: float = 0.0
    duration: float
    frames: int | None = None
    pixel_format: str = ""
    color_space: str = ""
    hdr: Literal["pq", "hlg"] | None = None
    interlaced: bool = False
    resized: bool = False
    refresh: float = 0.0
    timecode: str = ""


class AudioStream(Value):
    """An audio stream. ``language``: what the file says, as ISO 639 writes it; empty where it says nothing."""

    index: int
    codec: str
    sample_rate: int
    channels: int
    start: float = 0.0
    duration: float
    language: str = ""


class MediaInfo(Value):
    """The probe's result. ``duration`` is the longest stream's end in seconds, 0 of stills and documents.

    A still picture has ``video`` for its size, and more in ``image``; a document has ``document`` alone.
    """

    kind: Literal["video", "audio", "image", "document"]
    container: str
    duration: float
    size: int
    video: VideoStream | None = None
    audio: AudioStream | None = None
    image: ImageFacts | None = None
    document: DocumentFacts | None = None
    notes: tuple[Note, ...] = ()


class Span(Value):
    """A half-open span of source time in seconds."""

    start: float
    end: float


class Shot(Value):
    """One uninterrupted camera take, in ticks of the video time base and in seconds."""

    start_ticks: int
    end_ticks: int
    start: float
    end: float


class ShotChange(Value):
    """How one shot becomes the next, or how a film begins and ends, over ``start`` to ``end`` in seconds.

    A ``cut`` takes no time: both are the first frame of the new shot. ``fade`` goes through one colour to another
    shot; ``fade_in`` and ``fade_out`` come from one and end in it. ``score``: how clear it is, 0..1.
    """

    kind: Literal["cut", "dissolve", "fade", "fade_in", "fade_out", "wipe"]
    start: float
    end: float
    score: float


class Still(Value):
    """A moment that shows its shot well. All but ``time`` (seconds) are 0..1, 1 best; ``score`` weighs the others.

    ``faces``: how large and clear the faces are, 0 where there is none or nobody looked for them.
    """

    time: float
    score: float
    sharpness: float
    exposure: float
    faces: float = 0.0


class SpriteSheet(Value):
    """Small frames in rows, one every ``interval`` seconds, left to right, top to bottom."""

    image: BlobRef
    columns: int
    rows: int
    tile_width: int
    tile_height: int
    interval: float
    count: int


_SEEN = ("shots", "changes", "stills", "blacks", "freezes", "motion", "sharpness", "exposure", "thumbnail", "sprites")
MEASURES: Final[dict[Part, tuple[str, ...]]] = {
    "pictures": _SEEN,
    "faces": ("faces", "focus", "stills", "thumbnail"),
    "sound": ("silences", "speech", "loudness", "energy", "waveform"),
    "beats": ("beats",),
    "speech": ("transcript", "marks"),
}
"""What each part has, by the names of :class:`Analysis`. Stills chosen with the faces known go before those without."""


class Analysis(Value):
    """All that the analyzer knows of one medium. What is not among ``parts`` was not looked for: it is ``missing``.

    ``speech``: where somebody is heard to speak, words known or not. ``silences``: where neither speech nor anything
    else is heard, so that it may be cut out.
    """

    version: Literal[1] = 1
    sha256: str
    media: MediaInfo
    parts: tuple[Part, ...] = ("pictures", "faces", "sound", "beats", "speech")
    missing: tuple[Part, ...] = ()
    transcript: Transcript
    shots: tuple[Shot, ...] = ()
    changes: tuple[ShotChange, ...] = ()
    stills: tuple[Still, ...] = ()
    silences: tuple[Span, ...] = ()
    speech: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    blacks: tuple[Span, ...] = ()
    freezes: tuple[Span, ...] = ()
    faces: tuple[FaceTrack, ...] = ()
    focus: tuple[FocusPoint, ...] = ()
    loudness: Loudness | None = None
    energy: Curve | None = None
    waveform: Waveform | None = None
    motion: Curve | None = None
    sharpness: Curve | None = None
    exposure: Curve | None = None
    beats: Beats = Field(default_factory=Beats)
    thumbnail: BlobRef | None = None
    sprites: SpriteSheet | None = None
