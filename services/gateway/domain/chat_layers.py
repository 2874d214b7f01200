"""What lies over and under an edit that has become shorter."""

from __future__ import annotations

from services.gateway.domain.timeline_data import TimelineData


def within(data: TimelineData, length: float) -> tuple[TimelineData, int]:
    """Return ``data`` with nothing behind ``length`` seconds of the edit, and how many layers lay wholly behind it."""
    end = round(length, 6)
    overlays = tuple(
        overlay if overlay.end <= end else overlay.model_copy(update={"end": end})
        for overlay in data.overlays
        if overlay.start < end
    )
    sounds = tuple(sound for sound in data.sounds if sound.at < end)
    music = tuple(music for music in data.music if music.start < end)
    gone = sum(map(len, (data.overlays, data.sounds, data.music))) - sum(map(len, (overlays, sounds, music)))
    return data.model_copy(update={"overlays": overlays, "sounds": sounds, "music": music}), gone
