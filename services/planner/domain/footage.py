"""One source, prepared for planning: everything on its own frame grid, mended and sorted."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from services.planner.domain.curves import Meter
from services.planner.domain.grid import Grid, grid_of
from services.planner.domain.speech import Speech, speech_of
from shared.contracts.blob import BlobRef
from shared.contracts.hearing import Beats
from shared.contracts.media import Analysis, Span
from shared.contracts.sight import FaceTrack

SURE_BEATS = 0.3
"""Confidence from which beats are trusted; speech over music lowers it, yet leaves the beats where they are."""
FEWEST_BEATS = 8
FACE_GAP = 0.6
"""Seconds between two looks at a face that is there all the time."""
SILENT_SHARE = 0.97
"""Share of silence from which a source counts as silent throughout."""


@dataclass(frozen=True, slots=True)
class Material:
    """What the planner gets of one asset."""

    asset_id: str
    media: BlobRef
    analysis: Analysis


@dataclass(frozen=True, slots=True)
class Footage:
    """``cuts`` are the frames at which a new shot begins; spans are in seconds, sorted and disjoint.

    ``silences`` is empty where silence means nothing: there is no sound stream, or nothing is heard in it (``hushed``).
    """

    asset_id: str
    media: BlobRef
    analysis: Analysis
    grid: Grid
    speech: Speech
    cuts: tuple[int, ...]
    beats: tuple[int, ...]
    silences: tuple[Span, ...]
    blacks: tuple[Span, ...]
    freezes: tuple[Span, ...]
    energy: Meter
    motion: Meter
    sharpness: Meter
    faces: tuple[Span, ...]
    hushed: bool

    def shot(self, frame: int) -> int:
        """Return the number of the shot that shows ``frame``, from 0."""
        return bisect_right(self.cuts, frame)

    def is_cut(self, frame: int) -> bool:
        """Tell whether a new shot begins with ``frame``."""
        at = bisect_left(self.cuts, frame)
        return at < len(self.cuts) and self.cuts[at] == frame

    def cuts_within(self, start: int, end: int) -> tuple[int, ...]:
        """Return the shot changes strictly inside the span of frames."""
        return self.cuts[bisect_right(self.cuts, start) : bisect_left(self.cuts, end)]

    def spoken(self, start: int, end: int) -> range:
        """Return the indices of the tokens said in the span of frames."""
        return self.speech.between(self.grid.seconds(start), self.grid.seconds(end))


def footage_of(material: Material) -> Footage | None:
    """Return the source on its frame grid, or None when it shows no moving picture."""
    analysis = material.analysis
    grid = grid_of(analysis.media, (s.start_ticks for s in analysis.shots)) if analysis.media.kind == "video" else None
    if grid is None:
        return None
    speech = speech_of(analysis.transcript, grid)
    silences = tuple(joined(analysis.silences))
    silent = sum(s.end - s.start for s in silences) >= SILENT_SHARE * grid.length(grid.frames)
    hushed = analysis.media.audio is not None and silent and not speech.tokens
    unheard = analysis.media.audio is None or hushed
    return Footage(
        asset_id=material.asset_id,
        media=material.media,
        analysis=analysis,
        grid=grid,
        speech=speech,
        cuts=_cuts(analysis, grid),
        beats=_beats(analysis.beats, grid),
        silences=() if unheard else silences,
        blacks=tuple(joined(analysis.blacks)),
        freezes=tuple(joined(analysis.freezes)),
        energy=Meter(None if unheard else analysis.energy),
        motion=Meter(analysis.motion),
        sharpness=Meter(analysis.sharpness),
        faces=tuple(joined(_seen(analysis.faces), FACE_GAP)),
        hushed=hushed,
    )


def joined(spans: Iterable[Span], gap: float = 0.0) -> list[Span]:
    """Return the spans sorted, those no more than ``gap`` seconds apart joined, empty ones left out."""
    result: list[Span] = []
    for span in sorted((s for s in spans if s.end > s.start), key=lambda s: (s.start, s.end)):
        if result and span.start <= result[-1].end + gap:
            result[-1] = Span(start=result[-1].start, end=max(result[-1].end, span.end))
        else:
            result.append(span)
    return result


def _seen(tracks: Iterable[FaceTrack]) -> Iterable[Span]:
    """Yield where faces are seen; a single look counts for half a second."""
    for track in tracks:
        times = [box.time for box in track.boxes]
        if times:
            yield Span(start=min(times), end=max(*times, min(times) + 0.5))


def _cuts(analysis: Analysis, grid: Grid) -> tuple[int, ...]:
    known = {at: frame for frame, at in grid.known.items()}
    frames = {known[s.start_ticks] if s.start_ticks in known else grid.nearest(s.start) for s in analysis.shots}
    return tuple(sorted(f for f in frames if 0 < f < grid.frames))


def _beats(beats: Beats, grid: Grid) -> tuple[int, ...]:
    if beats.tempo is None or beats.confidence < SURE_BEATS or len(beats.times) < FEWEST_BEATS:
        return ()
    return tuple(sorted({grid.nearest(t) for t in beats.times if grid.origin <= t <= grid.seconds(grid.frames)}))
