"""From chosen spans to the timeline document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from services.planner.domain.captions import captions_of
from services.planner.domain.dead import Life, trimmed_slivers
from services.planner.domain.effects import Shown
from services.planner.domain.evidence import evidence_of
from services.planner.domain.footage import Footage
from services.planner.domain.scoring import WHAT, Score
from services.planner.domain.selection import Selection
from shared.contracts.ids import derived_id
from shared.contracts.layout import lay_out
from shared.contracts.media import VideoStream
from shared.contracts.time import fraction_text
from shared.contracts.timeline import Clip, Evidence, Source, Timeline
from shared.framing.sightings import Sightings, sighted

FASTEST_GRID = Fraction(120)
"""Frames a second above which a source's rate is that of its clock, not of its picture; 30 is taken instead."""
FEWEST_FOR_HOOK = 4
HOOKING = {"questions": 0.15, "laughter": 0.15, "numbers": 0.05, "faces": 0.05}
"""What makes people stay, beside the score."""


def shown(selection: Selection, *, hook: bool) -> list[Shown]:
    """Return the picks as clips in order, joined where nothing lies between; for a hook the best first.

    There is no hook where taking it out would leave slivers beside it.
    """
    best = _hook(selection) if hook and len(selection.picks) >= FEWEST_FOR_HOOK else None
    if best is not None:
        first, rest = _joined(selection, [best]), _joined(selection, [i for i, _ in selection.in_order() if i != best])
        if all(trimmed_slivers(selection.footages[c.source], c.frames) == c.frames for c in first + rest):
            return first + rest
    return _joined(selection, [i for i, _ in selection.in_order()])


def _joined(selection: Selection, picks: Iterable[int]) -> list[Shown]:
    clips: list[Shown] = []
    for index in picks:
        frames = selection.picks[index]
        score = selection.scores[index]
        clip = Shown(selection.units[index].source, frames, score.value, because=why(score))
        before = clips[-1] if clips else None
        if before and before.source == clip.source and before.frames[1] == frames[0]:
            better = clip.because if clip.score > before.score else before.because
            score_now = max(before.score, clip.score)
            clips[-1] = replace(before, frames=(before.frames[0], frames[1]), score=score_now, because=better)
        else:
            clips.append(clip)
    return clips


def why(score: Score) -> str:
    """Say in a few words what speaks for a moment, with its score."""
    reasons = ", ".join(WHAT[name] for name in score.reasons) or "nothing speaks against it"
    return f"kept: {reasons} ({score.value:.2f})"


def _hook(selection: Selection) -> int:
    """The strongest moment; a question, a figure or laughter makes one stronger still."""

    def strength(index: int) -> float:
        measures = selection.scores[index].measures
        return selection.scores[index].value + sum(HOOKING[n] * measures.get(n, 0.0) for n in HOOKING)

    return max(selection.picks, key=lambda i: (round(strength(i), 6), -i))


def assembled(
    footages: Sequence[Footage], lives: Sequence[Life], clips: Sequence[Shown], seed: int, *, on_beat: bool
) -> Timeline:
    """Return the timeline on the rate of the first source."""
    made = [_clip(footages[c.source], lives[c.source], c, n, seed, on_beat=on_beat) for n, c in enumerate(clips, 1)]
    rate = _grid_rate(footages[0])
    sources = {f.asset_id: Source(blob=f.media, media=f.analysis.media) for f in footages}
    seen = {
        f.asset_id: Sightings(shots=f.analysis.shots, faces=f.analysis.faces, focus=f.analysis.focus) for f in footages
    }
    return sighted(Timeline(rate=rate, sources=sources, video=lay_out(made, rate)), seen)


def _clip(footage: Footage, life: Life, clip: Shown, number: int, seed: int, *, on_beat: bool) -> Clip:
    start, end = (footage.grid.ticks(f) for f in clip.frames)
    return Clip(
        id=derived_id("clip", str(seed), footage.asset_id, str(start), str(end)),
        name=f"clip {number}",
        source=footage.asset_id,
        start=start,
        end=end,
        time_base=footage.grid.time_base,
        speed=clip.speed,
        frames=1,
        effects=clip.effects,
        captions=captions_of(footage, clip.frames),
        evidence=_evidence(footage, life, clip, on_beat=on_beat),
    )


def _evidence(footage: Footage, life: Life, clip: Shown, *, on_beat: bool) -> tuple[Evidence, ...]:
    """Why it is kept, and then why it begins and ends where it does."""
    cuts = evidence_of(footage, clip.frames, life.dead, on_beat=on_beat)
    if not clip.because:
        return cuts
    kind: Literal["word", "shot"] = "word" if footage.spoken(*clip.frames) else "shot"
    return (Evidence(kind=kind, at=cuts[0].at, detail=clip.because), *cuts)


def _grid_rate(footage: Footage) -> str:
    video: VideoStream | None = footage.analysis.media.video
    rate = Fraction(video.frame_rate) if video else Fraction(30)
    return fraction_text(rate) if 1 <= rate <= FASTEST_GRID else "30/1"
