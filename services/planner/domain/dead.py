"""What nobody wants to see: black, frozen and silent spans, hesitation, dropped takes, and slivers between them.

No word is taken but those that are marked as said in vain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from services.planner.domain.footage import Footage, joined
from services.planner.domain.marked import said_in_vain
from services.planner.domain.spans import Frames, merged, subtracted
from shared.contracts.media import Span
from shared.contracts.plan import Reason

SLIVER = 0.3
"""Seconds that a shot must be seen; less of it at the end of a clip is a flash."""
FLASH = 0.1
"""Seconds below which even a whole shot is no shot but a flash."""
CLICK = 0.12
"""Seconds of sound between two silences that are no sound anybody wants."""
SHORTEST: dict[Reason, float] = {"silence": 0.15, "black": 0.03, "frozen": 0.3, "filler": 0.08, "repeat": 0.2}
"""Seconds that a span must last to be worth two cuts."""
WORD_PAD = 0.05
"""Seconds kept beside a word against black and frozen picture; against silence it is the pace's margin."""


@dataclass(frozen=True, slots=True)
class Dead:
    """A span of frames to leave out; ``begin`` and ``end`` are where its cause begins and ends, in seconds."""

    frames: Frames
    reason: Reason
    begin: float
    end: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """A source split in two: what may be used and what is left out, both in order, together the whole picture."""

    live: tuple[Frames, ...]
    dead: tuple[Dead, ...]


def life_of(footage: Footage, margin: float, *, ignore: frozenset[Reason] = frozenset()) -> Life:
    """Split the source. ``margin`` is in seconds; causes in ``ignore`` are left in."""
    found: list[Dead] = []
    for one in (marked(footage, margin), _black(footage), _frozen(footage), _silent(footage, margin)):
        taken = merged(d.frames for d in found)
        for dead in one:
            if dead.reason not in ignore:
                found += [replace(dead, frames=f) for f in subtracted([dead.frames], taken)]
    whole = [(0, footage.grid.frames)]
    live = subtracted(whole, merged(d.frames for d in found))
    kept = [s for s in (trimmed_slivers(footage, run) for run in live) if s is not None]
    for span in subtracted(live, kept):
        found.append(Dead(span, "sliver", footage.grid.seconds(span[0]), footage.grid.seconds(span[1])))
    return Life(tuple(kept), tuple(sorted(found, key=lambda d: d.frames)))


def marked(footage: Footage, margin: float) -> Iterable[Dead]:
    """Yield the words said in vain, each with the pause around it but for the margins of its neighbours."""
    for vain in said_in_vain(footage, margin):
        if footage.grid.length(vain.frames[1] - vain.frames[0]) >= SHORTEST[vain.kind]:
            yield Dead(vain.frames, vain.kind, vain.start, vain.end, vain.detail)


def trimmed_slivers(footage: Footage, run: Frames) -> Frames | None:
    """Return the run less wordless remains of shots at its ends; None when too little is left to be seen.

    A remain is what a cut inside a shot leaves of it. A short shot that is there whole stays, unless it is a ``FLASH``.
    """
    start, end = run
    for cut in footage.cuts_within(start, end):
        if not _remains(footage, (start, cut), start):
            break
        start = cut
    for cut in reversed(footage.cuts_within(start, end)):
        if not _remains(footage, (cut, end), end):
            break
        end = cut
    least = min(ceil(SLIVER * footage.grid.fps), footage.grid.frames)
    return (start, end) if end - start >= least or footage.spoken(start, end) else None


def _remains(footage: Footage, piece: Frames, edge: int) -> bool:
    """Tell whether ``piece``, a shot's part next to the run's ``edge``, is too short to be seen and may go."""
    whole = footage.is_cut(edge) or edge in (0, footage.grid.frames)
    short = piece[1] - piece[0] < ceil((FLASH if whole else SLIVER) * footage.grid.fps)
    inner = piece[1] if edge == piece[0] else piece[0]
    return short and footage.speech.slot(inner) is not None and not footage.spoken(*piece)


def _silent(footage: Footage, margin: float) -> Iterable[Dead]:
    grid, last = footage.grid, footage.grid.seconds(footage.grid.frames)
    for span in _without_clicks(footage):
        start = span.start if span.start <= grid.origin + CLICK else span.start + margin
        end = span.end if span.end >= last - CLICK else span.end - margin
        if end > start:
            yield from _beside_words(
                footage, (grid.at_or_after(start), grid.at_or_before(end)), "silence", span, margin
            )


def _without_clicks(footage: Footage) -> Sequence[Span]:
    result: list[Span] = []
    for span in footage.silences:
        before = result[-1] if result else None
        if before and span.start - before.end <= CLICK and not footage.speech.between(before.end, span.start):
            result[-1] = Span(start=before.start, end=span.end)
        else:
            result.append(span)
    return result


def _black(footage: Footage) -> Iterable[Dead]:
    grid = footage.grid
    for span in joined(footage.blacks):
        low = floor((span.start - grid.origin) * grid.fps + 0.25)
        high = ceil((span.end - grid.origin) * grid.fps - 0.25)
        yield from _beside_words(footage, (low, high), "black", span, WORD_PAD)


def _frozen(footage: Footage) -> Iterable[Dead]:
    for span in joined(footage.freezes):
        frames = (footage.grid.nearest(span.start), footage.grid.nearest(span.end))
        yield from _beside_words(footage, frames, "frozen", span, WORD_PAD)


def _beside_words(footage: Footage, frames: Frames, reason: Reason, cause: Span, pad: float) -> Iterable[Dead]:
    grid, speech = footage.grid, footage.speech
    low, high = max(0, frames[0]), min(grid.frames, frames[1])
    padding = ceil(pad * grid.fps)
    for first, last in speech.slots_between(low - padding, high + padding):
        slot = speech.slot(first) or (first, last)
        start = max(low, slot[0] + (padding if slot[0] > 0 else 0))
        end = min(high, slot[1] - (padding if slot[1] < grid.frames else 0))
        if end > start and grid.length(end - start) >= SHORTEST[reason]:
            yield Dead((start, end), reason, round(cause.start, 3), round(cause.end, 3))
