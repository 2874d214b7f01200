"""What people say while they think, by language, and the small words by which a language is known.

``SOUNDS`` are never anything else. ``PHRASES`` mean something too: they are fillers only where they stand by
themselves, between commas or pauses. ``SMALL`` are the words that carry a sentence and say nothing: said twice, one
is a stumble.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final


def _all(words: str) -> frozenset[str]:
    return frozenset(words.split("|"))


SOUNDS: Final[dict[str, frozenset[str]]] = {
    "en": _all("um|uh|uhm|erm|er|hm|mm|ehm|em|ah|uhh"),
    "de": _all("äh|ähm|öh|öhm|hm|ehm|mhm|hmja|naja"),
    "es": _all("eh|em|ehm|mm|uh|ah|ejem"),
    "fr": _all("euh|heu|hum|hm|bah|beh|hein|mm"),
    "it": _all("ehm|eh|uhm|mm|beh|mah"),
    "pt": _all("hã|ã|ahn|hum|eh|ehm|né|uh"),
    "nl": _all("eh|ehm|uh|uhm|hm"),
    "pl": _all("yyy|eee|ym|em|hm"),
}
PHRASES: Final[dict[str, frozenset[str]]] = {
    "en": _all("you know|i mean|like|sort of|kind of|you see|so yeah|okay so|basically"),
    "de": _all("sozusagen|halt|quasi|weißt du|sag ich mal|also|ne|irgendwie"),
    "es": _all("o sea|pues|este|bueno|digamos|sabes"),
    "fr": _all("tu vois|du coup|genre|en fait|quoi|ben|voilà|tu sais"),
    "it": _all("cioè|tipo|insomma|diciamo|allora"),
    "pt": _all("tipo|assim|então|sabe|quer dizer"),
    "nl": _all("zeg maar|weet je|nou|eigenlijk"),
    "pl": _all("no|wiesz|jakby|prawda"),
}
SMALL: Final[dict[str, frozenset[str]]] = {
    "en": _all("the|a|an|i|you|he|we|they|it|is|are|was|and|or|but|to|of|in|on|at|for|with|if|this|my|so|what|then"),
    "de": _all("der|die|das|ein|eine|ich|du|er|wir|sie|es|ist|sind|war|und|oder|aber|zu|von|in|auf|mit|wenn|nicht"),
    "es": _all("el|la|los|las|un|una|yo|tú|nosotros|es|son|era|y|o|pero|a|de|en|con|para|por|que|si|mi|lo"),
    "fr": _all("le|la|les|un|une|je|tu|il|on|c'est|est|et|ou|mais|à|de|en|dans|avec|pour|que|si|mon|ce"),
    "it": _all("il|lo|la|i|gli|un|una|io|tu|noi|è|sono|e|o|ma|a|di|in|con|per|che|se|mio|questo"),
    "pt": _all("o|a|os|as|um|uma|eu|você|nós|é|são|e|ou|mas|de|em|com|para|por|que|se|meu|isso"),
    "nl": _all("de|het|een|ik|jij|hij|wij|is|zijn|was|en|of|maar|te|van|in|op|met|als|niet|dat"),
    "pl": _all("ja|ty|on|my|to|jest|są|i|albo|ale|do|z|w|na|że|nie|się|co|jak|tak"),
}
DEFAULT: Final = "en"
_NO_LETTERS = re.compile(r"[^\w'’]+")
_RUN = re.compile(r"(.)\1+")


def plain(text: str) -> str:
    """Return a word without case and punctuation."""
    return _NO_LETTERS.sub("", text).casefold().replace("’", "'").strip("'_")


def drawn_in(text: str) -> str:
    """Return a plain word with every drawn-out letter once: ``ummm`` and ``um`` are one sound."""
    return _RUN.sub(r"\1", text)


def language_of(words: Iterable[str], told: str | None) -> str:
    """Return the language of plain ``words``: the one told, if known here, else by the small words among them."""
    code = (told or "").casefold()[:2]
    if code in SMALL:
        return code
    said = [word for _, word in zip(range(2000), words, strict=False)]
    counts = {name: sum(word in small for word in said) for name, small in SMALL.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] * 8 >= len(said) and counts[best] else DEFAULT
