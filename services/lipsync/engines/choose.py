"""Finding the engine that was asked for among those that work here."""

from __future__ import annotations

from collections.abc import Mapping

from services.lipsync.engines.engine import Engine
from shared.errors import CapabilityMissing

_VOICE_ONLY = "With voice_only the film gets the new voice and keeps its picture as it is."


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
            remedy=f"Use an engine that works here: {', '.join(sorted(engines))}. {_VOICE_ONLY}",
            details={"available": sorted(engines)},
        )
    return engine
