"""What a wish in words means, by a small grammar of English and German phrases; the chat's backend ``stub``."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from pydantic import ValidationError

from services.gateway.domain.chat.meanings import About
from services.gateway.domain.chat.phrases import RULES
from shared.contracts.chat import MOST_OPERATIONS, Operation

Step = Literal["undo", "redo"]
LONGEST = 500
"""Characters of a wish that the grammar looks at: patterns on longer texts would take their time."""
NOT_UNDERSTOOD = (
    "I did not understand that, and changed nothing. You can say: “make it 30 seconds”, “remove the part about"
    " pricing”, “remove segment 2”, “start with the funniest bit”, “move segment 3 to the start”, “put captions on"
    " top”, “add slow motion to segment 1”, “speed segment 2 up by 50 %”, “make it faster”, “make it square”, “split"
    " segment 1”, “undo” or “redo”."
)
_UNDO = re.compile(
    r"(?:undo|revert|go back|take (?:it|that) back)(?: (?:it|that|this|the last (?:one|change|edit|step)|please))?"
    r"|(?:mach (?:das|es|die letzte änderung) )?rückgängig(?: machen)?|zurücknehmen|nimm das zurück"
)
_REDO = re.compile(
    r"(?:redo|reapply)(?: (?:it|that|this|the last (?:one|change|edit|step)))?|(?:do|apply) (?:it|that) again"
    r"|wiederherstellen|stelle? (?:es|das) wieder her|wiederholen"
)
_BEFORE = re.compile(
    r"^(?:(?:hey|hi|hello|ok(?:ay)?|so|now|then|also|and|next|just|please|bitte|jetzt|dann|nun|und|mal)\b[, ]*"
    r"|(?:can|could|would|will) (?:you|we) (?:please )?|i (?:want|need|would like)(?: you)? to "
    r"|id like(?: you)? to |lets "
    r"|(?:kannst|könntest|würdest) du (?:bitte )?)+"
)
_AFTER = re.compile(r"(?:[, ]+(?:please|bitte|thanks|thank you|danke|for me|now))+$")
_THEN = re.compile(r"\s*(?:;|\.\s|\n|,? (?:and |und )?(?:then|dann|afterwards|danach) )\s*")
_AND = re.compile(r"\s*(?:,\s*(?:and |und )?|\s(?:and|und)\s)\s*")


def understood(wish: str, about: About) -> tuple[Operation, ...] | Step | None:
    """Return what the wish means; None when any part of it is not understood: half a wish is not done."""
    text = normal(wish)
    if not text or len(text) > LONGEST:
        return None
    if _UNDO.fullmatch(text):
        return "undo"
    if _REDO.fullmatch(text):
        return "redo"
    found: list[Operation] = []
    for clause in _THEN.split(text):
        part = _clause(normal(clause), about)
        if part is None:
            return None
        found += part
    return tuple(found) if 0 < len(found) <= MOST_OPERATIONS else None


def normal(wish: str) -> str:
    """Return the wish in lower case without courtesies, quotes and final marks."""
    text = unicodedata.normalize("NFKC", wish).casefold()
    text = re.sub(r"[“”„\"'`´’]", "", " ".join(text.split()))
    text = text.strip(" .!?…,;:")
    return _AFTER.sub("", _BEFORE.sub("", text)).strip(" .!?…,;:")


def _clause(text: str, about: About) -> list[Operation] | None:
    whole = _one(text, about)
    if whole is not None and not _AND.search(text):
        return [whole]
    parts = _parts(text, about)
    if parts is not None and len(parts) > 1:
        return parts
    return [whole] if whole is not None else None


def _parts(text: str, about: About) -> list[Operation] | None:
    """Return the operations of a clause that "and" joins, where each side means something by itself."""
    found: list[Operation] = []
    rest = ""
    for piece in _AND.split(text):
        rest = f"{rest} and {piece}" if rest else normal(piece)
        one = _one(rest, about)
        if one is not None:
            found.append(one)
            rest = ""
    return found if found and not rest else None


def _one(text: str, about: About) -> Operation | None:
    for pattern, means in RULES:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        try:
            operation = means(match, about)
        except (ValidationError, ValueError, IndexError):
            continue
        if operation is not None:
            return operation
    return None
