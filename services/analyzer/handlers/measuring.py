"""One medium, looked at and listened to at the same time; only as far as it is wanted."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.judge import judge
from services.analyzer.domain.parts import Found
from services.analyzer.domain.phases import Phases, analysis_weights, seconds_left
from services.analyzer.engines.speech import SpeechEngine
from services.analyzer.handlers.deps import Deps, both, subfolder
from services.analyzer.handlers.listening import Keep, Listening
from services.analyzer.handlers.looking import Looking
from services.analyzer.tools.probe import probe
from services.analyzer.tools.sound import Tracker
from shared.contracts.media import MediaInfo, Part
from shared.step import Step


class Reach(Protocol):
    """Told how far a part of the work is."""

    def __call__(self, part: str, fraction: float, **detail: float) -> None:
        """``fraction`` 0..1 of ``part``."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """Measures the file ``path``, telling ``step`` how far it is; ``keep`` gets each part as soon as it is known."""

    path: Path
    sha256: str
    engine: SpeechEngine
    language: str | None
    step: Step
    deps: Deps
    keep: Keep

    async def probe(self) -> FileFacts:
        """Return the file's facts. Raises BadMedia."""
        facts, _ = await probe(self.path, subfolder(self.step.scratch, "probe"), self.deps.bounds, still=False)
        return facts

    async def measure(self, facts: FileFacts, wanted: frozenset[Part]) -> dict[Part, Found]:
        """Return the wanted parts. Raises BadMedia."""
        info = judge(facts, self.deps.bounds)
        reach = self._reach(info, wanted)
        reach("probe", 1.0)
        listening = Listening(
            blobs=self.deps.blobs,
            sha256=self.sha256,
            path=self.path,
            facts=facts,
            info=info,
            engine=self.engine,
            language=self.language,
            wanted=wanted,
            folder=subfolder(self.step.scratch, "sound"),
            tracker=Tracker(self.deps.settings.beat_tracker, self.deps.settings.numba_cache_dir),
            reach=reach,
            keep=self.keep,
            log=self.step.log,
        )
        seen, heard = await both(self._look(facts, info, wanted, reach), listening.listen())
        return {**seen, **heard}

    def _reach(self, info: MediaInfo, wanted: frozenset[Part]) -> Reach:
        phases = Phases(
            analysis_weights(
                wanted,
                pictures=info.video is not None,
                sound=info.audio is not None,
                model=self.engine.listens,
            )
        )
        started = time.monotonic()

        def reach(part: str, fraction: float, **detail: float) -> None:
            done = phases.reach(part, fraction)
            told: dict[str, float | int | str] = {"phase": part, **detail}
            if (left := seconds_left(time.monotonic() - started, done)) is not None:
                told["eta_seconds"] = left
            self.step.progress(done, told)

        return reach

    async def _look(
        self, facts: FileFacts, info: MediaInfo, wanted: frozenset[Part], reach: Reach
    ) -> dict[Part, Found]:
        looking = Looking(
            path=self.path,
            sha256=self.sha256,
            facts=facts,
            info=info,
            wanted=wanted,
            folder=subfolder(self.step.scratch, "pictures"),
            deps=self.deps,
            on_progress=lambda fraction, detail: reach("pictures", fraction, **detail),
        )
        found = await looking.look()
        for part, result in found.items():
            await self.keep(part, result)
        return found
