"""What is written as a subtitle file is read back as it was."""

from hypothesis import given
from hypothesis import strategies as st

from services.analyzer.domain.text.subtitles import parse
from services.analyzer.domain.text.words import clean
from shared.contracts.speech import Caption, Word
from shared.subtitles import write

_NASTY = st.sampled_from(
    ["-->", "<i>", "</b>", "<00:00:01.000>", "{\\an8}", "}", "\\N", "&amp;", "NOTE", "7", "a b", "é"]
)
_TEXT = st.lists(_NASTY | st.text(max_size=6), min_size=1, max_size=5).map(" ".join)


@given(st.lists(st.tuples(_TEXT, st.integers(0, 10**7), st.integers(20, 9000)), min_size=1, max_size=6))
def test_what_is_written_is_read_back_as_it_was(found: list[tuple[str, int, int]]) -> None:
    lines = [Caption(text=clean(t), start=a / 1000, end=(a + n) / 1000) for t, a, n in found if clean(t)]
    lines.sort(key=lambda line: line.start)
    for form in ("srt", "vtt", "json"):
        if not lines:
            continue
        back = parse(write(lines, form).encode())  # type: ignore[arg-type]
        assert [(clean(b.text), b.start, b.end) for b in back] == [(a.text, a.start, a.end) for a in lines], form


_WORDS = st.lists(
    st.tuples(st.text("ab<&>{}\\-.é", min_size=1, max_size=5), st.integers(1, 90), st.integers(0, 40)), min_size=1
)


@given(_WORDS)
def test_word_times_are_read_back_as_they_were(found: list[tuple[str, int, int]]) -> None:
    at, words = 100, []
    for text, length, gap in found:
        words.append(Word(text=text, start=at / 100, end=(at + length) / 100))
        at += length + gap
    line = Caption(text=" ".join(w.text for w in words), start=1.0, end=(at + 10) / 100, words=tuple(words))
    for form in ("vtt", "ass"):
        (back,) = parse(write([line], form, karaoke=True).encode())  # type: ignore[arg-type]
        assert [(clean(w.text), w.start, w.end) for w in back.words] == [(w.text, w.start, w.end) for w in words], form
