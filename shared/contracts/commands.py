"""Orders from the gateway to the worker services, in the imperative."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.contracts.blob import BlobRef
from shared.contracts.brief import StoryBrief
from shared.contracts.interchange import ExportFormat, ExportMode
from shared.contracts.media import Part
from shared.contracts.plan import Wishes
from shared.contracts.speech import Hotwords, ModelName
from shared.contracts.time import Ratio
from shared.contracts.timeline import Output, RenderOptions
from shared.contracts.value import Value


class ProbeMedia(Value):
    """Look into an upload: is it media, what streams has it, what does it look like? Answer: ``MediaProbed``.

    ``kinds``: what it may be; what else it is, is an error that says so.
    """

    asset_id: str
    media: BlobRef
    label: str = ""
    kinds: tuple[Literal["video", "audio", "image", "document"], ...] = ("video",)


class AnalyzeMedia(Value):
    """Analyse an asset. ``captions`` is a subtitle file as it was uploaded; ``parts``: what is wanted, empty for all.

    ``hotwords``: names and terms that the speech model should expect; ``speech_model``: another than the usual one.
    Answer: ``MediaAnalyzed``.
    """

    asset_id: str
    media: BlobRef
    captions: BlobRef | None = None
    language: str | None = None
    hotwords: Hotwords = ""
    speech_model: ModelName = ""
    parts: tuple[Part, ...] = ()


class GrabFrame(Value):
    """Make a picture of what a film shows at ``time`` seconds. Answer: ``FrameGrabbed``."""

    asset_id: str
    media: BlobRef
    time: float


class PlanSource(Value):
    """One asset to plan with."""

    asset_id: str
    media: BlobRef
    analysis: BlobRef


class PlanEdit(Value):
    """Make an edit of the sources, in their order. Answer: ``EditPlanned``.

    With a ``brief`` a language model is asked, where one is set up; without one the rules decide.
    """

    sources: tuple[PlanSource, ...]
    wishes: Wishes
    brief: StoryBrief | None = None


class ExportTimeline(Value):
    """Write the timeline document as a file for another editor. Answer: ``TimelineExported``.

    ``analyses`` by source give the silences for ``mark_silence``, ``plan`` the reasons for ``slices``. ``key`` is where
    the file goes: the same key is the same file.
    """

    timeline: BlobRef
    form: ExportFormat
    mode: ExportMode = "edit"
    title: str = ""
    key: str
    analyses: dict[str, BlobRef] = Field(default_factory=dict)
    plan: BlobRef | None = None


class ImportTimeline(Value):
    """Read a file of another editor. ``rate`` is for files that tell none. Answer: ``TimelineImported``."""

    document: BlobRef
    rate: Ratio | None = None


class RenderTimeline(Value):
    """Render the timeline document to every output. Answer: ``TimelineRendered``."""

    timeline: BlobRef
    outputs: tuple[Output, ...]
    options: RenderOptions


class SyncLips(Value):
    """Make the person in ``video`` speak ``audio``. Answer: ``LipsSynced``."""

    asset_id: str
    video: BlobRef
    audio: BlobRef
    engine: Literal["auto", "sync", "local", "wav2lip", "voice_only"] = "auto"


class InterpretChat(Value):
    """Find out by a model what a wish means; ``matter`` holds a ``ChatMatter``. Answer: ``ChatInterpreted``."""

    matter: BlobRef
    backend: Literal["openai", "hf"]
    hf_model: str | None = None


class CancelStep(Value):
    """Stop these commands of the job, whether they wait or run. Answer: ``StepCancelled`` for each."""

    command_ids: tuple[str, ...]


Command = (
    ProbeMedia
    | AnalyzeMedia
    | GrabFrame
    | PlanEdit
    | ExportTimeline
    | ImportTimeline
    | RenderTimeline
    | SyncLips
    | InterpretChat
    | CancelStep
)
COMMANDS: dict[str, type[Command]] = {
    c.__name__: c
    for c in (
        ProbeMedia,
        AnalyzeMedia,
        GrabFrame,
        PlanEdit,
        ExportTimeline,
        ImportTimeline,
        RenderTimeline,
        SyncLips,
        InterpretChat,
        CancelStep,
    )
}
