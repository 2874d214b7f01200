"""Where finished chunks are kept between renders and shared by renderers: the port, and none at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.renderer.domain.seen import Seen
from services.renderer.tools.proof import Packets


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished chunk in the scratch folder, what was seen of it, and its packets."""

    file: Path
    seen: Seen
    packets: Packets


@dataclass(frozen=True, slots=True)
class Taken:
    """Keys that are ``ready`` to be fetched, and keys that the caller is now to draw; the rest are somebody else's."""

    ready: frozenset[str]
    mine: frozenset[str]


class Shelf(Protocol):
    """Finished chunks by key. The same key is drawn by one at a time, and once."""

    async def offer(self, wanted: Sequence[Sequence[str]]) -> None:
        """Say once which keys a render wants at which place of the film."""

    async def take(self, keys: Sequence[str]) -> Taken:
        """Claim what nobody has drawn and nobody draws."""

    async def fetch(self, key: str, folder: Path) -> Drawn | None:
        """Bring a ready chunk into ``folder``; None, and the key is free again, when it is there no more."""

    async def keep(self, key: str, drawn: Drawn) -> None:
        """Store a chunk that was claimed; the claim ends."""

    async def release(self, keys: Sequence[str]) -> None:
        """Give claims back without a result."""


class NoShelf:
    """Nothing is kept or shared."""

    async def offer(self, wanted: Sequence[Sequence[str]]) -> None:
        """Nobody can help."""

    async def take(self, keys: Sequence[str]) -> Taken:
        """Everything is the caller's to draw."""
        return Taken(frozenset(), frozenset(keys))

    async def fetch(self, key: str, folder: Path) -> Drawn | None:
        """There is nothing."""
        return None

    async def keep(self, key: str, drawn: Drawn) -> None:
        """It stays in the scratch folder."""

    async def release(self, keys: Sequence[str]) -> None:
        """Nobody else waits."""
