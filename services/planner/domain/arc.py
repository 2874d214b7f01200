"""The arc of a story, told by wording and position: what opens it, what stands out before its end, what closes it."""

from __future__ import annotations

from collections.abc import Sequence

from services.planner.domain.text import words
from shared.contracts.brief import StoryBeat, StoryTold
from shared.contracts.timeline import Clip

OPENERS = frozenset(
    ("welcome", "hello", "hi", "hey", "today", "imagine", "introduce", "begin", "start", "willkommen", "hallo", "heute",
     "bonjour", "bienvenue", "hola", "bienvenidos", "hoy", "ciao", "benvenuti", "oggi")
)  # fmt: skip
CLOSERS = frozenset(
    ("finally", "conclusion", "summary", "summarize", "thanks", "thank", "goodbye", "bye", "lastly", "subscribe",
     "remember", "danke", "schluss", "zusammenfassend", "merci", "enfin", "gracias", "finalmente", "grazie", "infine")
)  # fmt: skip
EARLY, LATE = 0.15, 0.85
"""Shares of the film in which such words open or close it."""
CLIMAX = (0.45, 0.95)
"""Share of the edit in which its strongest moment is its climax."""
MOST_TEXT = 400


def arc(text: str, position: float) -> float:
    """Return 1 for words that open a story at its beginning or close it at its end, else 0; ``position`` is 0..1."""
    said = set(words(text))
    opens = position <= EARLY and bool(said & OPENERS)
    closes = position >= LATE and bool(said & CLOSERS)
    return 1.0 if opens or closes else 0.0


def told(clips: Sequence[Clip], scores: Sequence[float]) -> StoryTold | None:
    """Return the story that an edit tells by itself: its first clip, the strongest of its later half, its last."""
    if len(clips) < 2:
        return None
    low, high = (round(len(clips) * share) for share in CLIMAX)
    middle = range(max(1, low), max(max(1, low) + 1, min(high, len(clips) - 1)))
    best = max((i for i in middle if i < len(clips)), key=lambda i: (scores[i], -i), default=None)
    return StoryTold(
        hook=_beat(clips[0]),
        climax=_beat(clips[best]) if best is not None and best < len(clips) - 1 else None,
        resolution=_beat(clips[-1]),
    )


def _beat(clip: Clip) -> StoryBeat:
    said = " ".join(caption.text for caption in clip.captions)
    text = said or (clip.evidence[0].detail if clip.evidence else clip.name)
    start, end = (round(float(t), 6) for t in (clip.source_start, clip.source_end))
    return StoryBeat(text=text[:MOST_TEXT], source=clip.source, start=start, end=end)
