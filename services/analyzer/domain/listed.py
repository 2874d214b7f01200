"""Transcripts as JSON in the shapes of speech programs: ours, Whisper's, OpenAI's, WhisperX's, whisper.cpp's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services.analyzer.domain.refusing import MAX_EVENTS, MAX_LINE, MAX_SECONDS, BadSubtitles
from services.analyzer.domain.sentences import lines_of
from shared.contracts.speech import Caption, Word

MAX_WORDS = 400_000
_LISTS = ("captions", "segments", "chunks", "transcription", "cues")


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class _Said(_Loose):
    text: str = Field(max_length=MAX_LINE, validation_alias=AliasChoices("text", "word", "punctuated_word"))
    start: float | None = Field(default=None, ge=0, lt=MAX_SECONDS)
    end: float | None = Field(default=None, ge=0, lt=MAX_SECONDS)
    confidence: float | None = Field(default=None, validation_alias=AliasChoices("confidence", "probability", "score"))


class _Line(_Said):
    start: float = Field(ge=0, lt=MAX_SECONDS)
    words: list[_Said] | None = Field(default=None, max_length=MAX_LINE)


_LINES: TypeAdapter[list[_Line]] = TypeAdapter(list[_Line])
_WORDS: TypeAdapter[list[_Said]] = TypeAdapter(list[_Said])


def read_json(text: str) -> list[Caption]:
    """Return the lines as they stand in the document. Raises BadSubtitles."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as bad:
        raise BadSubtitles("it is not valid JSON") from bad
    if isinstance(found, dict) and isinstance(found.get("transcript"), dict):
        found = found["transcript"]
    try:
        return list(_read(found))
    except ValidationError as bad:
        first = bad.errors(include_input=False, include_url=False)[0]
        raise BadSubtitles(f"line {'.'.join(map(str, first['loc']))}: {first['msg']}") from bad


def _read(found: Any) -> Iterator[Caption]:
    words = found.get("words") if isinstance(found, dict) else None
    lines = next((found[key] for key in _LISTS if isinstance(found.get(key), list)), None) if _is_map(found) else found
    if not isinstance(lines, list):
        if not isinstance(words, list):
            raise BadSubtitles('its JSON is neither a list of lines nor has it "captions", "segments" or "words"')
        yield from lines_of(_words(_checked(words, MAX_WORDS), 0.0, MAX_SECONDS))
        return
    spoken = _WORDS.validate_python(words[:MAX_WORDS]) if isinstance(words, list) else []
    for line in _LINES.validate_python([_flat(one) for one in _checked(lines, MAX_EVENTS)]):
        end = line.end if line.end is not None else line.start
        own = line.words if line.words is not None else [w for w in spoken if _within(w, line.start, end)]
        yield Caption(text=line.text, start=line.start, end=end, words=_words(own, line.start, end))


def _is_map(found: Any) -> bool:
    return isinstance(found, dict)


def _checked(found: Sequence[Any], most: int) -> Sequence[Any]:
    if len(found) > most:
        raise BadSubtitles(f"it has more than {most} lines of speech")
    return found


def _flat(line: Any) -> Any:
    """Return the line with its times as ``start`` and ``end`` in seconds, wherever its program puts them."""
    if not isinstance(line, dict):
        return line
    times, offsets = line.get("timestamp"), line.get("offsets")
    if isinstance(times, list) and len(times) == 2:
        return {**line, "start": times[0], "end": times[1]}
    if isinstance(offsets, dict) and all(isinstance(offsets.get(key), int | float) for key in ("from", "to")):
        return {**line, "start": offsets["from"] / 1000, "end": offsets["to"] / 1000}
    return line


def _within(word: _Said, start: float, end: float) -> bool:
    if word.start is None:
        return False
    middle = (word.start + (word.end if word.end is not None else word.start)) / 2
    return start <= middle < end


def _words(found: Sequence[Any], start: float, end: float) -> tuple[Word, ...]:
    """Return the words; one without times lies between its neighbours'."""
    given = _WORDS.validate_python(found) if found and not isinstance(found[0], _Said) else found
    words: list[Word] = []
    at = start
    for number, word in enumerate(given):
        begins = at if word.start is None else word.start
        behind = next((w.start for w in given[number + 1 : number + 9] if w.start is not None), end)
        ends = max(begins, min(behind, begins + 1.0)) if word.end is None else word.end
        words.append(Word(text=word.text, start=begins, end=ends, confidence=word.confidence))
        at = ends
    return tuple(words)
