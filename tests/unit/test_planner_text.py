"""What words say."""

from __future__ import annotations

import pytest

from services.planner.domain.text import Keyness, Story, asks, content, has_number, stem

LINES = [
    "The engine of the ship is new.",
    "We bought the engine last year.",
    "It was a sunny day and we had ice cream.",
    "The engine failed in the storm.",
    "You know, it is what it is.",
]


@pytest.mark.parametrize("group", [["dance", "dances", "dancing", "danced"], ["storm", "storms"], ["city", "cities"]])
def test_forms_of_a_word_meet(group: list[str]) -> None:
    assert len({stem(w) for w in group}) == 1, [stem(w) for w in group]


@pytest.mark.parametrize(("one", "other"), [("sea", "see"), ("ship", "shop"), ("thing", "the")])
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_small_words_say_nothing() -> None:
    assert content("You know, it is what it is.") == []
    assert content("The Ships!") == [stem("ships")]


def test_text_without_spaces_is_compared_by_pairs() -> None:
    assert set(content("港の船")) & set(content("あの港の朝"))


def test_telling_sentences_score_higher_than_empty_ones() -> None:
    keyness = Keyness(LINES)
    assert keyness.score(LINES[3]) > keyness.score(LINES[4]) == 0.0
    assert 0 < keyness.score(LINES[0]) <= 1.0
    assert Keyness([]).score("anything") == 0.0


def test_a_story_is_touched_in_any_form_of_its_words() -> None:
    keyness, story = Keyness(LINES), Story("Storms and engines")
    found = {line: story.relevance(line, keyness) for line in LINES}
    assert found[LINES[3]] == 1.0
    assert 0 < found[LINES[0]] < 1.0
    assert found[LINES[2]] == 0.0
    assert Story(None).relevance(LINES[0], keyness) == 0.0


@pytest.mark.parametrize("text", ["It took 12 days", "seven of them", "half the crew", "3,5 Liter"])
def test_figures_are_noticed(text: str) -> None:
    assert has_number(text)


def test_ones_that_name_no_figure() -> None:
    assert not has_number("nobody counted them")


@pytest.mark.parametrize("text", ["Why did they leave so early", "You came?", "何？"])
def test_questions_are_noticed(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize("text", ["We left.", "I know why", "What fun"])
def test_statements_are_none(text: str) -> None:
    assert not asks(text)
