"""The phrases that are understood without a model: a table of patterns and what they mean."""

from __future__ import annotations

import re

from services.gateway.domain.chat import meanings as meaning
from services.gateway.domain.chat.meanings import Means, places
from services.gateway.domain.chat.numbers import CLIP, NUMBER, PLACE, TIME, seconds
from services.gateway.domain.chat.vocabulary import (
    A_BIT,
    ABOUT,
    CALMER,
    CAPTIONS,
    FASTER,
    IT,
    OUT,
    PART,
    REMOVE,
    SHAPE,
    START_OR_END,
    THE,
)
from shared.contracts.chat import (
    KeepTopic,
    RemoveSegments,
    RemoveSpan,
    RemoveTopic,
    Reorder,
    SetDuration,
    SetPace,
)

_WHERE = rf"(?P<where>(?: (?:to|on|for|from|in|at|of|auf|zu|bei|von) (?:{PLACE}|{IT}|{THE}{CLIP}))?)"
_LONG = (
    r"(?:about |around |roughly |under |at most |max(?:imum|imal)? |exactly |etwa |ca\.? |höchstens |genau )?"
    rf"(?P<time>{TIME})"
)
_KIND = r"(?: (?:long|video|version|cut|edit|clip|lang|kurz|max|sein|dauern))*"
_SHORTEN = r"(?:make|cut|trim|shorten|get|bring|keep|reduce|turn|limit|kürze|schneide|mach)"
_ONLY = (
    r"(?:(?:keep|leave|show|use) (?:only|just|nothing but)|only(?: keep| show)?|just(?: keep)?|nur|behalte nur"
    r"|zeige? nur)"
)
_PLAY = r"(?:play|run|show|make|set|spiele?|mach)\b.{0,40}"
_AT_SPEED = (
    r"(?:twice as (?:fast|slow)|half (?:the )?speed|double (?:the )?speed|(?:normal|natural|original) speed"
    rf"|{NUMBER}\s*(?:x|times|fach)\b.{{0,12}}|doppelt so schnell"
    rf"|{NUMBER}\s*(?:%|percent|prozent) (?:faster|slower|schneller|langsamer))"
)
_SHAPING = (
    r"(?:(?:make|change|turn|set|switch|export|render|format|use|put|mach|ändere|exportiere?|i want)\b"
    r"(?: \w+){0,5} )?"
)
_MOVE = r"(?:move|put|bring|place|shift|verschiebe?|setze?|stelle?)"
_TO = r"(?:to|at|in|as|ans?|auf|nach|zum) (?:the |den |die )?(?:very )?"
_ORDERED = rf"(?: {IT}| them| {THE}{CLIP})?(?: (?:as|in|to|in the order|in dieser reihenfolge|in der reihenfolge))?:? "

