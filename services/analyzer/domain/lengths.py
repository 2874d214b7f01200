"""How long a stream is: what the header promises, what the packets hold, and where it begins. All in seconds."""

from __future__ import annotations

from fractions import Fraction

from services.analyzer.domain.facts import FileFacts, StreamFacts

PROMISING = ("mov", "matroska", "avi", "wav", "flac")
_NEAR_S = 0.1


def promised_seconds(facts: FileFacts, stream: StreamFacts) -> float:
    """Return how long the header says that the stream is; 0 where the format makes no promise."""
    if not facts.container.startswith(PROMISING):
        return 0.0
    if stream.promised is not None:
        return float(stream.promised * stream.tick)
    if facts.container.startswith("matroska") and stream.type == "video":
        return _promised_by_segment(facts, stream)
    return 0.0


def _promised_by_segment(facts: FileFacts, stream: StreamFacts) -> float:
    """Return the length of a Matroska segment less what stands before the stream.

    Some muxers count the segment's length from zero and some from its first time stamp: where the former would leave
    less than the packets hold, it is the latter. The length is that of the longest stream: where another one reaches
    it, it says nothing of this one.
    """
    whole = (facts.promised or 0) / 1e6
    if any(_ends(other) >= whole - _NEAR_S for other in facts.streams if other.index != stream.index):
        return 0.0
    from_zero = whole - float((stream.first or 0) * stream.tick)
    return from_zero if from_zero >= held_seconds(facts, stream) else whole - offset(facts, stream)


def _ends(stream: StreamFacts) -> float:
    return 0.0 if stream.end is None else float(stream.end * stream.tick)


def held_seconds(facts: FileFacts, stream: StreamFacts) -> float:
    """Return the span that the stream's packets fill."""
    if stream.first is None or stream.end is None:
        return 0.0
    return float((stream.end - stream.first) * stream.tick)


def offset(facts: FileFacts, stream: StreamFacts) -> float:
    """Return where the stream begins, in seconds after the container's start."""
    if stream.first is None:
        return 0.0
    return max(0.0, float(stream.first * stream.tick - Fraction(facts.start, 1_000_000)))
