"""Words as sentences and paragraphs."""

from hypothesis import given
from hypothesis import strategies as st

from services.analyzer.domain.text.sentences import lines_of, paragraphs, sentence_ranges, sentences, words_in
from services.analyzer.domain.text.words import spread
from shared.contracts.speech import Caption, Word


def _spoken(*parts: str | float) -> list[Word]:
    """Words at three a second; a number is a pause in seconds."""
    at, words = 0.0, []
    for part in parts:
        if isinstance(part, str):
            count = len(part.split())
            words += [Word(text=text, start=at + i / 3, end=at + i / 3 + 0.3) for i, text in enumerate(part.split())]
            at += count / 3
        else:
            at += part
    return words


def _texts(words: list[Word]) -> list[str]:
    return [sentence.text for sentence in sentences(words)]


def test_sentences_end_at_punctuation_and_not_at_captions() -> None:
    words = _spoken("Hello there. How are you? I am", "fine, thanks! Good.")
    assert _texts(words) == ["Hello there.", "How are you?", "I am fine, thanks!", "Good."]


def test_abbreviations_and_numbers_end_nothing() -> None:
    words = _spoken("Dr. Smith met J. Doe on the 3. floor, e.g. by chance. He left.")
    assert _texts(words) == ["Dr. Smith met J. Doe on the 3. floor, e.g. by chance.", "He left."]


def test_without_punctuation_a_breath_ends_a_sentence() -> None:
    words = _spoken("so this is it", 0.9, "now we go on", 0.2, "and on")
    assert _texts(words) == ["so this is it", "now we go on and on"]


def test_a_long_pause_ends_a_sentence_whatever_is_written() -> None:
    assert _texts(_spoken("I think.", "that we", 2.5, "should go.")) == ["I think. that we", "should go."]


def test_nobody_speaks_a_hundred_words_in_a_sentence() -> None:
    found = sentence_ranges(_spoken(" ".join(["word"] * 70), 0.4, " ".join(["word"] * 70)))
    assert all(b - a <= 60 for a, b in found) and any(b == 70 for _, b in found)


def test_paragraphs_begin_behind_long_pauses() -> None:
    found = sentences(_spoken("One. Two.", 1.8, "Three. Four."))
    assert [(p.first, p.last) for p in paragraphs(found)] == [(0, 1), (2, 3)]


def test_sentences_go_over_the_edges_of_captions() -> None:
    lines = [
        Caption(text=t, start=a, end=a + 1, words=spread(t, a, a + 1)) for a, t in ((1, "This is"), (2, "one. Two."))
    ]
    found = sentences(words_in(lines))
    assert [s.text for s in found] == ["This is one.", "Two."]
    assert found[0].start == 1.0 and paragraphs(found)[0].end == 3.0
    assert paragraphs(sentences([])) == ()


_WORD = st.builds(
    Word, text=st.sampled_from(["a", "B.", "e.g.", "3.", "why?", "…"]), start=st.floats(0, 90), end=st.floats(0, 99)
)


@given(st.lists(_WORD, max_size=150))
def test_every_word_is_in_one_sentence_and_one_line(words: list[Word]) -> None:
    flat = [i for a, b in sentence_ranges(words) for i in range(a, b)]
    assert flat == list(range(len(words)))
    assert [w for line in lines_of(words) for w in line.words] == words
