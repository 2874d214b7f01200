"""From captions in source seconds to pages in output frames. Pure.

A page is what stands on the screen at once: at most two lines. Words keep their times through spans and speed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from services.renderer.domain.breaking import drawn, pieces, width
from services.renderer.domain.overlapping import going_on
from services.renderer.domain.page import LEAST_FRAMES, Page, Token
from shared.contracts.layout import starts
from shared.contracts.speech import Caption
from shared.contracts.timeline import Clip
from shared.contracts.warp import output_at, stretches

MAX_PAGES = 20_000


def pages(clips: Sequence[Clip], rate: str, line_width: float, most_words: int = 100) -> tuple[Page, ...]:
    """Return the pages of an edit in order, never two at once. ``line_width`` is how many ems fit in one line.

    A page that goes on behind another which came over it comes back. What runs backwards says nothing.
    """
    found: list[Page] = []
    for clip, first in zip(clips, starts(clips), strict=True):
        for caption in () if clip.reverse else clip.captions:
            found += _caption_pages(caption, clip, first, Fraction(rate), line_width, most_words)
    found.sort(key=lambda page: (page.start, page.end))
    return tuple(_one_at_a_time(going_on(_together(found, rate), _least(rate), MAX_PAGES), clips, rate))[:MAX_PAGES]


def _caption_pages(
    caption: Caption, clip: Clip, first: int, rate: Fraction, line_width: float, most_words: int
) -> list[Page]:
    timed = any(drawn(word.text) for word in caption.words)
    tokens = (_worded if timed else _spread)(caption, clip, first, rate)
    if not tokens:
        return []
    tokens = [part for token in tokens for part in _broken(token, line_width)]
    last = _place(Fraction(str(caption.end)), clip, first, rate)
    groups = [
        part
        for group in _grouped(tokens, 2 * line_width * 0.9)
        for part in (group[i : i + most_words] for i in range(0, len(group), most_words))
    ]
    ends = [group[0].start for group in groups[1:]] + [max(last, groups[-1][-1].end)]
    return [
        Page(group[0].start, end, _laid(group, line_width), timed=timed)
        for group, end in zip(groups, ends, strict=True)
    ]


def _place(at: Fraction, clip: Clip, first: int, rate: Fraction) -> int:
    way = stretches(clip.source_end - clip.source_start, Fraction(clip.speed), clip.warp)
    frame = round(output_at(way, at - clip.source_start) * rate)
    return first + min(max(frame, 0), clip.frames)


def _worded(caption: Caption, clip: Clip, first: int, rate: Fraction) -> list[Token]:
    glued = len(caption.words) > 1 and not any(c.isspace() for c in caption.text.strip())
    tokens: list[Token] = []
    for word in caption.words:
        begin, end = Fraction(str(word.start)), Fraction(str(word.end))
        if not clip.source_start <= (begin + end) / 2 < clip.source_end or not drawn(word.text):
            continue
        start = max(_place(begin, clip, first, rate), tokens[-1].start if tokens else 0)
        tokens.append(Token(word.text.strip(), start, max(_place(end, clip, first, rate), start), glued))
    return tokens


def _spread(caption: Caption, clip: Clip, first: int, rate: Fraction) -> list[Token]:
    """Words without times: the whole line's, spread by their length; none when the clip shows too little of it."""
    start = _place(Fraction(str(caption.start)), clip, first, rate)
    end = _place(Fraction(str(caption.end)), clip, first, rate)
    words = [word for word in caption.text.split() if drawn(word)]
    total = sum(width(word) for word in words)
    if end - start < LEAST_FRAMES or not total:
        return []
    tokens: list[Token] = []
    done = 0.0
    for word in words:
        begin = start + round((end - start) * done / total)
        done += width(word)
        tokens.append(Token(word, begin, start + round((end - start) * done / total)))
    return tokens


def _broken(token: Token, line_width: float) -> list[Token]:
    """Cut a word that is wider than a line; its time is shared among the parts by their widths."""
    parts, done = pieces(token.text, line_width), 0.0
    whole = width(token.text) or 1.0
    broken: list[Token] = []
    for text in parts:
        ends = [token.start + round((token.end - token.start) * share / whole) for share in (done, done + width(text))]
        done += width(text)
        broken.append(replace(token, text=text, start=ends[0], end=ends[1], glued=token.glued or bool(broken)))
    return broken


def _laid(group: Sequence[Token], line_width: float) -> tuple[Token, ...]:
    """Say where the lines of a page end that is written without spaces; at spaces they are broken when drawn."""
    if not any(token.glued for token in group[1:]):
        return tuple(group)
    lines = _grouped(group, line_width)
    return tuple(replace(token, below=i == 0 and n > 0) for n, line in enumerate(lines) for i, token in enumerate(line))


def _grouped(tokens: Sequence[Token], room: float) -> list[list[Token]]:
    total = _wide(tokens)
    share = total / -(-total // room)
    groups: list[list[Token]] = [[]]
    filled = 0.0
    for token in tokens:
        size = _wide([token])
        if groups[-1] and (filled + size / 2 > share * len(groups) or _wide(groups[-1]) + size > room):
            groups.append([])
        groups[-1].append(token)
        filled += size
    return groups


def _wide(tokens: Sequence[Token]) -> float:
    return sum(width(token.text) + (0.0 if token.glued else 0.3) for token in tokens)


def _together(ordered: Sequence[Page], rate: str) -> list[Page]:
    """Put what two people say at once below each other: the first would hardly be seen before the second came."""
    least, found = _least(rate), list[Page]()
    for page in ordered:
        last = found[-1] if found else None
        if last and page.start - last.start < least <= last.end - page.start:
            below = replace(page.tokens[0], below=True)
            tokens = (*last.tokens, below, *page.tokens[1:])
            both = last.timed and page.timed
            found[-1] = replace(last, end=max(last.end, page.end), tokens=tokens, timed=both)
        else:
            found.append(page)
    return found


def _least(rate: str) -> int:
    return max(LEAST_FRAMES, round(Fraction(rate) / 4))


def _one_at_a_time(ordered: Sequence[Page], clips: Sequence[Clip], rate: str) -> Iterable[Page]:
    total = sum(c.frames for c in clips) - sum(c.transition_in.frames for c in clips if c.transition_in)
    least = _least(rate)
    for i, page in enumerate(ordered):
        following = ordered[i + 1].start if i + 1 < len(ordered) else total
        end = min(max(page.end, page.start + least), following, total)
        if end > page.start:
            yield replace(page, end=end)
