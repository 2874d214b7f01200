"""What a file says of its streams in words of its own: taken only where it is what it should be."""

from __future__ import annotations

import re

from av.container import InputContainer
from av.stream import Stream

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")
_TIMECODE = re.compile(r"\d{2}:[0-5]\d:[0-5]\d[:;.,]\d{2,3}")


def language(stream: Stream) -> str:
    """Return the language that the file says, as ISO 639 has it; empty for none, and for what is no such code."""
    tag = stream.metadata.get("language", "")
    return tag.lower() if _LANGUAGE.fullmatch(tag) and tag.lower() != "und" else ""


def timecode(container: InputContainer, stream: Stream) -> str:
    """Return the timecode of the first picture, as cameras write it (SMPTE ST 12-1); empty for none.

    QuickTime has a track for it, which the picture's refers to; other containers write it on the file or the picture.
    """
    tags = (stream.metadata, container.metadata, *(other.metadata for other in container.streams.data))
    told = ({name.lower(): value for name, value in one.items()}.get("timecode", "") for one in tags)
    return next((text for text in told if _TIMECODE.fullmatch(text)), "")
