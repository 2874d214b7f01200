"""The films that a person gives, and the subtitles that lie beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cutroom.exits import misuse

SUBTITLES = (".json", ".srt", ".vtt", ".ass")
"""Endings of subtitle files; the first that is there is taken: JSON may know the time of each word."""
_MOST_JSON = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Film:
    """A film to edit and its subtitles, if there are any."""

    path: Path
    subtitles: Path | None = None


def films(inputs: Sequence[Path], subtitles: Path | None) -> list[Film]:
    """Return the films with their subtitles: those given, else those of the same name beside each.

    Raises Stopped for a file that is not there or empty, and for one subtitle file for many films.
    """
    if subtitles is not None and len(inputs) > 1:
        raise misuse("--subtitles goes with one input.", "Put a subtitle file of the same name beside each input.")
    if subtitles is not None:
        _require(subtitles)
    return [Film(_require(path), subtitles or beside(path)) for path in inputs]


def beside(film: Path) -> Path | None:
    """Return the subtitle file that lies beside ``film`` under its name."""
    places = (film.with_suffix(ending) for ending in SUBTITLES)
    return next((place for place in places if place.is_file() and (place.suffix != ".json" or _captions(place))), None)


def _captions(path: Path) -> bool:
    """Tell whether a JSON file holds captions: many programs leave other JSON beside a film."""
    try:
        if path.stat().st_size > _MOST_JSON:
            return False
        lines = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return (
        isinstance(lines, list)
        and bool(lines)
        and all(isinstance(line, dict) and {"text", "start", "end"} <= line.keys() for line in lines)
    )


def _require(path: Path) -> Path:
    if not path.exists():
        raise misuse(f"There is no file {path}.", "Check the name.", "file_missing")
    if not path.is_file():
        raise misuse(f"{path} is no file.", "Give the films one by one.", "file_missing")
    if path.stat().st_size == 0:
        raise misuse(f"{path} is empty.", "Give a film that is not empty.", "media_empty")
    return path
