"""Where captions stand so that they cover no face: decided once for each clip, so that they do not jump. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from services.renderer.domain.fit import fit
from services.renderer.domain.look import Position
from services.renderer.domain.page import Page
from shared.contracts.layout import starts
from shared.contracts.timeline import Clip, Output, Source, Timeline

BANDS: dict[Position, tuple[float, float]] = {"bottom": (0.7, 0.93), "top": (0.07, 0.3), "middle": (0.4, 0.6)}
"""What captions cover at each position, as fractions of the frame's height."""
COVERED = 0.2
"""A face is covered when so much of its height lies in the band."""


def placed_pages(pages: Sequence[Page], timeline: Timeline, output: Output, wanted: Position) -> tuple[Page, ...]:
    """Return ``pages`` with their positions: ``wanted``, or where fewer faces are covered in their clip."""
    firsts = starts(timeline.video)
    chosen = [_position(timeline.sources[clip.source], clip, output, wanted) for clip in timeline.video]
    placed: list[Page] = []
    number = 0
    for page in pages:
        while number + 1 < len(firsts) and firsts[number + 1] <= page.start:
            number += 1
        placed.append(replace(page, position=chosen[number]))
    return tuple(placed)


def _position(source: Source, clip: Clip, output: Output, wanted: Position) -> Position:
    faces = list(_faces(source, clip, output))
    order = [wanted, *(position for position in BANDS if position != wanted)]
    covered = {position: sum(_covers(BANDS[position], face) for face in faces) for position in order}
    return min(order, key=lambda position: (covered[position] > 0.1 * len(faces), covered[position]))


def _covers(band: tuple[float, float], face: tuple[float, float]) -> bool:
    shared = min(band[1], face[1]) - max(band[0], face[0])
    return shared > COVERED * (face[1] - face[0])


def _faces(source: Source, clip: Clip, output: Output) -> Iterable[tuple[float, float]]:
    """Upper and lower edges, in fractions of the frame, of the faces that the clip shows."""
    stream = source.media.video
    if stream is None:
        return
    plan = fit((stream.width, stream.height), (output.width, output.height), output.fit)
    share, begin, end = plan.height / output.height, clip.source_start, clip.source_end
    for track in source.faces:
        for box in track.boxes:
            if begin <= Fraction(box.time) < end:
                edges = (0.5 + (edge - 0.5) * share for edge in (box.y, box.y + box.height))
                yield next(edges), next(edges)
