"""Finding the engine that was asked for among those that work here."""

from __future__ import annotations

from collections.abc import Mapping

from services.lipsync.engines.engine import Engine
from shared.errors import CapabilityMissing


def chosen(engines: Mapping[str, Engine], name: str) -> Engine:
    """Return the engine ``name``. Raises ``CapabilityMissing`` ``engine_unavailable``: nothing takes its place unasked.

    ``auto`` means an engine that moves lips; a voice alone is only given to who asks for it.
    """
    engine = engines.get(name)
    if engine is None:
        what = "No engine that moves lips" if name == "auto" else f"The engine {name!r}"
        raise CapabilityMissing(
            f"{what} is {'' if name == 'auto' else 'not '}available here.",
            code="engine_unavailable",
            remedy=f"Engines that work here: {', '.join(sorted(engines))}. voice_only puts the new voice over the film and"
            " leaves the picture as it is.",
            details={"available": sorted(engines)},
        )
    return engine
