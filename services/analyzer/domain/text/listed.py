"""Transcripts as JSON in the shapes of speech programs: ours, Whisper's and its kin, and what ``foreign`` knows."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from services.analyzer.domain.text.foreign import usual
from services.analyzer.domain.text.refusing import MAX_EVENTS, MAX_LINE, MAX_SECONDS, BadSubtitles
from services.analyzer.domain.text.sentences import lines_of
from shared.contracts.speech import Caption, Word

MAX_WORDS = 400_000
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d{1,6})?)")
_LISTS = ("captions", "segments", "chunks", "transcription", "cues")


def _seconds(told: Any) -> Any:
    """Return a time that is written as a clock (``00:01:02,500``) in seconds; all else as it is."""
    found = _CLOCK.fullmatch(told.strip()) if isinstance(told, str) else None
    if found is None:
        return told
    hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


Seconds = Annotated[float, BeforeValidator(_seconds)]


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class _Said(_Loose):
    text: str = Field(
        max_length=MAX_LINE, validation_alias=AliasChoices("text", "word", "punctuated_word", "content", "transcript")
    )
    start: Seconds | None = Field(default=None, gt=-MAX_SECONDS, lt=MAX_SECONDS)
    end: Seconds | None = Field(default=None, gt=-MAX_SECONDS, lt=MAX_SECONDS)
    confidence: float | None = Field(default=None, validation_alias=AliasChoices("confidence", "probability", "score"))


class _Line(_Said):
    start: Seconds = Field(gt=-MAX_SECONDS, lt=MAX_SECONDS)
    words: list[_Said] | None = Field(default=None, max_length=MAX_LINE)


_LINES: TypeAdapter[list[_Line]] = TypeAdapter(list[_Line])
_WORDS: TypeAdapter[list[_Said]] = TypeAdapter(list[_Said])


def read_json(text: str) -> list[Caption]:
    """Return the lines as they stand in the document. Raises BadSubtitles."""
    found = _loaded(text)
    if isinstance(found, dict) and isinstance(found.get("transcript"), dict):
        found = found["transcript"]
    try:
        return list(_read(usual(found)))
    except ValidationError as bad:
        first = bad.errors(include_input=False, include_url=False)[0]
        raise BadSubtitles(f"line {'.'.join(map(str, first['loc']))}: {first['msg']}") from bad


def _loaded(text: str) -> Any:
    """Return the document; one document a line is a list of them."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as bad:
        with contextlib.suppress(ValueError, RecursionError):
            rows = [json.loads(row) for row in text.splitlines()[: MAX_EVENTS + 1] if row.strip()]
            if len(rows) > 1 and all(isinstance(row, dict) for row in rows):
                return rows
        raise BadSubtitles("it is not valid JSON") from bad


def _read(found: Any) -> Iterator[Caption]:
    words = found.get("words") if isinstance(found, dict) else None
    lines = next((found[key] for key in _LISTS if isinstance(found.get(key), list)), None) if _is_map(found) else found
    if not isinstance(lines, list):
        if not isinstance(words, list):
            raise BadSubtitles('its JSON is neither a list of lines nor has it "captions", "segments" or "words"')
        yield from lines_of(_words(_checked(words, MAX_WORDS), 0.0, MAX_SECONDS))
        return
    spoken = _WORDS.validate_python(words[:MAX_WORDS]) if isinstance(words, list) else []
    for line in _LINES.validate_python([_flat(one) for one in _checked(lines, MAX_EVENTS) if not _mute(one)]):
        end = line.end if line.end is not None else line.start
        own = line.words if line.words is not None else [w for w in spoken if _within(w, line.start, end)]
        yield Caption(text=line.text, start=line.start, end=end, words=_words(own, line.start, end))


def _mute(line: Any) -> bool:
    """Whether an entry says nothing at all, as programs write for silence."""
    return isinstance(line, dict) and any(name in line and line[name] is None for name in ("text", "word", "content"))


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
    if "from" in line and "start" not in line:
        line = {**line, "start": line["from"], "end": line.get("to")}
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
