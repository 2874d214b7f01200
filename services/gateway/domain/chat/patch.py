"""Operations applied to a timeline: values in, a new timeline out, or the reason why nothing can be changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from services.gateway.domain.chat import cuts, looks, moves
from services.gateway.domain.chat.places import CannotDo
from services.gateway.domain.timeline.data import TimelineData, named
from services.gateway.domain.timeline.playing import whole
from services.gateway.domain.timeline.rippling import rippled
from services.gateway.domain.timeline.rules import violations
from shared.contracts.chat import Move, Operation
from shared.contracts.hearing import Curve
from shared.contracts.media import MediaInfo

Work = Callable[[TimelineData, Operation], tuple[TimelineData, str]]
WORKS: Mapping[str, Work] = {**cuts.WORKS, **moves.WORKS, **looks.WORKS}


@dataclass(frozen=True, slots=True)
class Patched:
    """The timeline after all operations, and what was done in words."""

    data: TimelineData
    said: str


def patched(
    data: TimelineData,
    operations: Sequence[Operation],
    duration: float,
    owned: Mapping[str, str],
    energy: Curve | None = None,
    media: Mapping[str, MediaInfo] | None = None,
) -> Patched | CannotDo:
    """Apply ``operations`` one after the other; nothing is done when one of them cannot be, or does nothing.

    ``duration`` is the source's in seconds, ``energy`` its loudness where it is known; ``owned``
    and ``media`` as ``rules.violations`` takes them.
    """
    if not operations:
        return CannotDo("There is nothing to change.")
    if not data.segments:
        return CannotDo("The timeline is empty: analyse the project first.")
    # In order, so that what is said in a segment is found without looking at every line.
    ordered = tuple(sorted(data.captions, key=lambda c: (c.start, c.end)))
    after, said = data.model_copy(update={"captions": ordered}), []
    for operation in operations:
        try:
            if isinstance(operation, Move):
                after, done = moves.move(after, operation, energy)
            else:
                after, done = WORKS[operation.op](after, operation)
        except CannotDo as cannot:
            return cannot
        said.append(done)
    if not after.segments:
        return CannotDo("Nothing would be left of the edit.")
    after, gone = _finished(after, data)
    if gone:
        said.append(f"{gone} of the texts, pictures and sounds lay on what was cut and went with it.")
    broken = violations(after, duration, owned, media)
    if broken:
        return CannotDo(f"The timeline would not be valid: {broken[0].field}: {broken[0].message}")
    if after == data:
        return CannotDo("The edit is like that already.")
    if after.segments != data.segments:
        said.append(f"The edit plays {whole(after.segments):.1f} s now.")
    return Patched(after, " ".join(said))


def _finished(after: TimelineData, before: TimelineData) -> tuple[TimelineData, int]:
    """Return the timeline with its layers where their ground is now, and how many of them lost it."""
    first = after.segments[0]
    if first.transition is not None:
        first = first.model_copy(update={"transition": None})
    after = after.model_copy(update={"segments": (first, *after.segments[1:]), "captions": before.captions})
    # Segments without a name are made: named by their place, they would be taken for those that had it before.
    after, gone = rippled(before, after)
    return named(after), gone
