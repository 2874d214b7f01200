"""One entrance to all writers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.planner.domain.cutlist import cut_list
from services.planner.domain.losses import export_losses
from services.planner.tools.interchange import (
    edl_out,
    fcp7_out,
    fcpxml_out,
    kdenlive_out,
    otio_out,
    text_out,
)
from shared.contracts.interchange import ExportFormat, ExportMode, Loss
from shared.contracts.media import Span
from shared.contracts.plan import Dropped
from shared.contracts.timeline import Timeline


def export(
    timeline: Timeline,
    form: ExportFormat,
    *,
    title: str = "",
    mode: ExportMode = "edit",
    dropped: Sequence[Dropped] = (),
    silences: Mapping[str, Sequence[Span]] | None = None,
) -> tuple[str, tuple[Loss, ...]]:
    """Return ``timeline`` as a file of ``form`` and what it could not carry.

    The same input gives the same text. Media are referred to by plain file names; nothing else of any path is told.
    """
    cuts = cut_list(timeline, title, mode, dropped, silences)
    losses = export_losses(timeline, cuts, form)
    match form:
        case "otio":
            text = otio_out.write(cuts, timeline)
        case "fcpxml":
            text = fcpxml_out.write(cuts)
        case "fcp7xml":
            text = fcp7_out.write(cuts, losses)
        case "edl":
            text = edl_out.write(cuts, losses)
        case "kdenlive":
            text = kdenlive_out.write(cuts)
        case "srt" | "vtt" | "ass":
            text = text_out.write(timeline, form)
        case "chapters":
            text = text_out.chapters(timeline)
        case "json":
            text = timeline.model_dump_json(indent=1) + "\n"
    return text, losses.listed()
