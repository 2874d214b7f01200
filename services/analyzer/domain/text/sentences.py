"""Words as sentences, paragraphs and lines: by punctuation where there is any, else by pauses."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from shared.contracts.speech import Caption, Paragraph, Sentence, Word

BREATH_S = 0.7
"""A pause that ends a sentence where nobody wrote punctuation."""
LONG_S = 2.0
"""A pause that ends a sentence whatever is written."""
PARAGRAPH_S = 1.5
_MOST_WORDS = 60
_PARAGRAPH_WORDS = 120
_PARAGRAPH_BREATH_S = 0.6
_BROKEN, _BROKEN_S = ("-", "–", "—"), 0.3
_LINE_LETTERS, _LINE_S = 84, 7.0
_END = re.compile(r"[.!?…。！？؟।]+[\"'”’»)\]]*$")
_STRONG = re.compile(r"[!?…。！？؟।]")
_ABBREVIATION = re.compile(
    r"^[\"'(“‘«]*(?:[A-Za-zÀ-ÿ]|[a-zA-Z](?:\.[a-zA-Z])+|mr|mrs|ms|dr|prof|st|vs|etc|no|bzw|usw|ca|nr|sr|sra|approx|inc|ltd|"
    r"jan|feb|aug|sept|oct|nov|dec|min|max)\.$",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"^\d{1,4}\.$")
Ranges = list[tuple[int, int]]


def sentence_ranges(words: Sequence[Word]) -> Ranges:
    """Return (first, behind the last) word of each sentence; every word is in one."""
    ended = sum(bool(_END.search(word.text)) for word in words)
    written = ended * _MOST_WORDS >= len(words) or ended > 1
    breath = LONG_S if written else BREATH_S
    found: Ranges = []
    first = 0
    for number, word in enumerate(words, 1):
        following = words[number] if number < len(words) else None
        if following is None or following.start - word.end >= breath or (written and _ends(word, following)):
            found.extend(_parted(words, first, number))
            first = number
    return found


def _ends(word: Word, following: Word) -> bool:
    if not _END.search(word.text):
        return word.text.endswith(_BROKEN) and following.start - word.end >= _BROKEN_S
    if _STRONG.search(word.text):
        return True
    if _ABBREVIATION.match(word.text) or _ORDINAL.match(word.text):
        return following.start - word.end >= BREATH_S and following.text[:1].isupper()
    return not following.text[:1].islower()


def _parted(words: Sequence[Word], first: int, last: int) -> Ranges:
    """Part a run of words that is too long for a sentence at its longest pauses."""
    if last - first <= _MOST_WORDS:
        return [(first, last)]
    margin = _MOST_WORDS // 6
    middle = range(first + margin, last - margin)
    at = max(middle, key=lambda i: (words[i].start - words[i - 1].end, -abs(i - (first + last) / 2)))
    return [*_parted(words, first, at), *_parted(words, at, last)]


def sentences(words: Sequence[Word]) -> tuple[Sentence, ...]:
    """Return the sentences."""
    return tuple(
        Sentence(
            text=" ".join(word.text for word in words[a:b]),
            start=words[a].start,
            end=max(word.end for word in words[a:b]),
        )
        for a, b in sentence_ranges(words)
    )


def paragraphs(found: Sequence[Sentence]) -> tuple[Paragraph, ...]:
    """Return paragraphs: a long pause begins one, and a breath where the one before has grown long."""
    firsts, count = [0], 0
    for number, (before, after) in enumerate(itertools.pairwise(found), 1):
        count += len(before.text.split())
        gap = after.start - before.end
        if gap >= PARAGRAPH_S or (count >= _PARAGRAPH_WORDS and gap >= _PARAGRAPH_BREATH_S):
            firsts.append(number)
            count = 0
    return tuple(
        Paragraph(start=found[a].start, end=found[b - 1].end, first=a, last=b - 1)
        for a, b in itertools.pairwise([*firsts, len(found)])
        if b > a
    )


def words_in(captions: Iterable[Caption]) -> list[Word]:
    """Return the words of all lines, in order."""
    return [word for line in captions for word in line.words]


def lines_of(words: Sequence[Word]) -> list[Caption]:
    """Return words as lines to be read: of one sentence each, of at most 84 letters and 7 seconds."""
    lines: list[Caption] = []
    for first, last in sentence_ranges(words):
        row: list[Word] = []
        for word in words[first:last]:
            letters = sum(len(one.text.strip()) + 1 for one in row) + len(word.text)
            if row and (letters > _LINE_LETTERS or word.end - row[0].start > _LINE_S):
                lines.append(_line(row))
                row = []
            row.append(word)
        lines.append(_line(row))
    return lines


def _line(words: Sequence[Word]) -> Caption:
    text = " ".join(word.text.strip() for word in words)
    return Caption(text=text, start=words[0].start, end=max(w.end for w in words), words=tuple(words))
