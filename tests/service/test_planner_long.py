"""Hours of film are planned in seconds."""

from __future__ import annotations

import random
import time

import pytest

from services.planner.domain.footage import Material
from services.planner.domain.planning import plan
from services.planner.tools.catalog import templates
from shared.contracts.hearing import Beats, Curve
from shared.contracts.layout import violations
from shared.contracts.media import Analysis
from shared.contracts.plan import Wishes
from shared.contracts.speech import Caption, Transcript, Word
from tests.unit.planner_material import Pair, material

HOURS = 3
VOCABULARY = ("ship", "harbour", "wind", "captain", "storm", "sea", "island", "map", "gold", "and", "the", "of", "to")


def talk(seconds: float, dice: random.Random) -> tuple[Transcript, list[Pair]]:
    """Speech with pauses, some 24,000 words of it."""
    captions, pauses, at = [], [], 0.5
    while at < seconds - 20:
        words = []
        for _ in range(dice.randint(4, 14)):
            length = dice.uniform(0.15, 0.5)
            words.append(Word(text=dice.choice(VOCABULARY), start=round(at, 3), end=round(at + length, 3)))
            at += length + dice.choice([0.0, 0.02, 0.05])
        captions.append(Caption(text="", start=words[0].start, end=words[-1].end, words=tuple(words)))
        pause = dice.choice([0.3, 0.5, 1.0, 2.0])
        pauses.append((round(at + 0.02, 3), round(at + pause - 0.02, 3)))
        at += pause
    return Transcript(status="completed", captions=tuple(captions)), pauses


@pytest.fixture(scope="module")
def long() -> Material:
    """Three hours: thousands of shots, pauses and beats."""
    dice, seconds = random.Random(1), HOURS * 3600.0
    transcript, pauses = talk(seconds, dice)
    cuts, frame = [], 0
    while (frame := frame + dice.randint(30, 200)) < seconds * 25 - 25:
        cuts.append(round(frame / 25, 3))
    made = material("long", seconds, cuts=cuts, silences=pauses, transcript=transcript)
    update = {
        "motion": Curve(step=0.1, values=tuple(dice.random() for _ in range(round(seconds * 10)))),
        "beats": Beats(times=tuple(i * 0.5 for i in range(round(seconds * 2))), tempo=120, confidence=0.9),
    }
    return Material(made.asset_id, made.media, made.analysis.model_copy(update=update))


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(),
        Wishes(target_duration=60),
        Wishes(target_duration=3600, story="Gold on the island", pace="fast"),
        Wishes(template_name="trailer"),
    ],
    ids=["all", "minute", "story", "trailer"],
)
@pytest.mark.parametrize("spoken", [True, False])
def test_three_hours_take_seconds(long: Material, wishes: Wishes, spoken: bool) -> None:
    source = long if spoken else Material("long", long.media, _mute(long.analysis))
    began = time.process_time()
    made = plan([source], wishes, templates())
    assert time.process_time() - began < 15, "one or two where nothing else runs"
    assert violations(made.timeline) == []
    if wishes.target_duration is not None:
        assert abs(made.timeline.frames - wishes.target_duration * 25) <= 1


def _mute(analysis: Analysis) -> Analysis:
    return analysis.model_copy(update={"transcript": Transcript(status="unavailable")})
