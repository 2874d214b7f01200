"""WebVTT thumbnails: which part of the sprite sheet a player shows while somebody drags along the time line."""

from __future__ import annotations

from shared.contracts.media import SpriteSheet


def storyboard(sheet: SpriteSheet, link: str, duration: float) -> str:
    """Return the WebVTT file; ``link`` is where the sheet is, ``duration`` in seconds ends the last cue."""
    cues = ["WEBVTT"]
    for number in range(sheet.count):
        start = number * sheet.interval
        end = min(start + sheet.interval, duration) if number + 1 < sheet.count else max(duration, start)
        if end <= start:
            continue
        x, y = number % sheet.columns * sheet.tile_width, number // sheet.columns * sheet.tile_height
        place = f"{link}#xywh={x},{y},{sheet.tile_width},{sheet.tile_height}"
        cues.append(f"{_clock(start)} --> {_clock(end)}\n{place}")
    return "\n\n".join(cues) + "\n"


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3600000:02d}:{whole // 60000 % 60:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"
