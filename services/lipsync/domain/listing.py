"""Reading what ffmpeg tells of an input."""

from __future__ import annotations

import re

_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)


def duration(log: str) -> float | None:
    """Return the seconds, to the hundredth, that ffmpeg lists for its first input; None when it knows no length."""
    found = _DURATION.search(log)
    if found is None:
        return None
    hours, minutes, seconds = found.groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
