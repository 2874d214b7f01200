"""From a phrase that was recognised to the operation that it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.gateway.domain.chat.numbers import NUMBER, PLACE, TIME, number, seconds
from services.gateway.domain.chat.numbers import places as places_in
from services.gateway.domain.chat.vocabulary import ABOUT, PART, THE
from shared.contracts.chat import (
    AddEffect,
    ChangeMusic,
    Move,
    Operation,
    RemoveEffect,
    RemoveSpan,
    Reorder,
    SetCaptions,
    SetRatio,
    SetSpeed,
    Split,
)


@dataclass(frozen=True, slots=True)
class About:
    """What a phrase is about: how many ``segments`` there are, how long the edit plays, and the effects that exist."""

    segments: int
    seconds: float
    effects: Sequence[str] = ()


Means = Callable[[re.Match[str], About], Operation | None]
_FUNNY = r"(?:funni(?:est|er)|funny|most hilarious|most amusing|lustigste?n?|witzigste?n?|komischste?n?)"
_LOUD = r"(?:loudest|most (?:exciting|energetic)|lauteste?n?|spannendste?n?|energischste?n?)"
_POSITIONS = {
    "top": "top", "upper": "top", "above": "top", "up": "top", "oben": "top", "middle": "middle", "center": "middle",
    "centre": "middle", "mitte": "middle", "bottom": "bottom", "lower": "bottom", "below": "bottom", "down": "bottom",
    "unten": "bottom",
}  # fmt: skip
_POSITION = "|".join(_POSITIONS)
_SHAPES = (
    (r"vertical|portrait|hochformat|hochkant|tiktok|reels?|shorts|stor(?:y|ies)", "9:16"),
    (r"square|quadrat(?:isch)?", "1:1"),
    (r"landscape|widescreen|horizontal|querformat|youtube", "16:9"),
)
KNOWN_SHAPES = frozenset({"9:16", "16:9", "1:1", "4:5", "5:4", "4:3", "3:4", "3:2", "2:3", "21:9", "2:1", "1:2"})
_SPELLED = {"slow motion": "slowmo", "slow mo": "slowmo", "slow-mo": "slowmo", "zeitlupe": "slowmo", "zoom in": "zoom"}
KINDS = (
    (_FUNNY, "funniest"),
    (_LOUD, "loudest"),
    (r"longest|längste?n?", "longest"),
    (r"shortest|kürzeste?n?", "shortest"),
)


def captions(match: re.Match[str], _: About) -> Operation:
    """Captions on or off, where, and in which style."""
    text = match[0]
    found = re.search(rf"\b({_POSITION})\b", text)
    style = re.search(r"\b(plain|boxed|highlight(?:ed)?|karaoke|pop|one[- ]word)\b", text)
    off = re.search(r"\b(off|no|without|hide|remove|disable|delete|aus|ohne|entfern\w*|weg|keine)\b", text)
    return SetCaptions.model_validate(
        {
            "shown": not off,
            "position": _POSITIONS[found[1]] if found and not off else None,
            "style": re.sub("[- ]", "_", style[1]).replace("highlighted", "highlight") if style and not off else None,
        }
    )


def music(match: re.Match[str], _: About) -> Operation:
    """The music louder, quieter or gone."""
    text = match[0]
    said = re.search(rf"({NUMBER})\s*(?:db|decibels?|dezibel)", text)
    by = number(said[1]) if said else 6.0
    if re.search(r"\b(no|mute|off|remove|without|aus|ohne|keine|stumm)\b", text):
        return ChangeMusic(gain_db=-60)
    down = re.search(r"\b(quieter|softer|down|lower|reduce|leiser|decrease)\b", text)
    return ChangeMusic(gain_db=-by if down else by)


def _effect_named(text: str, about: About) -> str | None:
    spoken = {**{name.replace("_", " "): name for name in about.effects}, **{n: n for n in about.effects}, **_SPELLED}
    found = [n for n in sorted(spoken, key=len, reverse=True) if re.search(rf"\b{re.escape(n)}\b", text)]
    return spoken[found[0]] if found else None


def add_effect(match: re.Match[str], about: About) -> Operation | None:
    """An effect on segments, where it is one."""
    name = _effect_named(match["what"], about)
    return AddEffect(name=name, segments=places(match["where"])) if name else None


def remove_effect(match: re.Match[str], about: About) -> Operation | None:
    """An effect off segments, where it is one."""
    name = _effect_named(match["what"], about)
    if name is None and not re.search(r"\beffe[ck]te?s?n?\b", match["what"]):
        return None
    return RemoveEffect(name=name or "", segments=places(match["where"]))


def speed(match: re.Match[str], _: About) -> Operation | None:
    """Faster or slower by times, by a share, or a little."""
    text = match[0]
    times = re.search(rf"({NUMBER})\s*(?:x|times|fach|mal)\b", text)
    percent = re.search(rf"({NUMBER})\s*(?:%|percent|prozent)", text)
    slower = bool(re.search(r"\b(slow|slower|langsamer|half|halbe[rm]?)\b", text))
    if times:
        factor = number(times[1])
        factor = 1 / factor if slower and factor > 1 else factor
    elif percent:
        share = number(percent[1]) / 100
        factor = 1 - share if slower else 1 + share
    elif re.search(r"\b(twice|double|doppelt\w*)\b", text):
        factor = 0.5 if slower else 2.0
    elif re.search(r"\b(half|halbe[rm]?)\b", text):
        factor = 0.5
    elif re.search(r"\b(normal|natural|original)\b", text):
        factor = 1.0
    else:
        factor = 0.8 if slower else 1.25
    if not 0.05 <= factor <= 20:
        return None
    where = re.search(PLACE, text)
    return SetSpeed(factor=round(factor, 4), segments=places(where[0] if where else None))


def ratio(match: re.Match[str], _: About) -> Operation | None:
    """The shape of the picture."""
    exact = re.search(r"\b(\d{1,3})\s*[:x/]\s*(\d{1,3})\b", match[0])
    if exact:
        shape = f"{int(exact[1])}:{int(exact[2])}"
        named = re.search(r"\b(?:ratio|format|shape)\b", match[0])  # else it may be a time
        return SetRatio(ratio=shape) if named or shape in KNOWN_SHAPES else None
    return next((SetRatio(ratio=shape) for words, shape in _SHAPES if re.search(rf"\b(?:{words})\b", match[0])), None)


def ends(match: re.Match[str], about: About) -> Operation | None:
    """The first or the last seconds out."""
    length = seconds(match["time"])
    if re.search(r"\b(last|final|letzten?)\b", match["side"]):
        return RemoveSpan(start=max(0.0, round(about.seconds - length, 3)))
    return RemoveSpan(start=0.0, end=length)


def move(match: re.Match[str], about: About) -> Operation | None:
    """A segment to another place."""
    what, where = match["what"], match["where"]
    to = -1 if re.search(r"\b(end|last|close|finish|schluss|ende|hinten)\w*", where) else 1
    exact = re.search(r"(?:place|position|number|stelle|nr\.?)\s*(\d+)", where)
    to = int(exact[1]) if exact else to
    named = re.fullmatch(rf"{PLACE}", what)
    if named:
        found = places_in(what)
        return Move(to=to, segment=found[0]) if len(found) == 1 else Reorder(order=found) if to == 1 else None
    for words, kind in KINDS:
        if re.search(rf"\b{words}\b", what):
            return Move.model_validate({"to": to, "kind": kind})
    topic = re.fullmatch(rf"{THE}{PART} {ABOUT} {THE}(.+)", what)
    return Move(to=to, topic=topic[1]) if topic else None


def swap(match: re.Match[str], about: About) -> Operation | None:
    """Two segments in each other's place."""
    one, other = int(match["one"]), int(match["other"])
    order = list(range(1, about.segments + 1))
    if not (1 <= one <= about.segments and 1 <= other <= about.segments):
        return Reorder(order=(one, other))
    order[one - 1], order[other - 1] = other, one
    return Reorder(order=tuple(order))


def split(match: re.Match[str], _: About) -> Operation:
    """A segment cut in two."""
    at = re.search(TIME, match["at"] or "")
    return Split(segment=places(match["where"])[0], at=seconds(at[0]) if at else None)


def places(text: str | None) -> tuple[int, ...]:
    """Return the segments that are named in the text, none where none is."""
    found = re.search(PLACE, text or "")
    return places_in(found[0]) if found else ()
