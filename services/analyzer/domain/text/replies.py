"""What a transcription server says to one part of a sound."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from services.analyzer.domain.text.refusing import BadSubtitles
from services.analyzer.domain.text.sentences import lines_of
from services.analyzer.domain.text.words import clean, spread
from shared.contracts.speech import Caption

_NAMES = {
    "english": "en", "german": "de", "spanish": "es", "french": "fr", "italian": "it", "portuguese": "pt",
    "dutch": "nl", "polish": "pl", "russian": "ru", "ukrainian": "uk", "turkish": "tr", "swedish": "sv",
    "japanese": "ja", "chinese": "zh", "korean": "ko", "arabic": "ar", "hindi": "hi", "czech": "cs",
}  # fmt: skip
_MOST_TEXT = 400_000


@dataclass(frozen=True, slots=True)
class Reply:
    """``captions`` have times from the part's start; without them ``text`` is all that is known."""

    text: str = ""
    captions: tuple[Caption, ...] = ()
    language: str | None = None

    def lines(self, start: float, end: float) -> list[Caption]:
        """Return the lines of a part that lies at ``start`` to ``end`` seconds."""
        if not self.captions:
            words = spread(clean_long(self.text), start, end)
            return lines_of(words) if words else []
        return [_moved(line, start) for line in self.captions]


def _moved(line: Caption, by: float) -> Caption:
    words = tuple(w.model_copy(update={"start": w.start + by, "end": w.end + by}) for w in line.words)
    return line.model_copy(update={"start": line.start + by, "end": line.end + by, "words": words})


def clean_long(text: str) -> str:
    """Return text of any length cleaned, word by word."""
    return " ".join(kept for word in text[:_MOST_TEXT].split() if (kept := clean(word)))


def reply_of(captions: Sequence[Caption], body: str) -> Reply:
    """Return the reply in ``body``, a JSON document, whose timed lines were read already.

    Raises BadSubtitles for what is no answer at all.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as bad:
        raise BadSubtitles("it is not valid JSON") from bad
    if not isinstance(found, dict) or not isinstance(found.get("text", ""), str):
        raise BadSubtitles('its JSON has no "text"')
    language = found.get("language")
    name = language.casefold() if isinstance(language, str) else ""
    code = name if len(name) == 2 else _NAMES.get(name)
    return Reply(found.get("text", ""), tuple(captions), code)
