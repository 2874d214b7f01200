"""What the parent asks of its children, and what they answer."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.unheard import Unheard
from shared.contracts.hearing import Curve
from shared.contracts.media import Shot, ShotChange, Span, Still
from shared.contracts.sight import FaceTrack, FocusPoint
from shared.contracts.speech import Caption, Mark, Paragraph, Sentence


class Talk(BaseModel):
    """Base of all that parent and children say."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ProbeRequest(Talk):
    """Look into ``path``; if ``still`` is given, leave the best of a few frames there as a JPEG."""

    path: Path
    folder: Path
    still: str = ""
    max_pixels: int
    max_seconds: float


class ProbeAnswer(Talk):
    """The facts; ``still`` tells whether the picture was made."""

    facts: FileFacts
    still: bool = False


class VideoRequest(Talk):
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


class SpanAnswer(Talk):
    """How many frames of the span were measured; ``sought`` tells whether its beginning could be found."""

    frames: int
    sought: bool


class JoinRequest(Talk):
    """Put the parts in ``folders``, in their order, together to the answer to ``video``."""

    video: VideoRequest
    folders: tuple[Path, ...]


class VideoAnswer(Talk):
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
    faces: tuple[FaceTrack, ...] = ()
    focus: tuple[FocusPoint, ...] = ()


class FrameRequest(Talk):
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


class FrameAnswer(Talk):
    """``tick`` is where the frame begins, ``width`` and ``height`` the picture's; ``tick`` is None without a frame."""

    tick: int | None = None
    width: int = 0
    height: int = 0


class LevelsRequest(Talk):
    """Measure the mono 32-bit float samples in ``path``; ``duration`` of the medium in seconds."""

    path: Path
    folder: Path
    rate: int
    duration: float


class LevelsAnswer(Talk):
    """Levels over time, where somebody speaks, and where there is nothing to be heard."""

    energy: Curve
    silences: tuple[Span, ...]
    speech: tuple[Span, ...] = ()


class CaptionsRequest(Talk):
    """Read the subtitle file ``path``, in ``language`` if that is known, for a medium of ``duration`` seconds."""

    path: Path
    folder: Path
    duration: float
    language: str | None = None


class SpokenAnswer(Talk):
    """Lines of speech; ``mended`` of them had to be changed, ``outside`` of a file's lie outside the medium.

    ``refusal``: why there are none in a file; ``fault``: why a model heard none.
    """

    captions: tuple[Caption, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    marks: tuple[Mark, ...] = ()
    mended: int = 0
    outside: int = 0
    language: str | None = None
    refusal: str = ""
    fault: Unheard | None = None


class MendRequest(Talk):
    """Mend lines of speech for a medium of ``duration`` seconds."""

    lines: tuple[Caption, ...]
    folder: Path
    duration: float
    language: str | None


class WhisperRequest(Talk):
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
