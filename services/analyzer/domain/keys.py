"""Names under which an analysis is stored: what it depends on, and nothing else."""

from __future__ import annotations

import hashlib
import json

VERSION = 1
"""Raise it when the same input gives a better analysis, so that stored ones are made anew."""


def settings_key(speech: str, language: str | None) -> str:
    """Return a short hash of all that an analysis depends on beside the medium itself."""
    parts = {"version": VERSION, "speech": speech, "language": language}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


def analysis_key(sha256: str, settings: str) -> str:
    """Where the analysis document lies."""
    return f"analysis/{sha256}/{settings}.json"
