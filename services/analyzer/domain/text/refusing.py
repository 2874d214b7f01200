"""Bounds on a person's subtitle file, and its refusal."""

from __future__ import annotations

MAX_BYTES = 5 * 1024 * 1024
MAX_EVENTS = 20_000
MAX_LINE = 20_000
MAX_SECONDS = 99 * 3600.0


class BadSubtitles(ValueError):
    """The file is no subtitle file, or beyond the limits; the text says why."""
