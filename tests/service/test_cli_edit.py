"""``cutroom edit`` against a studio that speaks the routes: what it sends, what it leaves, how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import LONG
from tests.service.studio_double import FILM, FakeStudio, cutroom

CAPTIONS = [{"text": "Hello.", "start": 0.1, "end": 0.9, "words": []}]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "my film.mp4"
    path.write_bytes(b"footage" * 50_000)
    return path


def test_one_film_one_ratio(studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = film.parent / "made" / "out.mp4"
    wishes = ("--duration", 12.5, "--story", "boats", "--template", "calm", "--pace", "fast", "--seed", 3)
    assert cutroom("edit", film, "-o", out, "--server", studio.url, "--consent", *wishes) == 0
    assert out.read_bytes() == FILM
    assert list(out.parent.iterdir()) == [out]
    (form,) = studio.forms
    assert form["file"] == ("my film.mp4", film.read_bytes())
    assert {name: form[name] for name in ("target_duration", "story", "template_name", "pace", "seed")} == {
        **{"target_duration": "12.5", "story": "boats", "template_name": "calm", "pace": "fast", "seed": "3"},
    }
    assert "captions" not in form
    assert studio.consents == {"asset-1"}
    assert studio.bodies["render 16:9"] == {"aspect_ratio": "16:9", "captions": True, "draft": False}
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "Making 16:9: 100%" in told
    assert "Sound is being mixed." in told
    assert re.search(r"out\.mp4  1920x1080  4\.5 s$", told, re.MULTILINE)


def test_several_ratios_are_several_files(studio: FakeStudio, film: Path) -> None:
    out = film.parent / "made"
    ratios = ("--ratio", "16:9", "--ratio", "9:16", "--no-captions", "--draft")
    assert cutroom("edit", film, "-o", out, "--server", studio.url, "--consent", *ratios) == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        "edited_16_9.mp4": FILM,
        "edited_9_16.mp4": FILM,
    }
    assert studio.bodies["render 9:16"] == {"aspect_ratio": "9:16", "captions": False, "draft": True}


def test_several_films_become_one_edit(studio: FakeStudio, film: Path) -> None:
    second = film.with_name("second.mp4")
    second.write_bytes(b"more")
    out, story = film.parent / "out.mp4", ("--story", "boats", "--duration", "20", "--seed", "4", "--ratio", "9:16")
    assert cutroom("edit", film, second, "-o", out, "--server", studio.url, "--consent", *story) == 0
    assert out.read_bytes() == FILM
    assert [form["auto_analyze"] for form in studio.forms] == ["false", "false"]
    assert studio.consents == {"asset-1", "asset-2"}
    assert studio.bodies["generate"] == {
        **{"story_prompt": {"key_message": "boats"}, "video_ids": ["asset-2"], "aspect_ratios": ["9:16"]},
        **{"seed": 4, "target_duration": 20.0},
    }


@pytest.mark.parametrize("ending", [".srt", ".vtt", ".ass", ".json"])
def test_subtitles_beside_the_film_go_with_it(studio: FakeStudio, film: Path, ending: str) -> None:
    text = json.dumps(CAPTIONS) if ending == ".json" else "1\n00:00:00,000 --> 00:00:01,000\nHi\n"
    film.with_suffix(ending).write_text(text)
    assert cutroom("edit", film, "-o", film.parent / "out.mp4", "--server", studio.url, "--consent") == 0
    assert studio.forms[0]["captions"] == (f"my film{ending}", text.encode())


def test_how_words_are_heard_goes_with_one_film_and_several(studio: FakeStudio, film: Path, tmp_path: Path) -> None:
    heard = {"language": "de", "hotwords": "Kittiwake"}
    wishes = ("--language", "de", "--hotwords", "Kittiwake", "--consent", "--server", studio.url)
    assert cutroom("edit", film, "--out", tmp_path / "one.mp4", *wishes) == 0
    assert heard.items() <= studio.forms[0].items()
    second = film.with_name("second.mp4")
    second.write_bytes(b"more")
    assert cutroom("edit", film, second, "--out", tmp_path / "both.mp4", *wishes) == 0
    order = studio.bodies["generate"]
    assert isinstance(order, dict) and heard.items() <= order.items()


def test_json_beside_the_film_that_is_no_captions_stays_here(studio: FakeStudio, film: Path) -> None:
    film.with_suffix(".json").write_text('{"camera": "x"}')
    assert cutroom("edit", film, "-o", film.parent / "out.mp4", "--server", studio.url, "--consent") == 0
    assert "captions" not in studio.forms[0]


def test_named_subtitles_go_before_those_beside(studio: FakeStudio, film: Path) -> None:
    film.with_suffix(".srt").write_text("beside")
    named = film.with_name("named.srt")
    named.write_text("named")
    order = ("--subtitles", named, "--server", studio.url, "--consent")
    assert cutroom("edit", film, "-o", film.parent / "out.mp4", *order) == 0
    assert studio.forms[0]["captions"] == ("named.srt", b"named")


@pytest.mark.parametrize(
    ("kind", "end", "code"), [("ingest", "failed", 1), ("render", "failed", 1), ("render", "cancelled", 4)]
)
def test_the_end_of_a_job_is_the_exit_code(
    studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str], kind: str, end: str, code: int
) -> None:
    studio.ends[kind] = end
    out = film.parent / "out.mp4"
    assert cutroom("edit", film, "-o", out, "--server", studio.url, "--consent") == code
    assert not out.exists()
    said = capsys.readouterr().err
    assert "Traceback" not in said
    if end == "failed":
        assert "error [step_broke]" in said
        assert "what to do: Mend it." in said


def test_a_refused_film_is_bad_input(studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = {"code": "media_unsupported", "detail": "This is no film.", "remedy": "Send a film.", "status": 415}
    studio.refusals["/api/ingest"] = (415, problem)
    assert cutroom("edit", film, "-o", film.parent / "out.mp4", "--server", studio.url, "--consent") == 2
    assert capsys.readouterr().err == "error [media_unsupported] This is no film.\n  what to do: Send a film.\n"


def test_what_is_no_studio_is_told_apart(studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    studio.refusals["/api/ingest"] = (200, {"hello": "world"})
    assert cutroom("edit", film, "-o", film.parent / "out.mp4", "--server", studio.url, "--consent") == 2
    assert "answer_unexpected" in capsys.readouterr().err


def test_nobody_answers(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cutroom("edit", film, "-o", film.parent / "out.mp4", "--server", "http://127.0.0.1:9", "--consent") == 3
    assert "error [server_unreachable]" in capsys.readouterr().err


def test_a_broken_download_leaves_nothing(studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    studio.short_media = True
    out = film.parent / "made" / "out.mp4"
    assert cutroom("edit", film, "-o", out, "--server", studio.url, "--consent") == 3
    assert list(out.parent.iterdir()) == []
    assert "connection_lost" in capsys.readouterr().err


def test_without_consent_nothing_is_sent(studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cutroom("edit", film, "-o", film.parent / "out.mp4", "--server", studio.url) == 2
    assert studio.asked == []
    assert "--consent" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ("--ratio", "16x9"),
        ("--template", "nothing"),
        ("--pace", "slow"),
        ("--duration", "0"),
        ("--seed", "-1"),
        ("--subtitles", "/nowhere.srt"),
        ("--server", "ftp://x"),
        ("--no-such-option",),
    ],
)
def test_wrong_use_is_seen_before_anything_is_sent(studio: FakeStudio, film: Path, wrong: tuple[str, ...]) -> None:
    order = ("--server", studio.url, "--consent", *wrong)
    assert cutroom("edit", film, "-o", film.parent / "out.mp4", *order) == 2
    assert studio.asked == []


@pytest.mark.parametrize("content", [None, b""])
def test_films_that_are_not_there_or_empty(studio: FakeStudio, tmp_path: Path, content: bytes | None) -> None:
    film = tmp_path / "film.mp4"
    if content is not None:
        film.write_bytes(content)
    assert cutroom("edit", film, "-o", tmp_path / "out.mp4", "--server", studio.url, "--consent") == 2
    assert studio.asked == []


def test_quiet_prints_the_file_and_nothing_else(
    studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = film.parent / "out.mp4"
    assert cutroom("edit", film, "-o", out, "--server", studio.url, "--consent", "--quiet") == 0
    assert capsys.readouterr().out == f"{out}\n"


def test_a_failed_check_is_shown(studio: FakeStudio, film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = studio.start

    def failing(kind: str, outputs: list[str]) -> str:
        job_id = start(kind, outputs)
        for output in studio.jobs[job_id]["result"]["outputs"]:  # type: ignore[index]
            finding = {"code": "black", "severity": "error", "message": "Black from 1 to 2 s."}
            output["check"] = {"passed": False, "findings": [finding]}
        return job_id

    studio.start = failing  # type: ignore[method-assign]
    assert cutroom("edit", film, "-o", film.parent / "out.mp4", "--server", studio.url, "--consent") == 0
    assert "check: Black from 1 to 2 s." in capsys.readouterr().out


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cancels_the_job(studio: FakeStudio, film: Path, number: int, code: int) -> None:
    studio.hang.add("render")
    out = film.parent / "out.mp4"
    argv = [sys.executable, "-m", "cutroom", "edit", film, "-o", out, "--server", studio.url, "--consent"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ}) as command:
        assert studio.hanging.wait(LONG)
        command.send_signal(number)
        _, said = command.communicate(timeout=LONG)
    assert command.returncode == code
    assert b"Traceback" not in said
    assert [job["status"] for job in studio.jobs.values() if job["kind"] == "render"] == ["cancelled"]
    assert not out.exists()
