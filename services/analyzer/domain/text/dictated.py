"""JSON of more speech services as a list of words: Vosk, IBM Watson, Rev AI, Speechmatics.

Nothing is checked here: the values are whatever stood in the file.
"""

from __future__ import annotations

from typing import Any

Word = dict[str, Any]


def dictated(found: dict[str, Any]) -> dict[str, list[Word]] | None:
    """Return the words of a document of one of these services, None of any other."""
    for reader in (_vosk, _watson, _rev, _speechmatics):
        if words := reader(found):
            return {"words": words}
    return None


def _vosk(found: dict[str, Any]) -> list[Word]:
    return [word for word in maps(found.get("result")) if "word" in word]


def _watson(found: dict[str, Any]) -> list[Word]:
    best = [(maps(one.get("alternatives")) or [{}])[0].get("timestamps") for one in maps(found.get("results"))]
    rows = [row for rows in best if isinstance(rows, list) for row in rows]
    return [{"word": row[0], "start": row[1], "end": row[2]} for row in rows if isinstance(row, list) and len(row) == 3]


def _rev(found: dict[str, Any]) -> list[Word]:
    words: list[Word] = []
    for element in (e for one in maps(found.get("monologues")) for e in maps(one.get("elements"))):
        said = element.get("value")
        if element.get("type") == "text":
            words.append({"word": said, "start": element.get("ts"), "end": element.get("end_ts")})
        elif element.get("type") == "punct":
            _append(words, said)
    return words


def _speechmatics(found: dict[str, Any]) -> list[Word]:
    words: list[Word] = []
    for item in maps(found.get("results")):
        said = (maps(item.get("alternatives")) or [{}])[0].get("content")
        if item.get("type") == "word" and "start_time" in item:
            words.append({"word": said, "start": item["start_time"], "end": item.get("end_time")})
        elif item.get("type") == "punctuation":
            _append(words, said)
    return words


def _append(words: list[Word], mark: object) -> None:
    if words and isinstance(mark, str) and mark.strip():
        words[-1]["word"] = f"{words[-1]['word']}{mark.strip()}"


def maps(found: Any) -> list[dict[str, Any]]:
    """Return the members of a list that are maps; nothing of what is no list."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
