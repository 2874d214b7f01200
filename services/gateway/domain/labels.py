"""Names that people give: labels for people, never part of a path, a filter or a log line's structure."""

from __future__ import annotations

import re
import unicodedata

MAX_LABEL = 200
UNTITLED = "Untitled"


def clean(text: str) -> str:
    """Return ``text`` on one line, without control, formatting and private characters, at most 200 characters long."""
    visible = "".join(
        " " if char.isspace() else char for char in text if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    return re.sub(r" {2,}", " ", visible).strip()[:MAX_LABEL].strip()


def title_of(title: str | None, file_name: str | None) -> str:
    """Return the title, else the file's name without folders and ending, else ``Untitled``."""
    given = clean(title or "")
    if given:
        return given
    name = clean(re.split(r"[/\\]", file_name or "")[-1])
    stem, dot, _ = name.rpartition(".")
    return (stem if dot and stem else name) or UNTITLED
