"""Making a digest small enough for a model, in steps from what costs nothing to what costs most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from services.planner.domain.model.digest import Digest, Line, ShotLine
from services.planner.domain.model.tokens import tokens
from shared.contracts.brief import CompressionStep

LONGEST_LINE = 240
"""Characters up to which neighbouring sentences are merged."""
NEAR = 1.0
"""Seconds between sentences that are still neighbours."""
FIRST_WORDS, LAST_WORDS = 8, 4
"""Words that stay of a far part."""
FEWEST_SHOTS = 24
Item = TypeVar("Item", Line, ShotLine)


@dataclass(frozen=True, slots=True)
class Compressed:
    """``digest`` costs at most what was allowed; ``cost`` in tokens."""

    digest: Digest
    steps: tuple[CompressionStep, ...]
    cost: int


def cost(digest: Digest) -> int:
    """Return what the digest costs in a prompt: its items and a comma for each."""
    lines = sum(tokens(line.item()) + 1 for line in digest.lines)
    return lines + sum(tokens(shot.item()) + 1 for shot in digest.shots)


def compressed(digest: Digest, room: int) -> Compressed:
    """Return the digest within ``room`` tokens, which may leave nothing of it, and the steps that were needed."""
    steps: list[CompressionStep] = []
    left = cost(digest)
    for name, work in LADDER:
        if left <= room:
            break
        digest, dropped = work(digest, left - room)
        left = cost(digest)
        if dropped:
            steps.append(CompressionStep(step=name, dropped=dropped))
    return Compressed(digest, tuple(steps), left)


def _without_word_times(digest: Digest, _: int) -> tuple[Digest, int]:
    dropped = sum(len(line.words) for line in digest.lines)
    return replace(digest, lines=tuple(replace(line, words=()) for line in digest.lines)), dropped


def _merged(digest: Digest, _: int) -> tuple[Digest, int]:
    result: list[Line] = []
    for line in digest.lines:
        last = result[-1] if result else None
        together = last is not None and last.source == line.source and 0 <= line.start - last.end <= NEAR
        if last is not None and together and len(last.text) + len(line.text) < LONGEST_LINE:
            text = f"{last.text} {line.text}"
            value = max(last.value, line.value)
            result[-1] = replace(last, end=max(last.end, line.end), text=text, value=value)
        else:
            result.append(line)
    return replace(digest, lines=tuple(result)), len(digest.lines) - len(result)


def _fewer_shots(digest: Digest, excess: int) -> tuple[Digest, int]:
    kept = _without_worst(digest.shots, excess, fewest=FEWEST_SHOTS)
    return replace(digest, shots=kept), len(digest.shots) - len(kept)


def _far_parts_summarised(digest: Digest, excess: int) -> tuple[Digest, int]:
    """Leave the first and the last words of lines that are worth little, the worst first."""
    lines, short = list(digest.lines), 0
    for i in _worst_first(lines):
        if excess <= 0:
            break
        said = lines[i].text.split()
        if len(said) <= FIRST_WORDS + LAST_WORDS:
            continue
        text = " ".join([*said[:FIRST_WORDS], "…", *said[-LAST_WORDS:]])
        after = replace(lines[i], text=text)
        excess -= tokens(lines[i].item()) - tokens(after.item())
        lines[i], short = after, short + 1
    return replace(digest, lines=tuple(lines)), short


def _fewer_lines(digest: Digest, excess: int) -> tuple[Digest, int]:
    kept = _without_worst(digest.lines, excess)
    return replace(digest, lines=kept), len(digest.lines) - len(kept)


def _no_shots(digest: Digest, excess: int) -> tuple[Digest, int]:
    kept = _without_worst(digest.shots, excess)
    return replace(digest, shots=kept), len(digest.shots) - len(kept)


def _without_worst(items: Sequence[Item], excess: int, fewest: int = 0) -> tuple[Item, ...]:
    gone: set[int] = set()
    for i in _worst_first(items):
        if excess <= 0 or len(items) - len(gone) <= fewest:
            break
        excess -= tokens(items[i].item()) + 1
        gone.add(i)
    return tuple(item for i, item in enumerate(items) if i not in gone)


def _worst_first(items: Sequence[Item]) -> list[int]:
    return sorted(range(len(items)), key=lambda i: (items[i].value, -i))


LADDER: tuple[tuple[str, Callable[[Digest, int], tuple[Digest, int]]], ...] = (
    ("word_times_left_out", _without_word_times),
    ("sentences_merged", _merged),
    ("low_value_shots_dropped", _fewer_shots),
    ("far_parts_summarised", _far_parts_summarised),
    ("low_value_lines_dropped", _fewer_lines),
    ("shots_dropped", _no_shots),
)
"""The steps in their order; each is taken only while the digest is too large."""
