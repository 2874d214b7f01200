"""What the parent asks of its children, and what they answer."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.looks import Look
from shared.contracts.media import Caption, Curve, Mark, Paragraph, Sentence, Shot, ShotChange, Span, Still
from shared.contracts.sight import FaceTrack, FocusPoint


class _Talk(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProbeRequest(_Talk):
    """Look into ``path``; if ``still`` is given, leave the best of a few frames there as a JPEG."""

    path: Path
    folder: Path
    still: str = ""
    max_pixels: int
    max_seconds: float


class ProbeAnswer(_Talk):
    """The facts; ``still`` tells whether the picture was made."""

    facts: FileFacts
    still: bool = False


class VideoRequest(_Talk):
    """Decode the video stream ``index`` of ``path`` once and measure it; pictures go to ``folder``.

    ``zero`` is the container's start in ticks of ``time_base``, ``size`` the displayed one, ``duration`` in seconds.
    ``since`` and ``until``, in ticks after ``zero``, bound a span of it, whose part is left in ``folder``; ``threads``
    are the decoder's. ``people``: whether to look for faces and focus.
    """

    path: Path
    folder: Path
    demuxers: str
    index: int
    max_pixels: int
    zero: int
    time_base: str
    rate: str
    rotation: int
    mirrored: bool
    size: tuple[int, int]
    duration: float
    still: str
    sprites: str
    since: int | None = None
    until: int | None = None
    threads: int = 0
    people: bool = True


class SpanAnswer(_Talk):
    """How many frames of the span were measured; ``sought`` tells whether its beginning could be found."""

    frames: int
    sought: bool


class JoinRequest(_Talk):
    """Put the parts in ``folders``, in their order, together to the answer to ``video``."""

    video: VideoRequest
    folders: tuple[Path, ...]


class VideoAnswer(_Talk):
    """What the pictures hold; ``frames`` were decoded, ``damaged`` packets were not."""

    frames: int
    damaged: int
    shots: tuple[Shot, ...]
    changes: tuple[ShotChange, ...] = ()
    stills: tuple[Still, ...] = ()
    blacks: tuple[Span, ...]
    freezes: tuple[Span, ...]
    motion: Curve
    sharpness: Curve | None = None
    exposure: Curve | None = None
    still: bool
    columns: int
    rows: int
    tile_width: int
    tile_height: int
    interval: float
    tiles: int
    looks: tuple[Look, ...] = ()
    faces: tuple[FaceTrack, ...] = ()
    focus: tuple[FocusPoint, ...] = ()


class FrameRequest(_Talk):
    """Paint the frame that is shown at ``tick`` of the stream ``index``, of ``size`` as displayed, into ``picture``."""

    path: Path
    folder: Path
    demuxers: str
    index: int
    max_pixels: int
    tick: int
    rotation: int
    mirrored: bool
    size: tuple[int, int]
    picture: str


class FrameAnswer(_Talk):
    """``tick`` is where the frame begins, ``width`` and ``height`` the picture's; ``tick`` is None without a frame."""

    tick: int | None = None
    width: int = 0
    height: int = 0


class LevelsRequest(_Talk):
    """Measure the mono 32-bit float samples in ``path``; ``duration`` of the medium in seconds."""

    path: Path
    folder: Path
    rate: int
    duration: float


class LevelsAnswer(_Talk):
    """Levels over time, where somebody speaks, and where there is nothing to be heard."""

    energy: Curve
    silences: tuple[Span, ...]
    speech: tuple[Span, ...] = ()


class WaveformRequest(_Talk):
    """Find the peaks of the mono 32-bit float samples in ``path`` and draw them; both are left in ``folder``."""

    path: Path
    folder: Path
    rate: int
    peaks: str
    picture: str


class WaveformAnswer(_Talk):
    """``count`` pairs of peaks, ``rate`` of them a second."""

    rate: int
    count: int


class BeatsRequest(_Talk):
    """Look for a beat in the mono 32-bit float samples in ``path`` with the tracker ``engine``."""

    path: Path
    folder: Path
    rate: int
    engine: Literal["own", "librosa"] = "own"


class CaptionsRequest(_Talk):
    """Read the subtitle file ``path``, in ``language`` if that is known, for a medium of ``duration`` seconds."""

    path: Path
    folder: Path
    duration: float
    language: str | None = None


class SpokenAnswer(_Talk):
    """Lines of speech; ``mended`` of them had to be changed. ``refusal``: why there are none."""

    captions: tuple[Caption, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    marks: tuple[Mark, ...] = ()
    mended: int = 0
    language: str | None = None
    refusal: str = ""


class MendRequest(_Talk):
    """Mend lines of speech for a medium of ``duration`` seconds."""

    lines: tuple[Caption, ...]
    folder: Path
    duration: float
    language: str | None


class WhisperRequest(_Talk):
    """Transcribe the mono 16 kHz 32-bit float samples in ``path`` with the model in the folder ``model``.

    ``hotwords``: names and terms to expect. ``batch``: pieces at once where the sound is long. ``device`` and
    ``compute``: as CTranslate2 names them, or ``auto``.
    """

    path: Path
    folder: Path
    model: Path
    language: str | None
    duration: float
    threads: int
    beam: int
    hotwords: str = ""
    batch: int = 1
    device: str = "auto"
    compute: str = "auto"
