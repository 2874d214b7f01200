"""The parts of an analysis: what each depends on, and how they come together."""

from __future__ import annotations

import pytest

from services.analyzer.domain import keys
from services.analyzer.domain.judge import Bounds
from services.analyzer.domain.keys import VERSIONS, document_key, part_keys, whole_key
from services.analyzer.domain.parts import (
    PARTS,
    RESULTS,
    BeatsFound,
    FacesFound,
    PicturesFound,
    SoundFound,
    SpeechFound,
    compose,
)
from shared.contracts.blob import checked_key
from shared.contracts.hearing import Beats
from shared.contracts.media import MEASURES, Analysis, MediaInfo, Note, Span, Still
from shared.contracts.speech import Transcript

INFO = MediaInfo(kind="audio", container="wav", duration=4, size=9, notes=(Note(code="a", message="a"),))


def test_words_alone_depend_on_engine_and_language() -> None:
    made = [part_keys(Bounds(), speech, language) for speech in ("none", "whisper:a") for language in (None, "en")]
    assert len({each["speech"] for each in made}) == 4
    for part in ("facts", "pictures", "faces", "sound", "beats"):
        assert len({each[part] for each in made}) == 1


def test_a_new_version_of_a_part_is_news_for_that_part_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = part_keys(Bounds(), "none", None)
    monkeypatch.setitem(keys.VERSIONS, "beats", VERSIONS["beats"] + 1)
    after = part_keys(Bounds(), "none", None)
    assert [part for part in before if before[part] != after[part]] == ["beats"]
    assert whole_key(before) != whole_key(after)


def test_a_document_lies_under_its_content() -> None:
    one, other = (document_key("a" * 64, "beats", data) for data in (b"1", b"2"))
    assert one != other and checked_key(one) == one


def test_the_whole_has_what_the_parts_have_and_says_which_they_are() -> None:
    found = {
        "beats": BeatsFound(beats=Beats(times=(1.0,)), notes=(Note(code="b", message="b"),)),
        "sound": SoundFound(silences=(Span(start=0, end=1),)),
    }
    whole = compose("0" * 64, INFO, found)
    assert whole.parts == ("sound", "beats") and whole.beats.times == (1.0,) and len(whole.silences) == 1
    assert [(note.code, note.part) for note in whole.media.notes] == [("a", None), ("b", "beats")]
    assert whole.transcript.status == "unavailable" and whole.transcript.remedy
    spoken = compose("0" * 64, INFO, {"speech": SpeechFound(transcript=Transcript(status="completed"))})
    assert spoken.transcript.status == "completed"


def test_every_measure_of_a_part_reaches_the_document() -> None:
    for part in PARTS:
        assert RESULTS[part].model_fields.keys() - {"notes", "failed"} == set(MEASURES[part])
    held = {name for part in PARTS for name in MEASURES[part]}
    assert held == Analysis.model_fields.keys() - {"version", "sha256", "media", "parts", "missing"}


def test_stills_chosen_with_faces_go_before_those_without() -> None:
    plain, knowing = (Still(time=at, score=1, sharpness=1, exposure=1, faces=at) for at in (0.0, 1.0))
    pictures, faces = PicturesFound(stills=(plain,)), FacesFound(stills=(knowing,))
    assert compose("0" * 64, INFO, {"pictures": pictures}).stills == (plain,)
    both = compose("0" * 64, INFO, {"faces": faces, "pictures": pictures})
    assert both.stills == (knowing,) and both.missing == ("sound", "beats", "speech")
