"""Captions: from words in source time to a script that only draws letters."""

from __future__ import annotations

import re
import struct
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.renderer.domain import ass, writing
from services.renderer.domain.breaking import pieces, width, wrapped
from services.renderer.domain.captions import pages
from services.renderer.domain.glyphs import characters, missing
from services.renderer.domain.page import Page, within
from services.renderer.tools.styles import look_of
from shared.contracts.layout import lay_out
from shared.contracts.speech import Caption, Word
from shared.contracts.timeline import CaptionStyle, Clip

HIGHLIGHT, PLAIN = look_of(CaptionStyle(name="highlight")), look_of(CaptionStyle(name="plain"))


def said(text: str, start: float = 0.0, each: float = 0.4) -> Caption:
    words = text.split()
    spoken = tuple(Word(text=w, start=start + i * each, end=start + i * each + 0.3) for i, w in enumerate(words))
    return Caption(text=text, start=start, end=start + len(words) * each, words=spoken)


def line(text: str, start: float, end: float) -> Caption:
    return Caption(text=text, start=start, end=end)


def clip(start: float, end: float, *captions: Caption, **more: object) -> Clip:
    values = {"id": "c", "name": "n", "source": "a", "time_base": "1/1000", "frames": 1, "captions": captions}
    return Clip.model_validate({**values, "start": round(start * 1000), "end": round(end * 1000), **more})


def placed(*clips: Clip, line: float = 20.0) -> tuple[Page, ...]:
    return pages(lay_out(clips, "25/1"), "25/1", line)


def text_of(page: Page) -> str:
    return " ".join(token.text for token in page.tokens)


def test_words_keep_their_moments_through_a_cut() -> None:
    (page,) = placed(clip(5, 6), clip(10, 12, said("one two three", 10.4)))
    assert [(t.text, t.start, t.end) for t in page.tokens] == [("one", 35, 43), ("two", 45, 53), ("three", 55, 63)]
    assert (page.start, page.end) == (35, 65)


def test_words_outside_the_span_are_not_shown() -> None:
    (page,) = placed(clip(0.5, 1.1, said("one two three four")))
    assert text_of(page) == "two three"


def test_slow_motion_stretches_the_words() -> None:
    (page,) = placed(clip(0, 2, said("one two"), speed="1/2"))
    assert [t.start for t in page.tokens] == [0, 20]


def test_a_line_without_word_times_is_shown_whole() -> None:
    (page,) = placed(clip(0, 2, Caption(text="no times here", start=0.2, end=1.8)))
    assert (page.start, page.end, page.timed) == (5, 45, False)
    assert text_of(page) == "no times here"


def test_a_line_hardly_touched_by_the_span_is_left_out() -> None:
    assert placed(clip(0, 1, Caption(text="late", start=0.99, end=3))) == ()


def test_long_lines_become_pages_of_two_lines_one_after_another() -> None:
    made = placed(clip(0, 20, said("word " * 40, each=0.3)), line=10)
    assert len(made) > 3
    assert all(sum(width(t.text) + 0.3 for t in page.tokens) <= 20 for page in made)
    assert all(a.end <= b.start for a, b in pairwise(made))
    assert " ".join(map(text_of, made)).split() == ["word"] * 40


def test_captions_that_overlap_are_never_on_screen_together() -> None:
    made = placed(clip(0, 5, said("first line", 0), said("second line", 0.5)))
    assert [text_of(p) for p in made] == ["first line", "second line"]
    assert made[0].end <= made[1].start


def test_a_line_that_goes_on_behind_another_comes_back() -> None:
    made = placed(
        clip(0, 9, line("a song", 0, 8), line("Who is there", 1, 2), line("It is me", 2, 3), line("Ah", 5, 6))
    )
    shown = [(text_of(p), p.start, p.end) for p in made]
    assert shown == [
        ("a song", 0, 25), ("Who is there", 25, 50), ("It is me", 50, 75), ("a song", 75, 125), ("Ah", 125, 150),
        ("a song", 150, 200),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(12, 200)), min_size=1, max_size=30))
def test_however_lines_overlap_none_is_lost_and_one_is_seen_at_a_time(spans: list[tuple[int, int]]) -> None:
    lines = [line(f"n{i}", a / 25, (a + n) / 25) for i, (a, n) in enumerate(spans)]
    made = placed(clip(0, 24, *lines), line=1000)
    assert all(a.end <= b.start and a.start < a.end for a, b in pairwise(made))
    assert {token.text for page in made for token in page.tokens} == {f"n{i}" for i in range(len(spans))}


def test_what_nobody_can_see_is_no_page() -> None:
    for text in ("\u200b", "\ufeff", "\u00a0 \u200e", "\x07", "\u0301"):
        assert placed(clip(0, 3, line(text, 0, 2))) == ()
    assert placed(clip(0, 3, said("\u200b there")))[0].tokens[0].text == "there"