TABLE: tuple[tuple[str, Means], ...] = (
    (rf"(?:\w+ ){{0,3}}?{THE}{CAPTIONS}(?: \w+){{0,5}}", meaning.captions),
    (rf"(?:\w+ ){{0,4}}(?:{CAPTIONS})", meaning.captions),
    (rf"(?:\w+ ){{0,3}}?{THE}(?:background )?(?:music|musik|song|soundtrack)(?: .{{0,40}})?", meaning.music),
    (
        rf"(?:add|apply|put|use|give|insert|füge|mach)(?: it| them)? {THE}(?P<what>.{{2,40}}?)"
        rf"(?: effects?| effekt| hinzu)?{_WHERE}",
        meaning.add_effect,
    ),
    (rf"{REMOVE} {THE}(?P<what>.{{2,40}}?){_WHERE}{OUT}", meaning.remove_effect),
    (
        rf"(?:speed|slow)(?: (?:{IT}|{PLACE}))?(?: up| down)(?: {PLACE}| {IT})?(?: (?:by|to|at) .{{1,20}})?",
        meaning.speed,
    ),
    (_PLAY + _AT_SPEED, meaning.speed),
    (rf"{_SHAPING}{SHAPE}(?: (?:video|format|ratio|version))?", meaning.ratio),
    (
        rf"{_SHORTEN}(?: {IT})?(?: down)?(?: (?:to|be|into|in|auf|zu))? ?(?: a| an| einen| ein)? ?{_LONG}{_KIND}",
        lambda m, _: SetDuration(seconds=seconds(m["time"])),
    ),
    (
        rf"(?:{IT} (?:should|must|has to|soll|muss)(?: be| last)?|(?:i |we )?(?:want|need)(?: {IT})?(?: to be)?"
        rf"|duration|length|länge|dauer)(?:\s*[:=]| of| to)? (?:a |an )?{_LONG}{_KIND}",
        lambda m, _: SetDuration(seconds=seconds(m["time"])),
    ),
    (
        rf"{REMOVE} (?:the |die |den )?(?P<side>first|last|final|ersten?|letzten?) (?P<time>{TIME}){OUT}",
        meaning.ends,
    ),
    (
        rf"{REMOVE} (?:everything |all |alles )?(?:after|nach) (?P<time>{TIME}){OUT}",
        lambda m, _: RemoveSpan(start=seconds(m["time"])),
    ),
    (
        rf"{REMOVE} (?:everything |all |alles )?(?:before|vor) (?P<time>{TIME}){OUT}",
        lambda m, _: RemoveSpan(start=0.0, end=seconds(m["time"])),
    ),
    (
        rf"{REMOVE} (?:everything |all |alles )?(?:from |between |von |zwischen )?(?P<start>{TIME}|\d+(?:\.\d+)?)"
        rf" ?(?:to|until|till|and|-|–|bis|und) ?(?P<end>{TIME}){OUT}",
        lambda m, _: RemoveSpan(start=_start(m["start"]), end=seconds(m["end"])),
    ),
    (rf"{REMOVE} (?P<where>{PLACE}){OUT}", lambda m, _: RemoveSegments(segments=places(m["where"]))),
    (rf"{_ONLY} {THE}(?:{PART} )?{ABOUT} {THE}(?P<topic>.+)", lambda m, _: KeepTopic(topic=m["topic"])),
    (rf"{REMOVE} {THE}{PART} {ABOUT} ?{THE}(?P<topic>.+?){OUT}", lambda m, _: RemoveTopic(topic=m["topic"])),
    (rf"(?:no|nothing) {PART}? ?(?:about|on|über) {THE}(?P<topic>.+)", lambda m, _: RemoveTopic(topic=m["topic"])),
    (
        r"(?P<where>start|begin|open|end|finish|close|beginne?|starte?|ende?) (?:it |das video )?(?:with|on|mit)"
        r" (?P<what>.+)",
        meaning.move,
    ),
    (
        rf"{_MOVE} (?P<what>.+?) (?P<where>{_TO}(?:{START_OR_END}|(?:place|position|number|stelle) \d+)"
        r"(?: place| position)?)",
        meaning.move,
    ),
    (
        rf"(?:swap|switch|exchange|tausche?) (?:{CLIP} )?(?P<one>\d+) (?:and|with|und|mit) (?:{CLIP} )?(?P<other>\d+)"
        r"(?: aus)?",
        meaning.swap,
    ),
    (
        r"(?:reverse|umgekehrte|invert) (?:the )?(?:order|reihenfolge)(?: of .+)?",
        lambda _, about: Reorder(order=tuple(range(about.segments, 0, -1)) or (1,)),
    ),
    (
        rf"(?:reorder|order|arrange|rearrange|play|sort|ordne|spiele?){_ORDERED}"
        r"(?P<order>\d+(?:\s*(?:,|and|then|und|dann)\s*\d+)+)",
        lambda m, _: Reorder(order=tuple(int(n) for n in re.findall(r"\d+", m["order"]))),
    ),
    (
        rf"(?:split|divide|cut|teile?|schneide?) (?P<where>{PLACE})(?P<at> (?:at|after|in|into|nach|bei).*|)",
        meaning.split,
    ),
    (rf"(?:(?:make|cut|keep|mach) )?(?:{IT} )?{A_BIT}{FASTER}", lambda *_: SetPace(pace="fast")),
    (rf"(?:(?:make|cut|keep|mach) )?(?:{IT} )?{A_BIT}{CALMER}", lambda *_: SetPace(pace="calm")),
)
RULES = tuple((re.compile(pattern), means) for pattern, means in TABLE)
"""Tried in their order; what a rule means may be None: then the next ones are tried."""


def _start(text: str) -> float:
    return seconds(text) if re.search(r"[:a-z]", text) else float(text)
