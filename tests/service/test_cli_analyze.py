"""``cutroom analyze`` against a studio that speaks the routes, and with one that it starts itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cutroom.client import Client, Started
from cutroom.findings import heading, rows
from deploy.sample import Sample
from shared.contracts.hearing import Beats, Loudness
from shared.contracts.media import Analysis, AudioStream, MediaInfo, Note, Shot, ShotChange, Span, VideoStream
from shared.contracts.sight import Colour, DocumentFacts, FaceBox, FaceTrack, ImageFacts
from shared.contracts.speech import Caption, Transcript, Word
from tests.patience import LONG
from tests.service.studio_double import FakeStudio, cutroom

VIDEO = VideoStream(
    index=0, codec="h264", width=320, height=180, coded_width=320, coded_height=180, frame_rate="30000/1001",
    time_base="1/30000", duration=9.0,
)  # fmt: skip
SOUND = AudioStream(index=1, codec="aac", sample_rate=48000, channels=2, duration=9.0)
LINE = Caption(text="Hello harbour.", start=1, end=2, words=(Word(text="Hello", start=1, end=1.4),))
ANALYSIS = Analysis(
    sha256="0" * 64,
    media=MediaInfo(
        kind="video", container="mp4", duration=9.0, size=9, video=VIDEO, audio=SOUND,
        notes=(Note(code="hdr", message="The picture is HDR."),),
    ),
    transcript=Transcript(status="completed", source="captions", language="en", captions=(LINE,)),
    shots=(Shot(start_ticks=0, end_ticks=1, start=0, end=4), Shot(start_ticks=1, end_ticks=2, start=4, end=9)),
    changes=(ShotChange(kind="dissolve", start=3.5, end=4.5, score=1),),
    silences=(Span(start=0, end=1),),
    loudness=Loudness(integrated=-18.2, range=4.1, true_peak=-3.0),
    beats=Beats(times=tuple(n / 2 for n in range(18)), downbeats=(0.0, 2.0), tempo=120.0, confidence=0.97),
    faces=(FaceTrack(id="f1", boxes=(FaceBox(time=1, x=0, y=0, width=1, height=1, score=1),)),),
)  # fmt: skip


@pytest.fixture(autouse=True)
def analysed(studio: FakeStudio) -> None:
    studio.analysis = ANALYSIS.model_dump_json()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"footage" * 50_000)
    return path


def test_everything_is_told_in_lines(studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cutroom("analyze", film, "--server", studio.url) == 0
    assert studio.forms == [{"file": ("film.mp4", film.read_bytes())}]
    assert studio.bodies["analyze asset-1"] == ["beats", "faces", "pictures", "sound", "speech"]
    told = capsys.readouterr().out
    assert "\x1b" not in told and "Analysing film.mp4: 100%" in told
    for line in (
        f"{film}  9.00 s  320x180  29.97 fps  h264  aac, 2 x 48000 Hz",
        "  shots     2 shots, cuts at 4.00",
        "            dissolve 3.50-4.50 s",
        "  faces     1 face tracks",
        "  speech    1 lines, 1 words, from captions (en)",
        "            Hello harbour.",
        "  beats     120.0 a minute, 18 beats, confidence 0.97",
        "  loudness  -18.2 LUFS, range 4.1 LU, true peak -3.0 dBTP",
        "            silence: 1 times, 1.00 s in all: 0.00-1.00",
        "  note      The picture is HDR.",
    ):
        assert line in told.splitlines(), line


def test_only_what_is_asked_for(studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cutroom("analyze", film, "--server", studio.url, "--only", "beats, loudness", "-q") == 0
    assert studio.bodies["analyze asset-1"] == ["beats", "sound"]
    told = capsys.readouterr().out
    assert "LUFS" in told and "shots" not in told and "Analysing" not in told
    assert cutroom("analyze", film, "--server", studio.url, "--only", "smell") == 2
    assert "There is no smell to look for." in capsys.readouterr().err
    assert cutroom("analyze", film, "--server", studio.url, "--only", " , ") == 2, (
        "a script's empty variable is not all"
    )


def test_how_the_words_are_to_be_heard(studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wishes = ("--language", "de", "--hotwords", "Kittiwake, Fulmar")
    assert cutroom("analyze", film, "--server", studio.url, "-q", *wishes) == 0
    assert studio.bodies["heard"] == {"language": "de", "hotwords": "Kittiwake, Fulmar"}
    assert cutroom("analyze", film, "--server", studio.url, "-q") == 0
    assert studio.bodies["heard"] == {}, "what is not said stays as it was"
    capsys.readouterr()
    assert cutroom("analyze", film, "--server", studio.url, "--language", "../x") == 2
    assert "'../x' is no language." in capsys.readouterr().err
    assert cutroom("analyze", film, "--server", studio.url, "--hotwords", "x" * 1001) == 2
    assert cutroom("analyze", film, "--server", studio.url, "--speech-model", "/etc/model") == 2
    assert "'/etc/model' is no name of a model." in capsys.readouterr().err


def test_json_is_a_line_for_each_input(studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second = film.with_name("second.mp4")
    second.write_bytes(b"more")
    assert cutroom("analyze", film, second, "--server", studio.url, "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.pop("path") for line in lines] == [str(film), str(second)]
    assert all(Analysis.model_validate(line) == ANALYSIS for line in lines)


def test_one_bad_input_does_not_stop_the_others(
    studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    studio.refused_files["bad.mp4"] = (
        415,
        {"code": "media_unsupported", "detail": "It is text.", "remedy": "Send a film."},
    )
    bad = film.with_name("bad.mp4")
    bad.write_bytes(b"text")
    assert cutroom("analyze", bad, film, "--server", studio.url, "--json") == 2
    told = capsys.readouterr()
    assert [json.loads(line)["path"] for line in told.out.splitlines()] == [str(film)]
    assert f"error [media_unsupported] {bad}: It is text." in told.err
    assert "error [inputs_failed] 1 of 2 inputs could not be analysed." in told.err


def test_subtitles_beside_the_film_are_its_words(studio: FakeStudio, film: Path) -> None:
    film.with_suffix(".srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHi\n")
    assert cutroom("analyze", film, "--server", studio.url) == 0
    assert studio.bodies["captions"] == film.with_suffix(".srt").read_bytes()


def test_a_failed_analysis_is_the_exit_code(studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    studio.ends["tool"] = "failed"
    assert cutroom("analyze", film, "--server", studio.url) == 1
    assert "error [step_broke]" in capsys.readouterr().err
    assert cutroom("analyze", film.with_name("none.mp4"), "--server", studio.url) == 2


def test_a_program_without_asyncio_has_the_same_calls(studio: FakeStudio, film: Path) -> None:
    with Client(studio.url) as client:
        held = client.upload(film, title="Film")
        assert isinstance(client.analyze(held.asset.id, ("beats",), wait=0), Started)
        assert client.analyze(held.asset.id, ("beats",)) == ANALYSIS


def test_what_is_missing_is_said_with_its_remedy() -> None:
    mute = ANALYSIS.model_copy(
        update={
            "transcript": Transcript(status="unavailable", reason="No model.", remedy="Get one."),
            "loudness": None,
            "beats": Beats(confidence=0.1),
            "faces": (),
        }
    )
    told = rows(mute, ["speech", "loudness", "beats", "faces"])
    assert ("speech", "unavailable: No model.") in told and ("speech", "Get one.") in told
    assert ("beats", "no steady beat (confidence 0.10)") in told and ("faces", "0 face tracks") in told
    assert ("loudness", "no sound loud enough to be measured") in told


def test_without_a_server_a_studio_is_started(sample: Sample, tmp_path: Path) -> None:
    """The whole way: embedded gateway and analyzer, a real piece of music."""
    command = [sys.executable, "-m", "cutroom", "analyze", str(sample.music), "--only", "beats,loudness", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CUTROOM_")}
    done = subprocess.run(
        [*command, "--data", str(tmp_path / "data")], capture_output=True, text=True, timeout=5 * LONG, env=environment
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found.pop("path") == str(sample.music)
    analysis = Analysis.model_validate(found)
    assert analysis.parts == ("sound", "beats") and analysis.beats.tempo == pytest.approx(116, rel=0.02)
    assert analysis.loudness and analysis.waveform


def test_a_picture_and_a_document_are_told_by_what_they_are() -> None:
    video = VideoStream(
        index=0, codec="png", width=120, height=60, coded_width=120, coded_height=60, frame_rate="25/1",
        time_base="1/1000", duration=0,
    )  # fmt: skip
    image = ImageFacts(format="png", alpha=True, palette=(Colour(rgb="#dc1e28", share=0.67),))
    media = MediaInfo(kind="image", container="png", duration=0, size=9, video=video, image=image)
    picture = ANALYSIS.model_copy(update={"media": media})
    assert heading(picture) == "120x60  png"
    assert rows(picture, ["shots"]) == [("colours", "#dc1e28 67%"), ("alpha", "partly see-through"), ("faces", "0")]
    facts = DocumentFacts(pages=2, sizes=((612, 792), (612, 792)), characters=12)
    media = MediaInfo(kind="document", container="pdf", duration=0, size=9, document=facts)
    document = ANALYSIS.model_copy(update={"media": media})
    assert heading(document) == "2 pages  pdf"
    assert rows(document, []) == [("size", "612 x 792 points, 2 of the first pages"), ("text", "12 characters")]
