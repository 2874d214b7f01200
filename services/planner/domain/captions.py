"""Captions for a clip: lines broken where sense allows, long enough to be read, never outside the clip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest

from services.planner.domain.footage import Footage
from services.planner.domain.spans import Frames
from services.planner.domain.speech import Token
from services.planner.domain.vocabulary import JOINERS, LEANERS
from shared.contracts.speech import Caption, Word

LONGEST_LINE = 42
"""Characters a line."""
FASTEST = 20.0
"""Characters a second that can be read."""
SHORTEST = 1.0
"""Seconds that even a short line stands, where the pause after it has room."""
LEAST = 0.01
"""Seconds below which a line is none."""
PAUSE = 0.45
"""Seconds between words that part two lines."""


def captions_of(footage: Footage, frames: Frames) -> tuple[Caption, ...]:
    """Return the captions of what is said between the frames, in source seconds."""
    start, end = footage.grid.seconds(frames[0]), footage.grid.seconds(frames[1])
    indices = footage.spoken(*frames)
    lines: list[list[Token]] = []
    for _, group in groupby(indices, key=lambda i: footage.speech.sentence[i]):
        for part in _parted([_clamped(footage.speech.tokens[i], start, end) for i in group]):
            lines += _broken(part)
    return tuple(_timed(lines, end))


def _clamped(token: Token, start: float, end: float) -> Token:
    """Cuts lie on frames, words do not: a word may reach half a frame over the clip's end."""
    low, high = max(token.start, start), min(token.end, end)
    if (low, high) == (token.start, token.end):
        return token
    word = None if token.word is None else token.word.model_copy(update={"start": _ms(low), "end": _ms(high)})
    return Token(token.text, low, high, word)


def _ms(seconds: float) -> float:
    return round(seconds, 6)


def _parted(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Part at pauses, and cut long untimed lines into pieces that share their time by length."""
    part: list[Token] = []
    for token in tokens:
        if part and token.start - part[-1].end >= PAUSE:
            yield part
            part = []
        part += _pieces(token)
    if part:
        yield part


def _pieces(token: Token) -> list[Token]:
    """An untimed line word by word, its time shared by the words' lengths."""
    words = token.text.split()
    if token.word is not None or len(words) < 2:
        return [token]
    whole = sum(len(w) + 1 for w in words)
    at, result = 0, []
    for word in words:
        low = token.start + (token.end - token.start) * at / whole
        at += len(word) + 1
        result.append(Token(word, low, token.start + (token.end - token.start) * at / whole, None))
    return result


def _broken(tokens: list[Token]) -> list[list[Token]]:
    """Break into lines of at most ``LONGEST_LINE`` characters at the least total cost (shortest path over breaks)."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(tokens) + 1):
        options: list[tuple[float, int]] = []
        length = -1
        for start in range(end - 1, -1, -1):
            length += len(tokens[start].text) + 1
            if length > LONGEST_LINE and start < end - 1:
                break
            options.append((best[start][0] + _cost(tokens, start, end, length), start))
        best.append(min(options))
    lines: list[list[Token]] = []
    end = len(tokens)
    while end:
        start = best[end][1]
        lines.insert(0, tokens[start:end])
        end = start
    return lines


def _cost(tokens: Sequence[Token], start: int, end: int, length: int) -> float:
    """What a line costs: being a line at all, being uneven, being too fast, and the sense its end tears apart."""
    cost = 1.0 + ((LONGEST_LINE - length) / LONGEST_LINE) ** 2
    seconds = (tokens[end].start if end < len(tokens) else tokens[end - 1].end) - tokens[start].start
    if length > FASTEST * seconds:
        cost += 0.5
    if seconds < SHORTEST:
        cost += 0.5 * (SHORTEST - seconds)
    if end == len(tokens):
        return cost
    last, following = tokens[end - 1].text.casefold(), tokens[end].text.casefold()
    if last[-1] in ",;:，、；：–—":
        cost -= 0.6
    elif last in LEANERS or last in JOINERS:
        cost += 0.8
    elif following.strip("\"'“„") in JOINERS:
        cost -= 0.3
    return cost


def _timed(lines: Sequence[list[Token]], end: float) -> Iterator[Caption]:
    """Let each line stand until it can be read, but not over the next one nor over the clip's end."""
    for line, after in zip_longest(lines, lines[1:]):
        text = " ".join(t.text for t in line)
        start, stop = line[0].start, max(t.end for t in line)
        limit = end if after is None else min(end, after[0].start)
        wanted = start + max(SHORTEST, len(text) / FASTEST)
        stop = min(max(stop, wanted), limit) if limit > start else stop
        words = tuple(t.word for t in line if t.word is not None)
        if stop - start >= LEAST:
            yield Caption(text=text, start=_ms(start), end=_ms(stop), words=_mended(words, stop))


def _mended(words: tuple[Word, ...], stop: float) -> tuple[Word, ...]:
    """Words in order, none over the next one's start nor over the line's end."""
    limits = [*(w.start for w in words[1:]), stop]
    return tuple(
        w if w.end <= limit else w.model_copy(update={"end": _ms(max(w.start, limit))})
        for w, limit in zip(words, limits, strict=False)
    )
