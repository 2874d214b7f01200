"""Pieces of the patterns by which wishes are recognised, in English and German."""

from __future__ import annotations

REMOVE = (
    r"(?:remove|delete|drop|cut(?: out| off| away)?|skip|lose|get rid of|take (?:out|off)|trim(?: off| away)?"
    r"|chop(?: off)?|entfern(?:e|en)?|lösch(?:e|en)?|schneid(?:e|en)?(?: raus| weg)?|streich(?:e|en)?|nimm)"
)
OUT = r"(?: out| away| off| raus| weg| heraus)?"
IT = (
    r"(?:it|this|that|everything|all|the (?:whole )?(?:thing|video|edit|film|movie|cut|clip)|es"
    r"|das(?: ganze)?(?: video)?|alles|den film|das video)"
)
THE = r"(?:the |a |an |some |all |any |all the |die |den |das |der |dem |alle |einen |ein |eine )?"
CAPTIONS = r"(?:captions?|subtitles?|subs|untertitel)"
PART = (
    r"(?:parts?|bits?|sections?|stuff|segments?|scenes?|passages?|moments?|clips?|teile?n?|stellen?|szenen?|everything"
    r"|anything|all|alles|abschnitte?)"
)
ABOUT = (
    r"(?:about|on|mentioning|regarding|concerning|with|over|über|zu|von|mit"
    r"|(?:where|in which|when|wo|in dem|in denen|in der) \w+(?: \w+)? ?(?:talks?|talk(?:s|ed|ing)?|speaks?|spoke|says?"
    r"|said|mentions?|mentioned|discuss(?:es|ed)?)? ?(?:about|of|on|over|über|von)?)"
)
SHAPE = (
    r"(?:\d{1,3}\s*[:x/]\s*\d{1,3}|vertical|portrait|hochformat|hochkant|square|quadratisch|landscape|widescreen"
    r"|horizontal|querformat|(?:for|für) (?:tiktok|(?:instagram )?(?:reels?|stories)|(?:youtube )?shorts|youtube))"
)
START_OR_END = r"(?:start|beginning|front|end|first|last|opening|close|anfang|ende|schluss|vorne|hinten)"
FASTER = (
    r"(?:faster|snappier|tighter|quicker|punchier|energetic|dynamic|schneller|flotter|fast(?:er)? pace"
    r"|quick(?:er)? cuts|faster cuts)"
)
CALMER = r"(?:slower|calmer|calm|relaxed|breathe|slow(?:er)? pace|ruhiger|langsamer)"
A_BIT = r"(?:(?:a bit|a little|much|way|etwas|viel|noch) )?(?:more )?"
