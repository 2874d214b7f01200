"""Captions: broken by sense, long enough to read, inside their clip."""

from __future__ import annotations

import itertools

import pytest

from services.planner.domain.captions import FASTEST, LONGEST_LINE
from shared.contracts.speech import Caption, Transcript, Word
from tests.unit.planner_material import edit, material, said


def captions(transcript: Transcript, duration: float = 30.0) -> list[Caption]:
    made = edit(material(duration=duration, transcript=transcript))
    return [c for clip in made.timeline.video for c in clip.captions]


def texts(transcript: Transcript, duration: float = 30.0) -> list[str]:
    return [c.text for c in captions(transcript, duration)]


def test_a_line_breaks_where_the_sense_does() -> None:
    found = texts(said(("When the storm was over, the captain counted his men and the boats that were left", 1.0)))
    assert found[0] == "When the storm was over,"
    assert all(len(line) <= LONGEST_LINE for line in found)
    assert not any(line.endswith((" the", " his", " and")) for line in found)


def test_sentences_do_not_share_a_line() -> None:
    assert texts(said(("We sailed. They stayed.", 1.0))) == ["We sailed.", "They stayed."]


def test_a_long_pause_parts_two_lines() -> None:
    words = (Word(text="wait", start=1.0, end=1.3), Word(text="what", start=1.9, end=2.2))
    transcript = Transcript(status="completed", captions=(Caption(text="", start=1.0, end=2.2, words=words),))
    assert texts(transcript) == ["wait", "what"]


def test_a_quick_line_stands_into_the_pause_after_it() -> None:
    quick = said(("Incomprehensibilities notwithstanding now", 1.0))
    words = tuple(
        w.model_copy(update={"start": 1.0 + i * 0.2, "end": 1.2 + i * 0.2})
        for i, w in enumerate(quick.captions[0].words)
    )
    transcript = quick.model_copy(update={"captions": (quick.captions[0].model_copy(update={"words": words}),)})
    (line,) = captions(transcript)
    assert words[-1].end < line.end
    assert len(line.text) / (line.end - line.start) == pytest.approx(FASTEST, abs=0.1)


def test_words_keep_their_times_for_highlighting() -> None:
    transcript = said(("Seven ships were lost", 2.0))
    (line,) = captions(transcript)
    assert line.words == transcript.captions[0].words


def test_untimed_lines_share_their_time_and_claim_no_words() -> None:
    text = "a line without any times of its own that is far too long to be read in one single glance"
    transcript = Transcript(status="completed", captions=(Caption(text=text, start=2.0, end=8.0),))
    found = captions(transcript)
    assert " ".join(c.text for c in found) == text
    assert len(found) > 2
    assert all(not c.words for c in found)
    assert found[0].start == 2.0
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


def test_white_space_is_no_text() -> None:
    transcript = Transcript(status="completed", captions=(Caption(text="  two\n lines ", start=1.0, end=3.0),))
    assert texts(transcript) == ["two lines"]
    empty = Transcript(status="completed", captions=(Caption(text="   ", start=1.0, end=3.0),))
    assert texts(empty) == []


def test_a_word_longer_than_a_line_stands_alone() -> None:
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter"
    assert texts(said((f"der {word} kam", 1.0))) == ["der", word, "kam"]


def test_no_transcript_means_no_captions() -> None:
    failed = said(("Hello there.", 1.0)).model_copy(update={"status": "failed"})
    assert captions(failed) == []
