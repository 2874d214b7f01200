"""What is kept of one medium: the documents of its parts, and the analyses put together from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from services.analyzer import store
from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.judge import judge
from services.analyzer.domain.keys import document_key, whole_key
from services.analyzer.domain.parts import PARTS, RESULTS, Found, Kept, compose
from services.analyzer.handlers.deps import Deps
from shared.blobs import Blobs
from shared.contracts.blob import BlobRef
from shared.contracts.events import MediaAnalyzed
from shared.contracts.media import Analysis, Part
from shared.db import Connection, transaction

M = TypeVar("M", bound=BaseModel)


@dataclass(slots=True)
class Shelf:
    """``keys``: what each part depends on; ``held``: where the parts lie that are known under just these keys."""

    deps: Deps
    sha256: str
    keys: Mapping[Kept, str]
    held: dict[Kept, BlobRef] = field(default_factory=dict)

    async def look(self) -> None:
        """Find out what is held and still there."""
        async with transaction(self.deps.pool) as connection:
            rows = await store.parts(connection, self.sha256, {str(part): key for part, key in self.keys.items()})
        self.held = {
            part: rows[part] for part in self.keys if part in rows and await self.deps.blobs.stat(rows[part].key)
        }

    def missing(self, wanted: tuple[Part, ...]) -> frozenset[Part]:
        """Return which of the wanted parts (none named: all) must be measured.

        Whoever looks for faces has decoded the pictures: then all else of them costs little more.
        """
        missing = frozenset(part for part in wanted or PARTS if part not in self.held)
        return missing | {"pictures"} if "faces" in missing and "pictures" not in self.held else missing

    async def published(self) -> MediaAnalyzed | None:
        """Return what was told of an analysis of all that is held, if its document is still there."""
        async with transaction(self.deps.pool) as connection:
            fact = await store.find(connection, self.sha256, self._whole())
        if fact is None or await self.deps.blobs.stat(fact.analysis.key) is None:
            return None
        return fact.model_copy(update={"cached": True, "measured": ()})

    async def facts(self) -> FileFacts | None:
        """Return the probe's facts if they are held."""
        return await self._read("facts", FileFacts) if "facts" in self.held else None

    async def put(self, part: Kept, found: BaseModel) -> None:
        """Keep one part at once, for all who ask for it later, whatever becomes of the rest of the work.

        No lease is asked for: what a part says follows from the content and its key, so that it is as good from a
        worker that was given up. The first one stays: all who are at it shall tell the same.
        """
        document = await self._put(part, found)
        async with transaction(self.deps.pool) as connection:
            known = (await store.parts(connection, self.sha256, {part: self.keys[part]})).get(part)
        if known is not None and await self.deps.blobs.stat(known.key):
            return
        async with transaction(self.deps.pool) as connection:
            await store.keep_part(connection, self.sha256, part, self.keys[part], document, lost=known)

    async def publish(self, facts: FileFacts, made: Mapping[Part, Found]) -> MediaAnalyzed:
        """Put together what is held and what was ``made`` and could not be kept, and return the fact to tell."""
        await self.look()
        results: dict[Part, Found] = {
            part: await self._read(part, RESULTS[part]) for part in PARTS if part in self.held
        }
        analysis = compose(self.sha256, judge(facts, self.deps.bounds), {**made, **results})
        return _fact(analysis, await self._put("whole", analysis), tuple(part for part in PARTS if part in made))

    async def keep(self, connection: Connection, fact: MediaAnalyzed) -> None:
        """Remember the whole, unless a part of it failed and is better tried again."""
        if not fact.cached and all(part in self.held for part in fact.parts):
            await store.save(connection, self.sha256, self._whole(), fact)

    def _whole(self) -> str:
        return whole_key({part: self.keys[part] for part in self.held})

    async def _read(self, part: Kept, model: type[M]) -> M:
        return model.model_validate_json(await self.deps.blobs.get_bytes(self.held[part]))

    async def _put(self, name: str, value: BaseModel) -> BlobRef:
        return await _stored(self.deps.blobs, self.sha256, name, value)


async def told(blobs: Blobs, analysis: Analysis) -> MediaAnalyzed:
    """Store an analysis of which no part had to be measured, and return the fact to tell."""
    return _fact(analysis, await _stored(blobs, analysis.sha256, "whole", analysis), ())


async def _stored(blobs: Blobs, sha256: str, name: str, value: BaseModel) -> BlobRef:
    data = value.model_dump_json().encode()
    key = document_key(sha256, name, data)
    return await blobs.stat(key) or await blobs.put_bytes(key, data, "application/json")


def _fact(analysis: Analysis, stored: BlobRef, measured: tuple[Part, ...]) -> MediaAnalyzed:
    return MediaAnalyzed(
        asset_id="",
        analysis=stored,
        thumbnail=analysis.thumbnail,
        sprites=analysis.sprites,
        shots=len(analysis.shots),
        words=sum(len(line.words) for line in analysis.transcript.captions),
        tempo=analysis.beats.tempo,
        transcript=analysis.transcript.status,
        parts=analysis.parts,
        measured=measured,
        cached=not measured,
    )
