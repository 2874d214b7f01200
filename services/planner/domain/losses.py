"""What a format cannot carry, counted while a file is written or read."""

from __future__ import annotations

from collections.abc import Iterable

from services.planner.domain.cutlist import CutList
from shared.contracts.interchange import ExportFormat, Loss
from shared.contracts.timeline import Clip, Timeline

MESSAGES: dict[str, str] = {
    "effects": "Effects are not carried.",
    "captions": "Captions are not carried; export them as srt, vtt or ass too.",
    "speed": "Changes of speed are not carried; the clip keeps its place and length at normal speed.",
    "speed_rounded": "The format rounds speeds to 0.01 %.",
    "transition_kinds": "Transitions of other kinds are written as dissolves.",
    "transitions": "Transitions are not carried; the clips meet in a straight cut.",
    "sounds": "Laid-over sounds are not carried.",
    "built_in_sounds": "Built-in sounds have no media; they stand only in the metadata.",
    "private_metadata": "Effects, captions and the reasons of cuts stand in metadata that other programs pass over.",
    "evidence": "The reasons of cuts are not carried.",
    "disabled": "The format cannot disable a clip: what the edit leaves out plays, with a note on it.",
    "markers": "Markers are not carried.",
    "source_rate": "Source positions are told in frames of the edit's rate, which is not the medium's.",
    "between_frames": "Source positions between two frames are rounded to the nearest.",
    "many_events": "The list has more than 999 events, which old readers refuse.",
    "other_fields": "Newer members of the timeline are not carried.",
    "pictures": "Only captions are carried.",
    "gaps": "Gaps are closed: the edit has none.",
    "tracks": "Only the first picture track is read.",
    "audio": "Sound that does not go with its picture is not read.",
    "nested": "Compound and nested clips are not read.",
    "generators": "Titles and generators are not read.",
    "disabled_clips": "Disabled clips are not read.",
    "unknown_effects": "Effects of other programs are not read.",
    "unknown_transitions": "Transitions of other kinds are read as dissolves.",
    "freezes": "Freeze frames and ramps of speed are not read; such clips are left out.",
    "reverse": "Reverse playback is not read; the clip plays forwards.",
    "timecode_origin": "The medium's timecode does not begin at zero; what it begins with was taken off.",
    "unreadable": "Lines that could not be understood were passed over.",
    "trimmed": "A clip reached beyond its medium and was shortened.",
    "unlinked": "No medium of yours matches; the clip was left out.",
}
"""What each code of a loss means, for people."""
_KNOWN_TIMELINE = frozenset({"version", "rate", "sample_rate", "sources", "video", "sounds"})
_KNOWN_CLIP = frozenset(
    {"id", "name", "source", "start", "end", "time_base", "speed", "frames", "transition_in", "effects", "captions"}
    | {"evidence"}
)
_WHOLE = frozenset(
    {"effects", "captions", "speed", "transitions", "transition_kinds", "sounds", "evidence", "disabled", "markers"}
)
_CARRIES: dict[ExportFormat, frozenset[str]] = {
    "json": _WHOLE,
    "otio": _WHOLE,
    "fcpxml": frozenset({"speed", "transitions", "disabled", "markers"}),
    "fcp7xml": frozenset({"speed", "transitions", "disabled", "markers"}),
    "edl": frozenset({"speed", "transitions", "markers"}),
    "kdenlive": frozenset({"markers", "transition_kinds"}),
}


class Losses:
    """Counts of what is lost, by code."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, str]] = {}

    def add(self, code: str, where: str = "", count: int = 1) -> None:
        """Count one more of ``code``; the first ``where`` is kept."""
        before, first = self._found.get(code, (0, where))
        self._found[code] = (before + count, first)

    def listed(self) -> tuple[Loss, ...]:
        """Return what was counted, in the order of its first appearance."""
        return tuple(
            Loss(code=code, message=MESSAGES[code], count=count, first=first[:120])
            for code, (count, first) in self._found.items()
        )


def export_losses(timeline: Timeline, cuts: CutList, form: ExportFormat) -> Losses:
    """Return what ``form`` cannot carry of ``timeline``, of which ``cuts`` are exported."""
    losses = Losses()
    carried = _CARRIES.get(form)
    if carried is None:
        losses.add("pictures", "", max(1, len(timeline.video)))
        return losses
    for code, where in _features(timeline, cuts):
        if code not in carried:
            losses.add(code, where)
    if form == "otio":
        private = [c for c in timeline.video if c.effects or c.captions or c.evidence]
        for clip in private:
            losses.add("private_metadata", clip.name)
        for sound in timeline.sounds:
            if sound.source is None:
                losses.add("built_in_sounds", sound.name)
    return losses


def _features(timeline: Timeline, cuts: CutList) -> Iterable[tuple[str, str]]:
    for clip in timeline.video:
        for code, there in (
            ("effects", clip.effects), ("captions", clip.captions), ("evidence", clip.evidence),
            ("speed", clip.speed != "1/1"), ("transitions", clip.transition_in),
        ):  # fmt: skip
            if there:
                yield code, clip.name
        if clip.transition_in and clip.transition_in.kind != "dissolve":
            yield "transition_kinds", clip.name
        for name in sorted(Clip.model_fields.keys() - _KNOWN_CLIP):
            if getattr(clip, name) != Clip.model_fields[name].get_default(call_default_factory=True):
                yield "other_fields", f"{clip.name}: {name}"
    for sound in timeline.sounds:
        yield "sounds", sound.name
    for name in sorted(Timeline.model_fields.keys() - _KNOWN_TIMELINE):
        if getattr(timeline, name) != Timeline.model_fields[name].get_default(call_default_factory=True):
            yield "other_fields", name
    for cut in cuts.cuts:
        if not cut.enabled:
            yield "disabled", cut.name
    for mark in cuts.marks:
        yield "markers", mark.name
