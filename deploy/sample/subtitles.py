"""Write captions down: SubRip for players and people, JSON with the words' times for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence

from shared.contracts.speech import Caption


def subrip(captions: Sequence[Caption]) -> str:
    """Return ``captions`` as SubRip text."""
    blocks = (
        f"{number}\n{_clock(caption.start)} --> {_clock(caption.end)}\n{caption.text}\n"
        for number, caption in enumerate(captions, 1)
    )
    return "\n".join(blocks)


def as_json(captions: Sequence[Caption]) -> str:
    """Return ``captions`` as a JSON array of ``{text, start, end, words: [{text, start, end}]}``, times in seconds."""
    return json.dumps([caption.model_dump(exclude_none=True) for caption in captions], indent=1) + "\n"


def _clock(seconds: float) -> str:
    """Return ``seconds`` as hours:minutes:seconds,milliseconds."""
    whole = round(seconds * 1000)
    minutes, rest = divmod(whole, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d},{rest % 1000:03d}"
