"""What is said again right behind: takes of one sentence, false starts, stumbles. The last one stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from difflib import SequenceMatcher

from shared.contracts.speech import Word

_LIKE, _SAME, _SAME_WORD = 0.78, 0.9, 0.6
_WITHIN_S = 20.0
_INTERJECTION = 4
_LONGEST_STUMBLE = 8
_BROKEN = ("-", "–", "—", "…", "...", ",")

Ranges = Sequence[tuple[int, int]]


def repeats(
    words: Sequence[Word], said: Sequence[str], filler: Sequence[bool], sentences: Ranges, small: Set[str]
) -> list[tuple[int, int]]:
    """Return (first, behind the last) of the words that are said again, in order, none overlapping.

    ``said``: the words without case and punctuation; ``filler``: which of them are no words; ``small``: those that
    carry a sentence and are never said twice on purpose.
    """
    found: list[tuple[int, int]] = []
    for first, last in sorted([*_takes(words, said, filler, sentences, small), *_stumbles(said, filler, small)]):
        if found and first < found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _takes(
    words: Sequence[Word], said: Sequence[str], filler: Sequence[bool], sentences: Ranges, small: Set[str]
) -> Iterator[tuple[int, int]]:
    kept = [[said[i] for i in range(a, b) if said[i] and not filler[i]] for a, b in sentences]
    for number, (first, last) in enumerate(sentences):
        broken = words[last - 1].text.endswith(_BROKEN)
        for later, like in ((number + 1, _LIKE), (number + 2, _SAME)):
            if later >= len(sentences) or words[sentences[later][0]].start - words[last - 1].end > _WITHIN_S:
                break
            if like == _SAME and len(kept[number + 1]) > _INTERJECTION:
                break
            if _begun(kept[number], kept[later], broken=broken) or _again(kept[number], kept[later], like, small):
                yield first, sentences[later - 1][1]
                break


def _begun(early: Sequence[str], late: Sequence[str], *, broken: bool) -> bool:
    """Tell whether ``early`` is how ``late`` begins."""
    return len(late) > len(early) >= (2 if broken else 3) and list(late[: len(early)]) == list(early)


def _again(early: Sequence[str], late: Sequence[str], like: float, small: Set[str]) -> bool:
    """Tell whether ``late`` says what ``early`` said, in nearly the same words.

    Another word in one's place makes another sentence, and no take, unless it is a small one or sounds like it.
    """
    if min(len(early), len(late)) < 3:
        return False
    matcher = SequenceMatcher(None, early, late, autojunk=False)
    if matcher.ratio() < like and not (early[0] == late[0] and _share(early, matcher) >= like):
        return False
    return not any(
        kind == "replace" and not _alike(early[a:b], late[c:d], small) for kind, a, b, c, d in matcher.get_opcodes()
    )


def _share(early: Sequence[str], matcher: SequenceMatcher[str]) -> float:
    """Return how much of what was said first is said again."""
    return sum(block.size for block in matcher.get_matching_blocks()) / len(early)


def _alike(early: Sequence[str], late: Sequence[str], small: Set[str]) -> bool:
    if small >= {*early, *late}:
        return True
    return SequenceMatcher(None, " ".join(early), " ".join(late), autojunk=False).ratio() >= _SAME_WORD


def _stumbles(said: Sequence[str], filler: Sequence[bool], small: Set[str]) -> Iterator[tuple[int, int]]:
    """Yield runs of words that are said twice in a row, fillers between them or not."""
    kept = [i for i in range(len(said)) if said[i] and not filler[i]]
    at = 0
    while at < len(kept):
        length = next((n for n in range(_LONGEST_STUMBLE, 0, -1) if _twice(said, kept, at, n, small)), 0)
        if length:
            yield kept[at], kept[at + length]
        at += length or 1


def _twice(said: Sequence[str], kept: Sequence[int], at: int, length: int, small: Set[str]) -> bool:
    first = [said[i] for i in kept[at : at + length]]
    second = [said[i] for i in kept[at + length : at + 2 * length]]
    if first != second:
        return False
    return len(set(first)) > 1 if length > 1 else first[0] in small
