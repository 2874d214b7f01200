"""Timelines to and from other editors: the orders, and linking what was read to media of the account."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from pydantic import JsonValue

from services.gateway.domain.records import Asset
from services.gateway.domain.relinking import Shelf
from services.gateway.domain.timeline.data import (
    CaptionData,
    SegmentData,
    SpokenWord,
    TimelineData,
    TransitionData,
    named,
)
from services.gateway.domain.timeline.effect_data import EffectData
from services.gateway.domain.timeline.rippling import rippled
from shared.contracts.blob import BlobRef
from shared.contracts.commands import ExportTimeline, ImportTimeline
from shared.contracts.events import TimelineExported, TimelineImported
from shared.contracts.interchange import ExportFormat, ExportMode, ImportedClip, ImportedEdit, Loss, MediaHint
from shared.contracts.speech import Caption
from shared.contracts.time import Ratio
from shared.contracts.value import Value
from shared.origins import origin

if TYPE_CHECKING:
    from services.gateway.domain.job import Job

LAYERS = "Texts, pictures or sounds of the timeline lay on what the file cuts and went with it."
TRIMMED = "A clip reached beyond its medium and was shortened."
UNLINKED = "No medium of yours matches; its clips were left out."
ASSUMED = "Nothing names the medium; the project's own was taken."
ORIGIN = "The medium's timecode does not begin at zero; what it begins with was taken off."


class Imported(Value):
    """A file of another editor on media of the account. ``unlinked`` are the media that were not found."""

    timeline: TimelineData
    losses: tuple[Loss, ...] = ()
    unlinked: tuple[MediaHint, ...] = ()


def export_command(job: Job) -> ExportTimeline | None:
    """Return the order of an export job; None when it has no timeline."""
    extra, timeline = job.input.extra, job.input.timeline
    if timeline is None:
        return None
    known = {s.asset_id: s.analysis for s in job.input.sources if s.analysis is not None}
    analyses = {**known, **job.state.analyses}
    return ExportTimeline(
        timeline=timeline,
        form=cast(ExportFormat, extra["form"]),
        mode=cast(ExportMode, extra["mode"]),
        title=str(extra["title"]),
        key=str(extra["key"]),
        analyses=analyses if extra["mode"] == "mark_silence" else {},
        plan=BlobRef.model_validate(extra["plan"]) if extra.get("plan") and extra["mode"] == "slices" else None,
    )


def import_command(job: Job) -> ImportTimeline | None:
    """Return the order of an import job; None when it has no document."""
    if job.input.timeline is None:
        return None
    return ImportTimeline(document=job.input.timeline, rate=cast(Ratio | None, job.input.extra.get("rate")))


def report_of(fact: TimelineExported | TimelineImported, imported: Imported | None) -> dict[str, JsonValue]:
    """Return what the job's result tells of an export or import."""
    losses = imported.losses if imported is not None else fact.losses
    report: dict[str, JsonValue] = {"losses": [loss.model_dump(mode="json") for loss in losses]}
    if isinstance(fact, TimelineExported):
        return report | {"document": fact.document.model_dump(mode="json")}
    unlinked: list[JsonValue] = [h.model_dump(mode="json") for h in imported.unlinked] if imported else []
    clips = len(imported.timeline.segments) if imported else 0
    return report | {"form": fact.form, "clips": clips, "unlinked": unlinked}


def linked(edit: ImportedEdit, own: Asset, assets: Sequence[Asset], current: TimelineData | None) -> Imported:
    """Return ``edit`` on the account's ``assets``, also others than the project's ``own``.

    What the project knows of its words and beats stays; segments of other films have only the captions of the file.
    """
    shelf = Shelf(own, assets)
    found = {key: shelf.match(hint) for key, hint in edit.media.items()}
    losses = list(edit.losses)
    if not any(found.values()) and len(edit.media) == 1 and _says_little(next(iter(edit.media.values()))):
        found = dict.fromkeys(edit.media, own)
        losses.append(Loss(code="assumed_medium", message=ASSUMED))
    origins = {key: origin(edit, key, asset.info) for key, asset in found.items() if asset is not None}
    if any(origins.values()):
        losses.append(Loss(code="timecode_origin", message=ORIGIN, count=sum(map(bool, origins.values()))))
    segments: list[SegmentData] = []
    trimmed: list[str] = []
    for clip in edit.clips:
        asset = found[clip.media]
        segment = _segment(clip, asset, origins[clip.media], edit, trimmed) if asset is not None else None
        if segment is None or asset is None:
            continue
        if asset.id != own.id:
            segment = segment.model_copy(update={"asset_id": asset.id, "captions": segment.captions or ()})
        segments.append(segment if segments else segment.model_copy(update={"transition": None}))
    unlinked = tuple(hint for key, hint in edit.media.items() if found[key] is None)
    losses += [Loss(code="trimmed", message=TRIMMED, count=len(trimmed), first=trimmed[0])] if trimmed else []
    losses += [Loss(code="unlinked", message=UNLINKED, count=len(unlinked), first=unlinked[0].name)] if unlinked else []
    base = current or TimelineData()
    timeline, gone = rippled(base, base.model_copy(update={"segments": tuple(segments)}))
    losses += [Loss(code="layers", message=LAYERS, count=gone)] if gone else []
    return Imported(timeline=named(timeline), losses=tuple(losses), unlinked=unlinked)


def _segment(
    clip: ImportedClip, asset: Asset, begins: Fraction, edit: ImportedEdit, trimmed: list[str]
) -> SegmentData | None:
    video = asset.info.video
    first = Fraction(repr(video.start)) if video else Fraction(0)
    start, end = (t + first - begins for t in edit.seconds(clip))
    whole = Fraction(repr(asset.info.duration))
    if start >= whole or start < -Fraction(1, 1000):
        trimmed.append(clip.name)
        return None
    if end > whole + Fraction(1, 1000):
        trimmed.append(clip.name)
    effects = [EffectData.model_validate({"name": e.name, **e.parameters}) for e in clip.effects]
    overlap = float(clip.overlap / Fraction(edit.rate))
    captions = None if clip.captions is None else tuple(_caption(c) for c in clip.captions if c.end <= whole)
    return SegmentData(
        name=clip.name or None,
        start=round(float(max(Fraction(0), start)), 6),
        end=round(float(min(end, whole)), 6),
        effects=(*effects, *_speed(Fraction(clip.speed)))[:8],
        captions=captions,
        transition=TransitionData(kind=clip.transition, duration=round(min(overlap, 10.0), 6)) if overlap else None,
    )


def _speed(speed: Fraction) -> list[EffectData]:
    if speed == 1:
        return []
    if speed == Fraction(1, 2):
        return [EffectData(name="slowmo")]
    return [EffectData.model_validate({"name": "speed", "factor": min(max(float(speed), 0.05), 20.0)})]


def _caption(caption: Caption) -> CaptionData:
    words = tuple(SpokenWord(text=w.text, start=w.start, end=w.end) for w in caption.words)
    return CaptionData(text=caption.text, start=max(0.0, caption.start), end=caption.end, words=words)


def _says_little(hint: MediaHint) -> bool:
    return not hint.sha256 and not hint.asset_id and hint.name in ("", hint.reel)
