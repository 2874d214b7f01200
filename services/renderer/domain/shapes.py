"""Whose shapes the characters have that China, Japan and Korea share. Pure.

Unicode gives 直 or 骨 one code point for all; our font has the shapes of each as ``locl`` (OpenType 1.9, feature
registry), which HarfBuzz chooses by the language of the text. libass takes that language from the head of a script and
keeps two letters of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.contracts.timeline import Timeline

TRADITIONAL = "za"
"""Our font has the traditional shapes under the tag of Zhuang too, as no two letters name traditional Chinese."""
LEAST_KANA = 0.05
"""Share of kana among the East Asian characters of Japanese, at least; it is a third and more of usual text."""


def language(timeline: Timeline) -> str:
    """Return what a script has to say for its language so that the film's texts get their shapes; empty: nothing."""
    return of_texts(_texts(timeline))


def of_texts(texts: Iterable[str]) -> str:
    """Return ``ja``, ``ko``, ``zh`` or ``za`` (traditional Chinese) after what is written; empty for other writings."""
    kana = hangul = plain = traditional = simplified = 0
    for character in (c for text in texts for c in text if c >= "\u1100"):
        if "\u3041" <= character <= "\u30fa":
            kana += 1
        elif "\uac00" <= character <= "\ud7a3" or "\u1100" <= character <= "\u11ff":
            hangul += 1
        elif "\u3400" <= character <= "\u9fff":
            plain += 1
            here, there = _in(character, "gb2312"), _in(character, "big5")
            traditional += there and not here
            simplified += here and not there
    if kana and kana >= LEAST_KANA * (kana + hangul + plain) and kana >= hangul:
        return "ja"
    if hangul:
        return "ko"
    if not plain:
        return ""
    return TRADITIONAL if traditional > simplified else "zh"


def _in(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _texts(timeline: Timeline) -> Iterator[str]:
    yield from (caption.text for clip in timeline.video for caption in clip.captions)
    yield from (overlay.text.text for overlay in timeline.overlays if overlay.text)
