"""Planning an edit of thousands of cuts: no chunk looks at the whole edit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from services.renderer.domain.chunks import chunks
from shared.contracts.time import MICROSECONDS
from shared.contracts.timeline import Clip, Transition

CUTS = 3000
CLIP = Clip(id="c", name="c", source="a", time_base=MICROSECONDS, start=0, end=1, frames=40)


class Counted(Sequence[Clip]):
    """Clips, and how often one was looked at."""

    def __init__(self, clips: Sequence[Clip]) -> None:
        self._clips, self.looks = clips, 0

    def __len__(self) -> int:
        return len(self._clips)

    @overload
    def __getitem__(self, at: int) -> Clip: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Clip]: ...
    def __getitem__(self, at: int | slice) -> Clip | Sequence[Clip]:
        self.looks += 1
        return self._clips[at]

    def __iter__(self) -> Iterator[Clip]:
        self.looks += len(self._clips)
        return iter(self._clips)


def test_a_chunk_looks_at_its_own_clips() -> None:
    joined = CLIP.model_copy(update={"transition_in": Transition(kind="dissolve", frames=8)})
    for others in (CLIP, joined):
        track = Counted([CLIP, *[others] * (CUTS - 1)])
        made = chunks(track, 150, 5)
        assert len(made) >= CUTS // 5 and sum(len(chunk.pieces) for chunk in made) >= CUTS
        assert track.looks < 100 * CUTS
