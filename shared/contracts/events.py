"""Facts from the worker services, in the past tense."""

from __future__ import annotations

from pydantic import Field

from shared.contracts.blob import BlobRef
from shared.contracts.brief import PlanReport
from shared.contracts.chat_matter import ChatAnswered
from shared.contracts.interchange import ImportFormat, Loss
from shared.contracts.media import MediaInfo, Part, SpriteSheet
from shared.contracts.timeline import Rendered
from shared.contracts.value import Value


class MediaProbed(Value):
    """The upload is media; ``thumbnail`` is null only for sound."""

    asset_id: str
    info: MediaInfo
    thumbnail: BlobRef | None


class MediaAnalyzed(Value):
    """The analysis document is ready.

    ``parts`` are in it, of which ``measured`` were measured for this answer; ``cached``: none was.
    """

    asset_id: str
    analysis: BlobRef
    thumbnail: BlobRef | None
    sprites: SpriteSheet | None = None
    shots: int
    words: int
    tempo: float | None
    transcript: str
    parts: tuple[Part, ...] = ()
    measured: tuple[Part, ...] = ()
    cached: bool = False


class FrameGrabbed(Value):
    """A frame as a JPEG, upright; ``time``: when it begins to be shown, in seconds."""

    asset_id: str
    picture: BlobRef
    time: float
    width: int
    height: int


class EditPlanned(Value):
    """The plan document is ready; ``duration`` is in seconds."""

    plan: BlobRef
    clips: int
    duration: float
    planner: str
    report: PlanReport = PlanReport()


class TimelineExported(Value):
    """The file for another editor is there; ``losses`` name what it cannot carry."""

    document: BlobRef
    losses: tuple[Loss, ...] = ()


class TimelineImported(Value):
    """A file of another editor was read; ``edit`` is an ``ImportedEdit``, not yet linked to any asset."""

    edit: BlobRef
    form: ImportFormat
    clips: int
    losses: tuple[Loss, ...] = ()


class TimelineRendered(Value):
    """Every output is in the object store and was checked."""

    outputs: tuple[Rendered, ...]


class LipsSynced(Value):
    """The spoken film is in the object store."""

    asset_id: str
    video: BlobRef
    engine: str


class ChatInterpreted(Value):
    """What a model made of a wish."""

    answer: ChatAnswered


class StepFailed(Value):
    """A command ended without its answer."""

    code: str
    message: str
    remedy: str
    attempts: int
    details: dict[str, object] = Field(default_factory=dict)


class StepCancelled(Value):
    """A command was stopped on request."""


class StepProgress(Value):
    """How far a command is: ``fraction`` 0..1. Lossy: it may be dropped, and never decides anything."""

    fraction: float
    detail: dict[str, float | int | str] = Field(default_factory=dict)


Event = (
    MediaProbed
    | MediaAnalyzed
    | FrameGrabbed
    | EditPlanned
    | TimelineExported
    | TimelineImported
    | TimelineRendered
    | LipsSynced
    | ChatInterpreted
    | StepFailed
    | StepCancelled
    | StepProgress
)
EVENTS: dict[str, type[Event]] = {
    e.__name__: e
    for e in (
        MediaProbed,
        MediaAnalyzed,
        FrameGrabbed,
        EditPlanned,
        TimelineExported,
        TimelineImported,
        TimelineRendered,
        LipsSynced,
        ChatInterpreted,
        StepFailed,
        StepCancelled,
        StepProgress,
    )
}
