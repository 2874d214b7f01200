"""A model's answer held against the sources: what can be mended is mended, what cannot is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from services.planner.domain.footage import Footage
from services.planner.domain.model.answer import EFFECTS, ROLES, TRANSITIONS, Cut, EditAnswer
from services.planner.domain.model.digest import video_name
from services.planner.domain.spans import Frames, merged, subtracted
from shared.contracts.brief import PlanFault

SHORTEST = 0.3
"""Seconds below which a cut cannot be seen."""
SLACK = 0.05
"""Seconds outside a source that are a person's rounding, not a mistake."""
SHOT_REACH = 0.2
"""Seconds within which a cut moves to a change of shot."""
WORD_REACHES = (2.0, 20.0)
"""Seconds within which a place between words is looked for, at first and then."""
MOST_LONGER, LEAST_SHARE = 1.15, 0.6
"""Of the wished length: how much longer an edit may be, and how much of it must be there."""
EDGE = 1.0


@dataclass(frozen=True, slots=True)
class Pick:
    """Frames of source number ``source`` that the model shows, in play order, and what it said of them."""

    source: int
    frames: Frames
    reason: str
    role: str = "body"
    effect: str = "none"
    dissolve: bool = False

    def seconds(self, footages: Sequence[Footage]) -> float:
        """Return how long it plays."""
        length = footages[self.source].grid.length(self.frames[1] - self.frames[0])
        return length * 2 if self.effect == "slowmo" else length


@dataclass(slots=True)
class Mended:
    """``faults`` were mended; ``refusals`` cannot be: the answer is to be given again."""

    picks: list[Pick] = field(default_factory=list)
    faults: list[PlanFault] = field(default_factory=list)
    refusals: list[PlanFault] = field(default_factory=list)

    def note(self, code: str, message: str, place: int) -> None:
        """Remember what was mended at a cut."""
        self.faults.append(PlanFault(code=code, message=message[:400], path=f"cuts[{place}]"))


def mended(answer: EditAnswer, footages: Sequence[Footage], wanted: float | None, *, final: bool) -> Mended:
    """Return the answer's cuts on frames between words, inside their sources, without overlaps.

    ``wanted`` is the wished length in seconds. A ``final`` answer that is too long is shortened, and one that is too
    short is taken, as nobody is asked again.
    """
    names = {video_name(i): i for i in range(len(footages))} | {f.asset_id: i for i, f in enumerate(footages)}
    made = Mended()
    for place, cut in enumerate(answer.cuts):
        source = names.get(cut.video.strip())
        if source is None:
            made.note("video_unknown", f"There is no video {cut.video[:40]!r}; the cut was left out.", place)
            continue
        frames = _framed(cut, footages[source], place, made)
        if frames is not None:
            _place(made, _pick(cut, source, frames, place, made), footages, place)
    if not made.picks:
        made.refusals.append(PlanFault(code="no_usable_cut", message="No cut shows anything of the videos."))
    elif wanted is not None:
        _hold_to(made, footages, wanted, final=final)
    return made


def _framed(cut: Cut, footage: Footage, place: int, made: Mended) -> Frames | None:
    grid = footage.grid
    first, last = grid.seconds(0), grid.seconds(grid.frames)
    if cut.end <= cut.start or cut.start >= last or cut.end <= first:
        made.note("cut_empty", f"{cut.start:g}-{cut.end:g} s is not a span of the video; it was left out.", place)
        return None
    if cut.start < first - SLACK or cut.end > last + SLACK:
        made.note("time_clamped", f"{cut.start:g}-{cut.end:g} s was cut to {first:.3f}-{last:.3f} s.", place)
    start, end = snapped(footage, max(cut.start, first)), snapped(footage, min(cut.end, last))
    if max(abs(grid.seconds(start) - max(cut.start, first)), abs(grid.seconds(end) - min(cut.end, last))) > EDGE:
        moved = f"{grid.seconds(start):.3f}-{grid.seconds(end):.3f} s"
        made.note("time_snapped", f"{cut.start:g}-{cut.end:g} s became {moved}, so that no word is cut.", place)
    if grid.length(end - start) < SHORTEST:
        made.note("cut_too_short", f"{cut.start:g}-{cut.end:g} s is too short to be seen; it was left out.", place)
        return None
    return start, end


