"""Mending the times of words and lines."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.analyzer.domain.words import clean, mend_captions, mend_words, spread
from shared.contracts.speech import Caption, Word

_second = st.floats(-5, 30, allow_nan=False)
_word = st.builds(Word, text=st.sampled_from(["a", "bcd", " ", "x\0y"]), start=_second, end=_second)
_caption = st.builds(
    Caption,
    text=st.sampled_from(["one two", "", "x"]),
    start=_second,
    end=_second,
    words=st.lists(_word, max_size=4).map(tuple),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_word, max_size=12))
def test_mended_words_are_in_order_inside_and_never_overlap(words: list[Word]) -> None:
    mended, _ = mend_words(words, 0.0, 20.0)
    at = 0.0
    for word in mended:
        assert at - 1e-6 <= word.start < word.end <= 20.0
        assert word.text == clean(word.text) != ""
        at = word.end


@settings(max_examples=40, deadline=None)
@given(st.lists(_caption, max_size=10))
def test_mended_lines_are_in_order_inside_and_hold_their_words(captions: list[Caption]) -> None:
    mended, _ = mend_captions(captions, 20.0)
    at = 0.0
    for line in mended:
        assert at - 1e-6 <= line.start < line.end <= 20.0
        assert line.words
        assert all(line.start - 1e-3 <= word.start < word.end <= line.end + 1e-3 for word in line.words)
        at = line.end


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
