"""One medium, looked at and listened to at the same time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.analyzer.domain import bad
from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.judge import judge
from services.analyzer.domain.phases import Phases, analysis_weights, seconds_left
from services.analyzer.engines.speech import SpeechEngine
from services.analyzer.handlers.deps import Deps, both, subfolder
from services.analyzer.handlers.listening import Heard, Listening
from services.analyzer.tools.child import too_much
from services.analyzer.tools.probe import probe
from services.analyzer.tools.video import Pictures, measure_video
from shared.contracts.media import MediaInfo
from shared.process import ProcessFailed
from shared.step import Step


class Reach(Protocol):
    """Told how far a part of the work is."""

    def __call__(self, part: str, fraction: float, **detail: float) -> None:
        """``fraction`` 0..1 of ``part``."""


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was found; ``pictures`` is None for sound alone."""

    info: MediaInfo
    pictures: Pictures | None
    heard: Heard


@dataclass(frozen=True, slots=True)
class Measuring:
    """Measures the file ``path``, telling ``step`` how far it is."""

    path: Path
    engine: SpeechEngine
    language: str | None
    step: Step
    deps: Deps

    async def measure(self) -> Measured:
        """Return all measurements. Raises BadMedia."""
        folder = subfolder(self.step.scratch, "probe")
        facts, _ = await probe(self.path, folder, self.deps.bounds, still=False)
        info = judge(facts, self.deps.bounds)
        phases = Phases(
            analysis_weights(
                pictures=info.video is not None,
                sound=info.audio is not None,
                model=self.engine.identity.startswith("whisper"),
            )
        )

        started = time.monotonic()

        def reach(part: str, fraction: float, **detail: float) -> None:
            done = phases.reach(part, fraction)
            told: dict[str, float | int | str] = {"phase": part, **detail}
            if (left := seconds_left(time.monotonic() - started, done)) is not None:
                told["eta_seconds"] = left
            self.step.progress(done, told)

        reach("probe", 1.0)
        listening = Listening(
            path=self.path,
            facts=facts,
            info=info,
            engine=self.engine,
            language=self.language,
            folder=subfolder(self.step.scratch, "sound"),
            cache=self.deps.settings.numba_cache_dir,
            reach=reach,
            log=self.step.log,
        )
        pictures, heard = await both(self._look(facts, info, reach), listening.listen())
        return Measured(info, pictures, heard)

    async def _look(self, facts: FileFacts, info: MediaInfo, reach: Reach) -> Pictures | None:
        if info.video is None:
            return None
        folder = subfolder(self.step.scratch, "pictures")
        try:
            found = await measure_video(
                self.path,
                facts,
                info,
                folder=folder,
                bounds=self.deps.bounds,
                on_progress=lambda fraction, detail: reach("pictures", fraction, **detail),
            )
        except ProcessFailed as failed:
            if (why := too_much(failed)) is None:
                raise
            raise bad.too_complex(facts.kind, why) from failed
        if found.found.frames == 0:
            raise bad.unsupported(facts.kind, "not one of its pictures can be decoded")
        return found