def snapped(footage: Footage, seconds: float) -> int:
    """Return the frame nearest to ``seconds`` at which no word is cut; a change of shot close by is preferred."""
    grid, speech = footage.grid, footage.speech
    frame = grid.nearest(seconds)
    reach = grid.count(SHOT_REACH)
    near = [c for c in (*footage.cuts_within(frame - reach, frame + reach), frame) if speech.slot(c)]
    if near:
        return min(near, key=lambda c: (c == frame, abs(c - frame)))
    for seconds_around in (*WORD_REACHES, grid.length(grid.frames)):
        around = grid.count(seconds_around)
        slots = speech.slots_between(max(0, frame - around), min(grid.frames, frame + around))
        if slots:
            return min((edge for slot in slots for edge in slot), key=lambda e: (abs(e - frame), e))
    return frame


def _pick(cut: Cut, source: int, frames: Frames, place: int, made: Mended) -> Pick:
    """Take over only what is on the allow-lists."""
    effect = cut.effect if cut.effect in EFFECTS else "none"
    if effect != cut.effect:
        made.note("effect_unknown", f"There is no effect {cut.effect[:40]!r}; it was left out.", place)
    transition = cut.transition if cut.transition in TRANSITIONS else "cut"
    if transition != cut.transition:
        made.note("transition_unknown", f"There is no transition {cut.transition[:40]!r}; it is a cut.", place)
    role = cut.role if cut.role in ROLES else "body"
    return Pick(source, frames, " ".join(cut.reason.split())[:300], role, effect, transition == "dissolve")


def _place(made: Mended, pick: Pick, footages: Sequence[Footage], place: int) -> None:
    """Append the pick less what is shown already; what only goes on where the last one ended is joined to it."""
    last = made.picks[-1] if made.picks else None
    start, end = pick.frames
    if last and last.source == pick.source and last.effect == pick.effect and last.frames[0] <= start <= last.frames[1]:
        if start < last.frames[1]:
            made.note("overlap_merged", "The cut overlaps the one before; both are one now.", place)
        rest = subtracted([(last.frames[1], end)], _shown(made.picks[:-1], pick.source)) if end > last.frames[1] else []
        if rest and rest[0][0] == last.frames[1]:
            made.picks[-1] = replace(last, frames=(last.frames[0], rest[0][1]))
        return
    free = subtracted([pick.frames], _shown(made.picks, pick.source))
    best = max(free, key=lambda f: (f[1] - f[0], -f[0]), default=None)
    if best is None or footages[pick.source].grid.length(best[1] - best[0]) < SHORTEST:
        made.note("cut_repeated", "The span is shown already; the cut was left out.", place)
        return
    if best != pick.frames:
        made.note("overlap_trimmed", "What is shown already was taken off the cut.", place)
    made.picks.append(replace(pick, frames=best))


def _shown(picks: Sequence[Pick], source: int) -> list[Frames]:
    return merged(p.frames for p in picks if p.source == source)


def _hold_to(made: Mended, footages: Sequence[Footage], wanted: float, *, final: bool) -> None:
    length = sum(p.seconds(footages) for p in made.picks)
    whole = sum(f.grid.length(f.grid.frames) for f in footages)
    if length > wanted * MOST_LONGER + EDGE:
        said = f"The cuts last {length:.1f} s; {wanted:.1f} s are wished."
        if not final:
            made.refusals.append(PlanFault(code="too_long", message=f"{said} Take cuts out."))
            return
        made.faults.append(PlanFault(code="too_long", message=f"{said} The last ones were left out."))
        _shorten(made, footages, wanted * MOST_LONGER + EDGE, length)
    elif length < min(wanted, whole) * LEAST_SHARE:
        fault = PlanFault(code="too_short", message=f"The cuts last {length:.1f} s; {wanted:.1f} s are wished.")
        (made.faults if final else made.refusals).append(fault)


def _shorten(made: Mended, footages: Sequence[Footage], most: float, length: float) -> None:
    """Leave out body cuts from the end on, then others, as long as it is too long and one remains; then shorten it."""
    for roles in (("body",), ROLES):
        for place in range(len(made.picks) - 1, -1, -1):
            if length <= most or len(made.picks) == 1:
                break
            if made.picks[place].role in roles:
                length -= made.picks.pop(place).seconds(footages)
    if length > most:
        _end_sooner(made.picks, footages, length - most)


def _end_sooner(picks: list[Pick], footages: Sequence[Footage], excess: float) -> None:
    """Take ``excess`` seconds off the end of the one pick that remains, up to a place between words before it."""
    pick = picks[0]
    footage = footages[pick.source]
    start, end = pick.frames
    less = excess / 2 if pick.effect == "slowmo" else excess
    wanted = max(start + footage.grid.count(SHORTEST), end - footage.grid.count(less) - 1)
    slots = footage.speech.slots_between(start + footage.grid.count(SHORTEST), wanted)
    picks[0] = replace(pick, frames=(start, slots[-1][1] if slots else end))
