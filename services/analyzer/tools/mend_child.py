"""Mend lines of speech. Runs as ``python -m services.analyzer.tools.mend_child``."""

from __future__ import annotations

from services.analyzer.tools import telling
from services.analyzer.tools.mended import spoken
from services.analyzer.tools.requests import MendRequest

if __name__ == "__main__":
    asked = telling.request(MendRequest)
    telling.answer(asked.folder, spoken(asked.lines, asked.duration, asked.language))
