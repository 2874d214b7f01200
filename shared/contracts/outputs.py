"""What is rendered from a timeline: files that are ordered, what is common to them, and what came out. Pure values."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.contracts.blob import BlobRef
from shared.contracts.caption_style import CaptionStyle
from shared.contracts.media import SpriteSheet
from shared.contracts.time import Ratio
from shared.contracts.value import Value

VideoCodec = Literal["h264", "hevc", "vp9", "av1", "prores", "gif", "none"]
SoundLayout = Literal["mono", "stereo", "5.1"]
AudioCodec = Literal["aac", "opus", "mp3", "pcm", "flac", "none"]


class Output(Value):
    """One file to render from a timeline. ``fit`` says how a source of another shape fills the frame.

    ``codec`` ``none`` makes a file of sound alone; ``audio_codec`` ``auto`` is the usual one of its container;
    ``channels`` takes the place of the order's.
    ``poster`` and ``sprites`` make pictures beside the film, ``hls`` a ladder for streaming with this one at its top.
    """

    name: str
    width: int = Field(ge=16, le=7680, multiple_of=2)
    height: int = Field(ge=16, le=7680, multiple_of=2)
    fit: Literal["auto", "crop", "blur", "pad"] = "auto"
    draft: bool = False
    codec: VideoCodec = "h264"
    audio_codec: AudioCodec | Literal["auto"] = "auto"
    channels: SoundLayout | Literal["auto"] | None = None
    quality: Literal["low", "standard", "high"] = "standard"
    poster: bool = False
    sprites: bool = False
    hls: bool = False


class RenderOptions(Value):
    """What is common to all outputs of a render. ``watermark`` is a text, empty for none; ``loudness`` is in LUFS.

    ``subtitles`` says where the captions go: into the picture, into a track that players can switch off (MP4 and MOV
    alone), or only into a file beside the film, which there is in any case but ``burned``. ``channels`` takes the place
    of the timeline's layout, ``auto`` is that of its clips.
    """

    captions: bool = True
    subtitles: Literal["burned", "track", "file"] = "burned"
    caption_style: CaptionStyle = Field(default_factory=CaptionStyle)
    watermark: str = Field(default="", max_length=120)
    loudness: float | None = -14.0
    channels: SoundLayout | Literal["auto"] | None = None
    fidelity: Literal["encode", "copy"] = "encode"
    title: str = ""
    comment: str = ""

    @property
    def burned(self) -> bool:
        """Tell whether captions are drawn into the picture."""
        return self.captions and self.subtitles == "burned"


class Finding(Value):
    """One result of the check after rendering; ``at`` is output time in seconds."""

    code: str
    severity: Literal["error", "warning", "note"]
    message: str
    at: float | None = None
    figure: float | None = None


class Check(Value):
    """The self-check of a rendered file: it passes when no finding is an error."""

    passed: bool
    findings: tuple[Finding, ...] = ()


class Rendition(Value):
    """One picture of a ladder. Bandwidths in bits a second, sound included; ``bandwidth`` is of the largest segment."""

    width: int
    height: int
    frame_rate: Ratio
    codecs: str
    bandwidth: int
    average_bandwidth: int


class Ladder(Value):
    """A film for HLS (RFC 8216). All files stand in the folder of ``master``; ``size`` is what they take, in bytes.

    ``listing`` is an object that holds the keys of all of them, one a line.
    """

    master: BlobRef
    listing: BlobRef
    files: int
    size: int
    renditions: tuple[Rendition, ...]


class Rendered(Value):
    """One finished file. ``plan`` is the SHA-256 of the timeline document: a draft and its final have the same."""

    name: str
    file: BlobRef
    width: int
    height: int
    duration: float
    frames: int
    loudness: float | None = None
    check: Check
    codec: VideoCodec = "h264"
    audio_codec: AudioCodec = "aac"
    channels: SoundLayout = "stereo"
    draft: bool = False
    plan: str = ""
    poster: BlobRef | None = None
    sprites: SpriteSheet | None = None
    subtitles: BlobRef | None = None
    hls: Ladder | None = None