def test_what_two_people_say_at_once_stands_on_two_lines() -> None:
    two = Caption(text="first line", start=0.04, end=2), Caption(text="second line", start=0, end=3)
    (page,) = placed(clip(0, 5, *two, Caption(text="third", start=3, end=4)))[:1]
    assert writing.line(page.tokens, PLAIN, None) == "second line\\Nfirst line"
    assert (page.start, page.end) == (0, 75)


def test_a_word_wider_than_a_line_is_broken() -> None:
    (page, *_) = placed(clip(0, 2, said("x" * 60)), line=12)
    assert all(width(t.text) <= 12 for t in page.tokens) and page.tokens[1].glued


@pytest.mark.parametrize(
    "text", ["x" * 200, "日本語の長い字幕、" * 30, "https://example.com/" + "path/" * 40, "short " + "y" * 90]
)
@pytest.mark.parametrize("timed", [True, False])
def test_what_has_no_spaces_is_drawn_in_lines_that_fit(text: str, timed: bool) -> None:
    caption = said(text, each=2.0) if timed else Caption(text=text, start=0, end=8)
    made = placed(clip(0, 8, caption), line=20)
    drawn = [part for page in made for part in writing.line(page.tokens, PLAIN, None).split("\\N")]
    assert "".join(drawn).replace(" ", "") == text.replace(" ", "")
    assert len(drawn) > 1 and all(width(part) <= 20 for part in drawn)


def test_marks_stay_with_their_letters_and_full_stops_on_their_lines() -> None:
    family = "👨\u200d👩\u200d👧"
    assert pieces("e\u0301" * 10, 2) == ["e\u0301" * 2] * 5
    assert all(part.count("👨") == part.count("👧") for part in pieces(family * 9, 6.0))
    assert not any(part.startswith("。") for part in pieces("そうです。" * 20, 8.0))


def test_an_overlays_long_words_are_broken_and_its_spaces_kept() -> None:
    assert wrapped("two  words", 5) == "two  words"
    assert wrapped("a " + "x" * 20, 6) == "a " + "\n".join(["x" * 7, "x" * 7, "x" * 6])


def test_writing_without_spaces_is_joined_without_spaces() -> None:
    words = (Word(text="你好", start=0, end=0.5), Word(text="世界", start=0.5, end=1))
    (page,) = placed(clip(0, 1, Caption(text="你好世界", start=0, end=1, words=words)))
    drawn = ass.script(ass.frame(1920, 1080), [page], PLAIN, "", frames=25, rate="25/1")
    assert "你好世界" in drawn


def test_pages_are_cut_to_the_chunk() -> None:
    made = placed(clip(0, 4, said("one two three four five", 0.4)))
    (seen,) = within(made, 25, 50)
    assert (seen.start, seen.end) == (0, 25)
    assert [t.start for t in seen.tokens] == [-15, -5, 5, 15, 25]
    assert within(made, 90, 100) == ()


def events(script: str) -> list[tuple[str, str, str]]:
    lines = [line.split(",", 8) for line in script.splitlines() if line.startswith("Dialogue:")]
    return [(line[1], line[2], line[7] + ("," + line[8] if len(line) > 8 else "")) for line in lines]


def test_a_highlight_moves_from_word_to_word_without_a_gap() -> None:
    made = placed(clip(0, 2, said("one two three")))
    drawn = ass.script(ass.frame(1920, 1080), made, HIGHLIGHT, "", frames=50, rate="25/1")
    got = events(drawn)
    assert [re.findall(r"E1FF&\}(\w+)\{", text) for _, _, text in got] == [["one"], ["two"], ["three"]]
    assert [a[1] for a in got[:-1]] == [b[0] for b in got[1:]]
    assert got[0][0] == "0:00:00.00" and got[1][0] == "0:00:00.38"


def test_a_highlight_goes_on_in_the_middle_of_a_word() -> None:
    made = within(placed(clip(0, 2, said("one two three"))), 12, 50)
    first = events(ass.script(ass.frame(1920, 1080), made, HIGHLIGHT, "", frames=38, rate="25/1"))[0]
    assert "E1FF&}two{" in first[2] and first[0] == "0:00:00.00"


@pytest.mark.parametrize("rate", ["24000/1001", "25/1", "30000/1001", "60/1"])
def test_a_boundary_lies_between_two_frames(rate: str) -> None:
    for frame in (1, 2, 7, 29, 30, 1001, 52_345):
        page = Page(frame, frame + 30, (), timed=False)
        drawn = ass.script(ass.frame(1920, 1080), [page], PLAIN, "", frames=10, rate=rate)
        clock = events(drawn)[0][0]
        hours, minutes, seconds = clock.split(":")
        at = Fraction(hours) * 3600 + Fraction(minutes) * 60 + Fraction(seconds)
        assert (frame - 1) / Fraction(rate) < at < frame / Fraction(rate)


