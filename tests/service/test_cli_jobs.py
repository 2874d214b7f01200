"""``cutroom jobs``, ``watch``, ``cancel`` and what they print."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cutroom.__main__ import explain, main
from cutroom.client import Unreachable
from cutroom.places import announced
from tests.service.studio_double import FakeStudio, cutroom


def test_jobs_are_lines_with_tabs(studio: FakeStudio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.ends["edit"] = "failed"
    first, second = studio.start("render", []), studio.start("edit", [])
    assert cutroom("jobs", "--server", studio.url) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{second}\tedit\tfailed\t100\t2026-11-02T10:00:00\tstep_broke",
        f"{first}\trender\tcompleted\t100\t2026-11-02T10:00:00\t",
    ]


def test_filters_go_to_the_studio(studio: FakeStudio) -> None:
    order = ("--status", "failed", "--kind", "edit", "--limit", 5)
    assert cutroom("jobs", "--server", studio.url, *order) == 0
    assert studio.bodies["jobs"] == {"status": "failed", "kind": "edit", "limit": "5"}


def test_jobs_as_json(studio: FakeStudio, capsys: pytest.CaptureFixture[str]) -> None:
    job_id = studio.start("render", ["video_16_9"])
    assert cutroom("jobs", "--server", studio.url, "--json") == 0
    (job,) = json.loads(capsys.readouterr().out)
    assert (job["id"], job["result"]["outputs"][0]["duration"]) == (job_id, 4.5)


@pytest.mark.parametrize(("end", "code"), [("completed", 0), ("failed", 1), ("cancelled", 4)])
def test_watching_ends_as_the_job_does(studio: FakeStudio, end: str, code: int) -> None:
    studio.ends["render"] = end
    assert cutroom("watch", studio.start("render", []), "--server", studio.url) == code


def test_watching_as_json_prints_every_event(studio: FakeStudio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.cut = [3]
    job_id = studio.start("render", [])
    assert cutroom("watch", job_id, "--json", "--server", studio.url) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["sequence"] for event in events] == [1, 2, 3, 4, 5, 6, 7]


def test_an_unknown_job_is_wrong_use(studio: FakeStudio, capsys: pytest.CaptureFixture[str]) -> None:
    assert cutroom("watch", "nothing", "--server", studio.url) == 2
    assert "error [not_found] There is no such job." in capsys.readouterr().err


def test_cancel(studio: FakeStudio, capsys: pytest.CaptureFixture[str]) -> None:
    job_id = studio.start("render", [])
    assert cutroom("cancel", job_id, "--server", studio.url) == 0
    assert capsys.readouterr().out == f"{job_id} cancelled\n"


def test_the_studio_on_the_data_folder_is_found(studio: FakeStudio, tmp_path: Path) -> None:
    with announced(studio.url, tmp_path):
        assert cutroom("jobs", "--data", tmp_path) == 0
    assert ("GET", "/api/jobs") in studio.asked
    assert list(tmp_path.iterdir()) == []


def test_the_environment_names_the_studio(studio: FakeStudio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTROOM_SERVER", studio.url)
    assert cutroom("jobs") == 0
    assert studio.asked == [("GET", "/api/jobs")]


def test_a_studio_out_of_order_counts_as_away(studio: FakeStudio) -> None:
    studio.refusals["/api/jobs"] = (503, {"code": "dependency_unavailable", "detail": "A part is away."})
    assert cutroom("jobs", "--server", studio.url) == 3


@pytest.mark.parametrize("wrong", ["127.0.0.1:8000", "http://127.0.0.1:port", "file:///etc/passwd"])
def test_what_is_no_address_is_wrong_use(wrong: str) -> None:
    assert cutroom("jobs", "--server", wrong) == 2


def test_what_a_studio_says_does_not_steer_the_terminal(studio: FakeStudio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.refusals["/api/jobs"] = (404, {"code": "gone", "detail": "\x1b[2J\x1b]0;owned\x07[red]Gone[/red] :bug:"})
    assert cutroom("jobs", "--server", studio.url) == 2
    assert "error [gone] [2J]0;owned[red]Gone[/red] :bug:\n" in capsys.readouterr().err


def test_an_unexpected_error_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(ExceptionGroup("group", [ZeroDivisionError("by zero")])) == 1
    said = capsys.readouterr().err
    assert said.startswith("error [internal_error] Something unexpected happened: ZeroDivisionError: by zero\n")
    assert "Traceback" not in said


def test_debug_shows_where_it_comes_from() -> None:
    with pytest.raises(Unreachable):
        main(["--debug", "jobs", "--server", "http://127.0.0.1:9"])
