"""Run the analyzer alone, or prepare this machine for it.

``python -m services.analyzer [run|migrate]``
``python -m services.analyzer warm`` lets the beat tracker run once: with
CUTROOM_ANALYZER_BEAT_TRACKER=librosa it compiles what that needs, so that the first film does not wait for it.
"""

from __future__ import annotations

import asyncio
import sys

from services.analyzer.app import build
from services.analyzer.settings import AnalyzerSettings
from services.analyzer.tools.sound import Tracker
from services.analyzer.tools.warming import warm
from shared.runner import main

if __name__ == "__main__":
    if sys.argv[1:2] == ["warm"]:
        settings = AnalyzerSettings()
        seconds = asyncio.run(warm(Tracker(settings.beat_tracker, settings.numba_cache_dir)))
        sys.stdout.write(f"The beat tracker is ready ({seconds:.1f} s).\n")
    else:
        main("analyzer", lambda infra: build(AnalyzerSettings(), infra))