@pytest.mark.parametrize(("width", "height"), [(7680, 16), (16, 7680), (16, 16)])
def test_frames_of_any_shape_have_room_for_letters(width: int, height: int) -> None:
    layout = ass.frame(width, height, 0.5)
    assert layout.size >= 1 and layout.line_width > 0


def test_nothing_to_draw_is_no_script() -> None:
    assert ass.script(ass.frame(64, 64), [], PLAIN, " \x00 ", frames=10, rate="25/1") == ""


def plainly(drawn: str) -> str:
    """What libass shows of an event: overrides gone, escapes undone."""
    text = re.sub(r"(?<!\\)\{(\\c&H[0-9A-F]+&|\\fscx[0-9.]+\\fscy[0-9.]+)\}", "", drawn)
    assert not re.search(r"(?<!\\)[{}]", text), "no other override begins or ends"
    assert not re.search(r"\\[Nnh]", text), "no line break but libass's own"
    return text.replace("\\{", "{").replace("\\}", "}").replace(writing.WORD_JOINER, "")


@given(st.text(max_size=200))
def test_any_text_is_only_letters(text: str) -> None:
    shown = plainly(writing.escaped(text))
    kept = "".join(" " if c.isspace() else c for c in text)
    assert "\n" not in shown and "\r" not in shown and "\x00" not in shown
    assert [c for c in shown if c.isalnum()] == [c for c in kept if c.isalnum()]


@settings(max_examples=40)
@given(
    st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=12),
    st.sampled_from(["plain", "boxed", "highlight", "karaoke", "pop", "one_word"]),
)
@example(["0" * 24 + "\u0bab\u0e5c\u0e5c\u0e5c\u0e5c\u193c"], "plain")
@example(["one\\Ntwo", "\\N"], "highlight")
def test_no_caption_can_leave_its_event(words: list[str], style: str) -> None:
    spoken = tuple(Word(text=w, start=i * 0.3, end=i * 0.3 + 0.2) for i, w in enumerate(words))
    made = placed(clip(0, 4, Caption(text=" ".join(words), start=0, end=4, words=spoken)))
    look = look_of(CaptionStyle.model_validate({"name": style}))
    drawn = ass.script(ass.frame(1080, 1920), made, look, words[0], frames=100, rate="25/1")
    head, _, body = drawn.partition("[Events]\n")
    assert head.count("\nStyle: ") in (0, 4)
    ours = max((sum(token.below for token in page.tokens) for page in made), default=0)
    for line in body.splitlines()[1:]:
        assert line.startswith("Dialogue: ")
        assert line.count("\\N") <= ours, "no line begins but where a page has one more"
        plainly(line.replace("\\N", " "))


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1080, 1080), (1080, 1350), (320, 180)])
def test_layouts_keep_captions_off_the_edges(size: tuple[int, int]) -> None:
    layout = ass.frame(*size)
    assert layout.side >= 0.079 * size[0] and layout.top >= 0.05 * size[1]
    assert layout.bottom >= (0.18 if size[1] > size[0] * 1.3 else 0.06) * size[1]
    assert 8 <= layout.line_width <= 40


def font(*segments: tuple[int, int], kind: int = 4) -> bytes:
    """A font with nothing but a cmap."""
    if kind == 4:
        ends = struct.pack(f">{len(segments)}H", *(end for _, end in segments))
        starts = struct.pack(f">{len(segments)}H", *(start for start, _ in segments))
        table = struct.pack(">HHHHHHH", 4, 0, 0, 2 * len(segments), 0, 0, 0) + ends + b"\0\0" + starts
    else:
        table = struct.pack(">HHIII", 12, 0, 0, 0, len(segments))
        table += b"".join(struct.pack(">III", start, end, 1) for start, end in segments)
    head = b"\x00\x01\x00\x00" + struct.pack(">HHHH", 1, 0, 0, 0) + struct.pack(">4sIII", b"cmap", 0, 28, 0)
    return head + struct.pack(">HHHHI", 0, 1, 3, 1, 12) + table


def test_the_characters_of_a_font_are_read() -> None:
    assert characters(font((65, 70), (0xFFFF, 0xFFFF))) == frozenset(range(65, 71))
    assert characters(font((0x1F600, 0x1F602), kind=12)) == {0x1F600, 0x1F601, 0x1F602}
    for bad in (b"", b"\x00\x01\x00\x00", b"%PDF-1.4" * 20, font((65, 70))[:40], b"ttcf" + b"\xff" * 40):
        with pytest.raises(ValueError, match="not a font"):
            characters(bad)


def test_what_no_font_has_is_named_once() -> None:
    known = characters(font((65, 90), (0xFFFF, 0xFFFF)))
    assert missing("AB 你A你好\u200d\n", known) == "你好"
    assert missing("AZ", known) == ""
