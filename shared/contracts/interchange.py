"""Timelines on their way to and from other people's editors: formats, modes, what was lost, and what was read."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from shared.contracts.speech import Caption
from shared.contracts.time import Ratio, fraction, fraction_text
from shared.contracts.timeline import Effect, TransitionKind
from shared.contracts.value import Value

ExportFormat = Literal[
    "otio", "fcpxml", "fcp7xml", "edl", "kdenlive", "srt", "vtt", "ass", "chapters", "json"
]  # fmt: skip
ImportFormat = Literal["otio", "fcpxml", "fcp7xml", "edl", "json"]
ExportMode = Literal["edit", "slices", "mark_silence"]

EXPORTS: dict[ExportFormat, tuple[str, str, str]] = {
    "otio": ("otio", "application/json", "OpenTimelineIO: Resolve, Premiere, Hiero, Blender and whatever reads it."),
    "fcpxml": ("fcpxml", "application/xml", "Final Cut Pro X, Resolve."),
    "fcp7xml": ("xml", "application/xml", "Premiere, Final Cut Pro 7, Resolve."),
    "edl": ("edl", "text/plain", "CMX 3600: one video track, cuts and dissolves, read by nearly everything."),
    "kdenlive": ("kdenlive", "application/xml", "Kdenlive and MLT: cuts and markers."),
    "srt": ("srt", "application/x-subrip", "The captions in the time of the edit."),
    "vtt": ("vtt", "text/vtt", "The captions in the time of the edit."),
    "ass": ("ass", "text/x-ssa", "The captions in the time of the edit."),
    "chapters": ("txt", "text/plain", "A list of chapters as video platforms take it in a description."),
    "json": ("json", "application/json", "Cutroom's own timeline document, with nothing lost."),
}
"""Ending, media type and use of each format."""

MODES: dict[ExportMode, str] = {
    "edit": "The edit as it plays.",
    "slices": "The whole of each source, cut where the edit cuts; what the edit leaves out is disabled or marked.",
    "mark_silence": "The whole of each source, uncut, with a marker on every silence.",
}
"""What of an edit is exported."""


def _time(text: str) -> str:
    try:
        return fraction_text(fraction(text))
    except (ValueError, ZeroDivisionError) as bad:
        raise ValueError("not a time such as 1001/30000") from bad


ExactTime = Annotated[str, AfterValidator(_time)]
"""Seconds as an exact fraction ``num/den``."""


class Loss(Value):
    """Something that a file could not carry or that was not understood: how often, and where first."""

    code: str
    message: str
    count: int = 1
    first: str = ""


class MediaHint(Value):
    """What an imported file says of a medium, to find it again. Empty where it says nothing; never a path."""

    name: str = ""
    reel: str = ""
    sha256: str = ""
    asset_id: str = ""


class ImportedClip(Value):
    """A clip as it was read.

    ``media`` is a key of ``ImportedEdit.media``. ``start`` and ``end`` count from the medium's first frame, whatever
    timecode it begins with; ``frames`` and ``overlap`` (with the clip before) are frames of the edit.
    """

    name: str = ""
    media: str
    start: ExactTime
    end: ExactTime
    speed: Ratio = "1/1"
    frames: int = Field(ge=1)
    overlap: int = Field(default=0, ge=0)
    transition: TransitionKind = "dissolve"
    effects: tuple[Effect, ...] = ()
    captions: tuple[Caption, ...] | None = None


class ImportedEdit(Value):
    """A whole file as it was read: one video track without gaps on a grid of ``rate``.

    ``hour``: how long an hour of its timecode lasts, which is not 3600 s at every rate.
    """

    version: Literal[1] = 1
    format: ImportFormat
    title: str = ""
    rate: Ratio
    media: dict[str, MediaHint]
    clips: tuple[ImportedClip, ...]
    losses: tuple[Loss, ...] = ()
    hour: ExactTime = "3600/1"

    def seconds(self, clip: ImportedClip) -> tuple[Fraction, Fraction]:
        """Return where ``clip`` begins and ends in its medium."""
        return Fraction(clip.start), Fraction(clip.end)
