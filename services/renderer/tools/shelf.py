"""Where finished chunks and sounds are kept between renders and shared by renderers: the port, and none at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, Self, TypeVar

from services.renderer.domain.seen import Seen, unpacked
from services.renderer.domain.sound import Level
from services.renderer.tools.proof import Packets
from services.renderer.tools.slots import Slot

WAIT_S = 0.25
"""How often to look whether somebody else has finished something, where nobody tells of it."""


class Made(Protocol):
    """Something finished: its file in the scratch folder, its packets, and what was found out about it."""

    @property
    def file(self) -> Path:
        """The file; its ending tells what it is."""

    @property
    def packets(self) -> Packets:
        """The packets of the file."""

    def notes(self) -> bytes:
        """Return what was found out, for :meth:`again`."""

    @classmethod
    def again(cls, file: Path, notes: bytes, packets: Packets) -> Self:
        """Return what was kept. Raises ValueError or KeyError where ``notes`` are none of its own."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished chunk in the scratch folder, what was seen of it, and its packets."""

    file: Path
    seen: Seen
    packets: Packets

    def notes(self) -> bytes:
        """See :class:`Made`."""
        return self.seen.packed()

    @classmethod
    def again(cls, file: Path, notes: bytes, packets: Packets) -> Self:
        """See :class:`Made`."""
        return cls(file, unpacked(notes), packets)


@dataclass(frozen=True, slots=True)
class Voiced:
    """The finished sound of a whole film in the scratch folder, how loud it is after decoding, and its packets."""

    file: Path
    level: Level
    packets: Packets

    def notes(self) -> bytes:
        """See :class:`Made`."""
        return f"{self.level.integrated!r} {self.level.peak!r}".encode()

    @classmethod
    def again(cls, file: Path, notes: bytes, packets: Packets) -> Self:
        """See :class:`Made`."""
        integrated, peak = notes.decode("ascii").split()
        return cls(file, Level(float(integrated), float(peak)), packets)


T = TypeVar("T", bound=Made)


@dataclass(frozen=True, slots=True)
class Taken:
    """Keys that are ``ready`` to be fetched, and keys that the caller is now to make; the rest are somebody else's."""

    ready: frozenset[str]
    mine: frozenset[str]


class Shelf(Protocol):
    """What is finished, by key. The same key is made by one at a time, and once."""

    async def offer(self, wanted: Sequence[Sequence[str]], alone: Sequence[str] = ()) -> None:
        """Say once which keys a render wants at which place of the film, and which ones nobody is to help with."""

    async def ready(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of ``keys`` that can be fetched."""

    async def take(self, keys: Sequence[str]) -> Taken:
        """Claim what nobody has made and nobody makes."""

    async def fetch(self, key: str, folder: Path, kind: type[T]) -> T | None:
        """Bring what is ready into ``folder``; None, and the key is free again, when it is there no more."""

    async def keep(self, key: str, made: Made) -> None:
        """Store what was claimed; the claim ends."""

    async def release(self, keys: Sequence[str]) -> None:
        """Give claims back without a result."""

    async def changed(self, within_s: float) -> None:
        """Wait until somebody has kept something or given a claim back, at most ``within_s``."""


class NoShelf:
    """Nothing is kept or shared."""

    async def offer(self, wanted: Sequence[Sequence[str]], alone: Sequence[str] = ()) -> None:
        """Nobody can help."""

    async def ready(self, keys: Sequence[str]) -> frozenset[str]:
        """There is nothing."""
        return frozenset()

    async def take(self, keys: Sequence[str]) -> Taken:
        """Everything is the caller's to make."""
        return Taken(frozenset(), frozenset(keys))

    async def fetch(self, key: str, folder: Path, kind: type[T]) -> T | None:
        """There is nothing."""
        return None

    async def keep(self, key: str, made: Made) -> None:
        """It stays in the scratch folder."""

    async def release(self, keys: Sequence[str]) -> None:
        """Nobody else waits."""

    async def changed(self, within_s: float) -> None:
        """Nobody else does anything."""
        await asyncio.sleep(within_s)


@dataclass(frozen=True, slots=True)
class Wanted(Generic[T]):
    """Keys that a render wants, of one kind. ``make`` makes some of them, ``fetched`` is told of one that was kept.

    ``make`` calls what it is given beside the keys when its programs have ended, so that others may begin.
    """

    keys: Sequence[str]
    kind: type[T]
    make: Callable[[Sequence[str], Callable[[], None]], Awaitable[dict[str, T]]]
    fetched: Callable[[str, T], None]


async def had(shelf: Shelf, slots: asyncio.Semaphore, folder: Path, wanted: Wanted[T]) -> dict[str, T]:
    """Have everything that is wanted: fetched where it is kept, made where nobody makes it, else waited for."""
    found: dict[str, T] = {}
    while missing := [key for key in wanted.keys if key not in found]:
        async with Slot(slots) as slot:
            taken = await shelf.take(missing)
            if taken.mine:
                found |= await _made(shelf, sorted(taken.mine), wanted, slot.free)
        found |= await fetched(shelf, folder, wanted, taken.ready)
        if not taken.mine and not taken.ready:
            await shelf.changed(WAIT_S)
    return found


async def fetched(shelf: Shelf, folder: Path, wanted: Wanted[T], ready: frozenset[str]) -> dict[str, T]:
    """Return those that were ready and are still there."""
    found: dict[str, T] = {}
    for key in sorted(ready.intersection(wanted.keys)):
        if (one := await shelf.fetch(key, folder, wanted.kind)) is not None:
            found[key] = one
            wanted.fetched(key, one)
    return found


async def _made(shelf: Shelf, keys: Sequence[str], wanted: Wanted[T], free: Callable[[], None]) -> dict[str, T]:
    try:
        made = await wanted.make(keys, free)
        for key, one in made.items():
            await shelf.keep(key, one)
    except BaseException:
        await shelf.release(keys)
        raise
    return made
