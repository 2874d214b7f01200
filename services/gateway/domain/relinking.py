"""Which asset of an account a file of another editor means: by id, by content, by name, by reel."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from services.gateway.domain.records import Asset
from shared.contracts.interchange import MediaHint


class Shelf:
    """Assets by what a file may call them; the project's ``own`` comes before others of the same name."""

    def __init__(self, own: Asset, assets: Sequence[Asset]) -> None:
        self._by: dict[tuple[str, str], Asset] = {}
        for asset in (own, *assets):
            names = {_stem(asset.title), asset.title.casefold()}
            keys = [("id", asset.id), ("digest", asset.media.sha256), *(("name", name) for name in names)]
            for key in (*keys, ("reel", reel_of(asset.title)), ("reel", reel_of(asset.id))):
                self._by.setdefault(key, asset)

    def match(self, hint: MediaHint) -> Asset | None:
        """Return the asset that ``hint`` means: by id, by content, by name, by reel."""
        told = (("id", hint.asset_id), ("digest", hint.sha256), ("name", hint.name and _stem(hint.name)))
        wanted = (*told, ("reel", hint.reel.upper()))
        return next((found for key in wanted if key[1] and (found := self._by.get(key))), None)


def reel_of(title: str) -> str:
    """Return the reel name that a title gives: up to eight letters and digits."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z0-9]", "", plain.upper())[:8] or "REEL"


def wanted(hints: Iterable[MediaHint]) -> Mapping[str, list[str]]:
    """Return what to look assets up by: ``ids``, ``digests``, ``names`` in small letters and ``reels``."""
    listed = list(hints)[:500]
    names = {n for h in listed if h.name for n in (h.name.casefold(), _stem(h.name))}
    return {
        "ids": sorted({h.asset_id for h in listed if h.asset_id}),
        "digests": sorted({h.sha256 for h in listed if h.sha256}),
        "names": sorted(names),
    }


def _stem(name: str) -> str:
    stem, dot, ending = name.casefold().rpartition(".")
    return stem if dot and re.fullmatch(r"[a-z0-9]{1,5}", ending) else name.casefold()
