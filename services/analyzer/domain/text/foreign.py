"""JSON of speech services, brought into the shapes that Whisper made usual: a list of segments, or one of words.

Deepgram, AssemblyAI, Amazon Transcribe, Google Speech-to-Text, YouTube's json3, Bilibili, and what ``dictated`` knows.
What is none of them stays.
Nothing is checked here: the values are whatever stood in the file.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from services.analyzer.domain.text.dictated import dictated, maps
from services.analyzer.domain.text.refusing import BadSubtitles

_UNFINISHED = ("queued", "submitted", "processing", "running", "in_progress", "error", "failed")
_LONG_WORD_S, _LONG_LINE_S = 20.0, 300.0
"""No word and no line lasts as long: whole numbers that say so are milliseconds."""


def usual(found: Any) -> Any:
    """Return the document in a usual shape. Raises BadSubtitles for an order that has no words yet."""
    if not isinstance(found, dict):
        return _words_alone(found)
    if isinstance(found.get("response"), dict):
        found = found["response"]
    if not maps(found.get("words")) and str(found.get("status", "")).lower() in _UNFINISHED:
        raise BadSubtitles(f"it is no transcript yet: its status is {found['status']}")
    if not any(isinstance(found.get(name), list) for name in ("segments", "words")) and maps(
        found.get("word_segments")
    ):
        return {"words": found["word_segments"]}
    for reader in (dictated, _deepgram, _amazon, _google, _youtube):
        if (read := reader(found)) is not None:
            return read
    lines = found.get("utterances") or found.get("body")
    if isinstance(lines, list):
        return {"segments": _in_seconds(lines, _LONG_LINE_S)}
    if isinstance(words := found.get("words"), list) and not isinstance(found.get("segments"), list):
        return {**found, "words": _in_seconds(words, _LONG_WORD_S)}
    return found


def _words_alone(found: Any) -> Any:
    """Return a bare list of words as what it is."""
    if isinstance(found, list) and found and all(isinstance(one, dict) and "word" in one for one in found[:100]):
        return {"words": found}
    return found


def _deepgram(found: dict[str, Any]) -> Any:
    results = found.get("results")
    if not isinstance(results, dict):
        return None
    if isinstance(results.get("utterances"), list) and results["utterances"]:
        return {"segments": [_punctuated(one) for one in maps(results["utterances"])]}
    best = [(maps(channel.get("alternatives")) or [{}])[0] for channel in maps(results.get("channels"))]
    words = [word for one in best for word in _punctuated(one)["words"]]
    return {"words": sorted(words, key=lambda word: _number(word.get("start")))} if best else None


def _punctuated(one: dict[str, Any]) -> dict[str, Any]:
    words = [{**word, "word": word.get("punctuated_word") or word.get("word")} for word in maps(one.get("words"))]
    return {**one, "words": words}


def _amazon(found: dict[str, Any]) -> Any:
    results = found.get("results")
    items = results.get("items") if isinstance(results, dict) else None
    if not isinstance(items, list):
        return None
    words: list[dict[str, Any]] = []
    for item in maps(items):
        said = (maps(item.get("alternatives")) or [{}])[0].get("content")
        if item.get("type") == "punctuation" and words and isinstance(said, str):
            words[-1]["word"] = f"{words[-1]['word']}{said}"
        elif isinstance(said, str):
            words.append({"word": said, "start": item.get("start_time"), "end": item.get("end_time")})
    return {"words": words}


def _google(found: dict[str, Any]) -> Any:
    results = found.get("results")
    if isinstance(results, dict):  # the second version: by the file that was listened to
        heard = [one["transcript"] for one in results.values() if isinstance(one, dict) and "transcript" in one]
        results = heard[0].get("results") if heard and isinstance(heard[0], dict) else None
    if not isinstance(results, list):
        return None
    best = [(maps(one.get("alternatives")) or [{}])[0] for one in maps(results)]
    words = [word for one in best for word in maps(one.get("words"))]
    return {"words": [{**w, "start": _google_time(w, "start"), "end": _google_time(w, "end")} for w in words]}


def _google_time(word: dict[str, Any], edge: str) -> Any:
    told = word.get(f"{edge}Time", word.get(f"{edge}Offset", word.get(f"{edge}_time")))
    if isinstance(told, dict):
        return _number(told.get("seconds", 0)) + _number(told.get("nanos", 0)) / 1e9
    return told.removesuffix("s") if isinstance(told, str) else told


def _youtube(found: dict[str, Any]) -> Any:
    events = found.get("events")
    if not isinstance(events, list) or "wireMagic" not in found:
        return None
    return {"segments": [line for event in maps(events) for line in _youtube_line(event)]}


def _youtube_line(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    pieces, start = maps(event.get("segs")), _number(event.get("tStartMs"))
    text = "".join(str(piece.get("utf8", "")) for piece in pieces)
    if not text.strip():
        return
    words = [
        {"word": piece.get("utf8"), "start": (start + _number(piece.get("tOffsetMs"))) / 1000}
        for piece in pieces
        if str(piece.get("utf8", "")).strip()
    ]
    end = (start + _number(event.get("dDurationMs"))) / 1000
    yield {"text": text, "start": start / 1000, "end": end, "words": words if len(words) > 1 else None}


def _in_seconds(found: Sequence[Any], longest: float) -> list[Any]:
    """Return entries with times in seconds; whole numbers that would last for ever are milliseconds."""
    lengths = [one["end"] - one["start"] for one in maps(found) if _whole(one.get("start")) and _whole(one.get("end"))]
    if not lengths or statistics.median(lengths) <= longest:
        return list(found)
    return [_scaled(one) if isinstance(one, dict) else one for one in found]


def _scaled(one: dict[str, Any]) -> dict[str, Any]:
    times: dict[str, Any] = {edge: _number(one[edge]) / 1000 for edge in ("start", "end") if edge in one}
    within = {"words": [_scaled(word) for word in maps(one["words"])]} if isinstance(one.get("words"), list) else {}
    return {**one, **times, **within}


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return 0.0
