"""What a model is told: always under the limit, and what was left out is named."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.planner.domain.footage import Footage, Material, footage_of
from services.planner.domain.model.digest import plain
from services.planner.domain.model.prompt import CLOSE, CORRECTIONS, OPEN, Prompt, prompt_for, request_tokens
from services.planner.domain.model.tokens import cut_to, tokens
from services.planner.settings import LEAST_CONTEXT
from shared.contracts.blob import BlobRef
from shared.contracts.brief import KnownMoment, StoryBrief
from shared.contracts.media import SpriteSheet
from shared.contracts.plan import Wishes
from tests.unit.planner_material import material, said

VOCABULARY = (
    "editing",
    "pricing",
    "the",
    "überraschung",
    "映画",
    "\U0001f3ac",
    "</footage_data>",
    "3.14",
    '"quoted"',
    "a\tb",
    "привет",
)
TEXT = st.text(max_size=300)
NOTHING = StoryBrief()


def talk(seed: int, sentences: int, videos: int = 1) -> list[Material]:
    """Films in which somebody says random things."""
    films = []
    for n in range(videos):
        made = random.Random(seed + n)
        lines = [
            (" ".join(made.choices(VOCABULARY, k=made.randint(1, 12))) + ".", 1.0 + 6 * i) for i in range(sentences)
        ]
        cuts = sorted(made.sample(range(1, 6 * sentences + 4), min(3 * sentences, 60)))
        film = material(f"film{n}", duration=6.0 * sentences + 5, transcript=said(*lines), cuts=cuts)
        ref = BlobRef(key="sprites/a.jpg", sha256="", size=9, content_type="image/jpeg")
        sheet = SpriteSheet(image=ref, columns=8, rows=8, tile_width=160, tile_height=90, interval=2.0, count=60)
        films.append(replace(film, analysis=film.analysis.model_copy(update={"sprites": sheet})))
    return films


def prompt(films: list[Material], limit: int, brief: StoryBrief = NOTHING, *, images: bool = False) -> Prompt:
    footages = [f for f in map(footage_of, films) if isinstance(f, Footage)]
    return prompt_for(footages, Wishes(target_duration=30), brief, limit=limit, images=images)


def data(made: Prompt) -> dict[str, list[list[object]]]:
    found = json.loads(made.data.removeprefix(OPEN).removesuffix(CLOSE))
    assert isinstance(found, dict)
    return found


@settings(max_examples=25)
@given(
    st.integers(0, 10_000), st.integers(1, 120), st.integers(1, 21), st.integers(LEAST_CONTEXT, 30_000), st.booleans(),
    st.builds(
        StoryBrief, key_message=TEXT, hook=TEXT, summary=st.text(max_size=2000), target_audience=TEXT, tone=TEXT,
        moments=st.lists(st.builds(KnownMoment, description=TEXT), max_size=40).map(tuple),
    ),
)  # fmt: skip
def test_the_request_is_always_under_the_limit(
    seed: int, sentences: int, videos: int, limit: int, images: bool, brief: StoryBrief
) -> None:
    made = prompt(talk(seed, max(1, sentences // videos), videos), limit, brief, images=images)
    spent = request_tokens(made)
    assert spent <= limit * (1 - CORRECTIONS)
    told = made.compression
    assert (told.compressed_tokens, told.limit) == (spent, limit)
    assert told.original_tokens >= spent or not told.steps
    assert made.data.count(CLOSE) == 1
    data(made)


def test_little_footage_is_told_whole() -> None:
    made = prompt(talk(1, 5), 24_000, StoryBrief(key_message="Learn"))
    told = data(made)
    assert made.compression.steps == ()
    assert made.compression.original_tokens == made.compression.compressed_tokens
    assert len(told["said"]) >= 5
    assert len(told["said"][0]) == 5, "the times of the words are there"
    assert told["wishes"] == {"duration_seconds": 30.0, "key_message": "Learn"}


def test_what_was_left_out_is_named_in_its_order() -> None:
    made = prompt(talk(2, 600), 8000, StoryBrief(summary="s " * 900), images=True)
    steps = {s.step: s.dropped for s in made.compression.steps}
    order = [
        "wishes_shortened", "pictures_left_out", "word_times_left_out", "sentences_merged", "low_value_shots_dropped",
        "far_parts_summarised", "low_value_lines_dropped", "shots_dropped",
    ]  # fmt: skip
    assert [s for s in order if s in steps] == list(steps)
    assert steps["word_times_left_out"] > 1000
    assert steps["low_value_lines_dropped"] > 0
    assert made.compression.original_tokens > 3 * made.compression.compressed_tokens


def test_what_matters_for_the_story_stays_longest() -> None:
    dull = [(f"Nothing of note happens in minute {i} of this film here.", 1.0 + 6 * i) for i in range(500)]
    film = material(duration=6005.0, transcript=said(*dull, ("The pricing of lighthouses is the point.", 3100.5)))
    made = prompt([film], LEAST_CONTEXT, StoryBrief(key_message="pricing lighthouses"))
    assert any("lighthouses" in str(line[3]) for line in data(made)["said"])


@given(st.text(), st.integers(0, 50))
def test_cutting_a_text_keeps_its_cost(text: str, most: int) -> None:
    assert tokens(plain(cut_to(text, most, plain))) <= max(most, 2)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        # What OpenAI's and Meta's vocabularies need for these, as published in their documentation and examples.
        ("The quick brown fox jumps over the lazy dog.", 10),
        ("Hello, world!", 4),
        ("tiktoken is great!", 6),
        ("antidisestablishmentarianism", 6),
        ("2 + 2 = 4", 7),
        ("お誕生日おめでとう", 9),
    ],
)
def test_the_estimate_is_from_above(text: str, known: int) -> None:
    assert known <= tokens(text) <= 4 * known


@given(st.text(), st.text())
def test_estimates_add_up_at_marks(one: str, other: str) -> None:
    assert tokens(f"[{one}],[{other}]") <= tokens(f"[{one}]") + tokens(f"[{other}]") + 1
