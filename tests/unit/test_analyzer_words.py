"""Mending the times of words and lines."""

import itertools
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from services.analyzer.domain.text.words import clean, mend_captions, mend_words, spread
from shared.contracts.speech import Caption, Word

_second = st.floats(-5, 30) | st.sampled_from([math.nan, math.inf, 0.0, 19.99, 20.0]) | st.integers(-1, 21).map(float)
_word = st.builds(Word, text=st.sampled_from(["a", "bcd", " ", "x\0y"]), start=_second, end=_second)
_caption = st.builds(
    Caption,
    text=st.sampled_from(["one two", "", "x"]),
    start=_second,
    end=_second,
    words=st.lists(_word, max_size=4).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_word, max_size=12), st.floats(0, 19.97), st.floats(0.05, 20))
def test_mended_words_are_in_order_inside_and_never_overlap(words: list[Word], start: float, length: float) -> None:
    mended, _ = mend_words(words, start, start + length)
    at = start
    for word in mended:
        assert at - 1e-6 <= word.start < word.end <= start + length + 1e-6
        assert word.text == clean(word.text) != ""
        at = word.end
    said = [word for word in words if clean(word.text) and _begins(word) < start + length - 0.001]
    if length > 0.05 * len(words):
        assert sorted(clean(word.text) for word in said) == sorted(word.text for word in mended), "no word is lost"
    assert mend_words(mended, start, start + length) == (mended, 0), "what is mended stays"


def _begins(word: Word) -> float:
    return word.start if math.isfinite(word.start) else -math.inf


@settings(max_examples=150, deadline=None)
@given(st.lists(_caption, max_size=10))
def test_mended_lines_are_in_order_inside_and_hold_their_words(captions: list[Caption]) -> None:
    mended, _ = mend_captions(captions, 20.0)
    at = 0.0
    for line in mended:
        assert at - 1e-6 <= line.start < line.end <= 20.0
        assert line.words
        assert all(line.start - 1e-6 <= word.start < word.end <= line.end + 1e-6 for word in line.words)
        assert all(a.end <= b.start for a, b in itertools.pairwise(line.words))
        at = line.end
    told = {text for line in mended for text in line.text.split()}
    inside = [c for c in captions if math.isfinite(c.start) and c.start < 19.97 and not 0 >= c.end > c.start]
    assert told == {text for line in inside for text in clean(line.text).split()}, "no line inside the medium is lost"
    assert mend_captions(mended, 20.0) == (mended, 0), "what is mended stays"


def test_a_word_that_lasts_too_long_gives_way_to_the_next_ones() -> None:
    words = [Word(text=t, start=a, end=b) for t, a, b in (("a", 0, 10), ("b", 5, 5), ("c", 6, 6), ("d", 6, 11))]
    mended, moved = mend_words(words, 0.0, 10.0)
    assert [(w.text, w.start, w.end) for w in mended] == [("a", 0, 5), ("b", 5, 5.02), ("c", 6, 6.02), ("d", 6.02, 10)]
    assert moved == 4


def test_words_that_crowd_at_the_end_share_the_room() -> None:
    words = [Word(text=t, start=0.97, end=1.2) for t in "abcd"]
    mended, _ = mend_words(words, 0.0, 1.0)
    assert [word.text for word in mended] == ["a", "b", "c", "d"] and mended[-1].end == 1.0


def test_times_that_are_none_are_mended() -> None:
    words = [Word(text="a", start=1, end=math.nan), Word(text="b", start=math.nan, end=math.inf)]
    mended, _ = mend_words(words, 0.0, 3.0)
    assert [(w.text, w.start, w.end) for w in mended] == [("a", 1, 1.02), ("b", 1.02, 1.04)]


def test_what_is_there_twice_is_there_once() -> None:
    """Scripts draw a line and its shadow; live captions say it again while it stays."""
    lines = [
        Caption(text="One", start=1, end=2),
        Caption(text="One ", start=1, end=3),
        Caption(text="One", start=2, end=4),
    ]
    (line,), _ = mend_captions(lines, 10)
    assert (line.text, line.start, line.end) == ("One", 1.0, 4.0)
    assert len(mend_captions([lines[0], Caption(text="One", start=2, end=3)], 10)[0]) == 2, "said again"


def test_lines_that_begin_before_the_medium_begin_with_it() -> None:
    lines = [
        Caption(text="lost", start=-5, end=-3),
        Caption(text="a", start=-3, end=1),
        Caption(text="b", start=-1, end=2),
    ]
    (line,), _ = mend_captions(lines, 10)
    assert (line.text, line.start, line.end) == ("a b", 0.0, 2.0)


def test_sane_lines_are_left_alone() -> None:
    line = Caption(text="hello there", start=1.0, end=2.0, words=spread("hello there", 1.0, 2.0))
    assert mend_captions([line], 10.0) == ((line,), 0)


def test_overlap_and_disorder_are_mended_and_counted() -> None:
    lines = [Caption(text="second", start=2.0, end=4.0), Caption(text="first", start=0.5, end=2.5)]
    mended, changed = mend_captions(lines, 3.0)
    assert [(line.text, line.start, line.end) for line in mended] == [("first", 0.5, 2.0), ("second", 2.0, 3.0)]
    assert changed == 2


def test_lines_that_begin_together_become_one() -> None:
    lines = [Caption(text="- Yes.", start=1, end=2), Caption(text="- No.", start=1, end=3)]
    (line,), _ = mend_captions(lines, 10)
    assert (line.text, line.end) == ("- Yes. - No.", 3.0)


def test_longer_words_take_longer() -> None:
    words = spread("a communication", 0.0, 3.2)
    assert [word.end for word in words] == [0.4, 3.2]


def test_control_and_direction_marks_are_taken_out() -> None:
    assert clean("a\x00b\n c\u202e\u200b d\x1b[31m") == "a b c d [31m"
    assert len(clean("x" * 9000)) == 2000
