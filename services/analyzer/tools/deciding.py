"""From all that was measured of a film's frames to what its pictures hold."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
from PIL import Image

from services.analyzer.domain import spans
from services.analyzer.domain.moments import best_moments, quality_curves
from services.analyzer.domain.salience import focus_points
from services.analyzer.domain.shots.changes import Change, boundaries, find_changes
from services.analyzer.domain.shots.trace import traced
from services.analyzer.domain.stills import tiles
from services.analyzer.domain.tracks import face_tracks
from services.analyzer.tools.part import Part
from services.analyzer.tools.pictures import save
from services.analyzer.tools.requests import VideoAnswer, VideoRequest
from services.analyzer.tools.sheet import save_sheet
from shared.contracts.media import ShotChange, Still


def decide(request: VideoRequest, part: Part) -> VideoAnswer:
    """Return what the whole film's part says; leave the sheet and the best picture in the request's folder."""
    tick = Fraction(request.time_base)
    times = np.round(part.ticks.astype(np.float64) * float(tick), 6)
    changes = find_changes(part.found, traced(part.rows, times, part.found))
    cuts = boundaries(changes)
    shots = spans.shots(cuts, part.ticks, float(tick))
    starts = [shot.start for shot in shots[1:]]
    stills = best_moments(part.looks, shots, changes, times)
    sharpness, exposure = quality_curves(part.looks, request.duration)
    plan = tiles(request.duration, *request.size)
    if part.tiles:
        save_sheet(plan, part.tiles, request.folder / request.sprites)
    return VideoAnswer(
        frames=len(part.found),
        damaged=part.damaged,
        shots=shots,
        changes=tuple(_told(change, times) for change in changes),
        stills=stills,
        blacks=spans.blacks(part.found, times),
        freezes=spans.freezes(part.found, times),
        motion=spans.motion(part.found, cuts, times),
        sharpness=sharpness,
        exposure=exposure,
        still=_save_still(request, part, stills),
        columns=plan.columns,
        rows=plan.rows,
        tile_width=plan.width,
        tile_height=plan.height,
        interval=plan.interval,
        tiles=len(part.tiles),
        faces=face_tracks(part.looks, starts),
        focus=focus_points(part.looks, starts),
    )


def _told(change: Change, times: npt.NDArray[np.float64]) -> ShotChange:
    start, end = float(times[change.start]), float(times[change.end])
    return ShotChange(kind=change.kind, start=start, end=end, score=change.score)


def _save_still(request: VideoRequest, part: Part, stills: tuple[Still, ...]) -> bool:
    """Save the best of the pictures that were kept: a moment of ``stills`` if one of them was, else any."""
    if not part.stills:
        return False
    good = {still.time for still in stills}
    _, _, picture = max(part.stills.values(), key=lambda kept: (kept[1] in good, kept[0], -kept[1]))
    save(Image.fromarray(picture), request.folder / request.still)
    return True
