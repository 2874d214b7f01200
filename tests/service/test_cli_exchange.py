"""``cutroom plan``, ``export`` and ``import`` on real films, as a person types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from deploy.sample import Sample
from shared.contracts.layout import violations
from shared.contracts.timeline import Timeline
from tests.patience import LONG


def cutroom(*arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CUTROOM_")}
    argv = [sys.executable, "-m", "cutroom", *map(str, arguments)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=5 * LONG, env=environment, check=False)


@pytest.fixture(scope="module")
def planned(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A timeline of the sample: only where somebody speaks, with a margin."""
    folder = tmp_path_factory.mktemp("planned")
    out = folder / "cut.json"
    done = cutroom(
        "plan",
        sample.video,
        "-o",
        out,
        "--edit",
        "speech",
        "--margin",
        "0.1s",
        "--data",
        folder / "data",
        "-q",
        "--language",
        "en",
        "--hotwords",
        "Cutroom",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(out)
    return out


def test_a_plan_is_a_valid_timeline_of_what_was_asked_for(planned: Path, sample: Sample) -> None:
    made = Timeline.model_validate_json(planned.read_bytes())
    assert violations(made) == []
    assert [s.name for s in made.sources.values()] == [sample.video.stem]
    assert 1 < float(made.frames / Fraction(made.rate)) < 15
    assert any(clip.captions for clip in made.video)


@pytest.mark.parametrize("form", ["otio", "fcpxml", "fcp7xml", "edl"])
def test_it_goes_out_and_comes_back_on_the_films_of_a_folder(
    planned: Path, sample: Sample, tmp_path: Path, form: str
) -> None:
    out = tmp_path / f"cut.{form}"
    done = cutroom("export", planned, "--to", form, "-o", out)
    assert done.returncode == 0, done.stderr
    assert ("lost" in done.stdout) == (form != "json")
    back = cutroom("import", out, "--media", sample.video.parent, "-o", tmp_path / "back.json")
    assert back.returncode == 0, back.stderr
    before, after = (Timeline.model_validate_json(p.read_bytes()) for p in (planned, tmp_path / "back.json"))
    assert [(c.frames, round(float(c.source_start * 25))) for c in after.video] == [
        (c.frames, round(float(c.source_start * 25))) for c in before.video
    ]
    assert violations(after) == []


def test_captions_and_chapters_are_written_beside_the_timeline(planned: Path) -> None:
    for form, head in (("srt", "1\n00:00:0"), ("vtt", "WEBVTT"), ("chapters", "0:00 ")):
        assert cutroom("export", planned, "--to", form, "-q").returncode == 0
        ending = "txt" if form == "chapters" else form
        assert planned.with_suffix(f".{ending}").read_text().startswith(head)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("plan", "x.mp4", "-o", "y.json", "--edit", "audio:loud"), "character 7"),
        (("plan", "x.mp4", "-o", "y.json", "--margin", "soon"), "margin"),
        (("plan", "x.mp4", "-o", "y.json", "--template", "loud"), "template"),
        (("export", "cut.json", "--to", "avid"), "format"),
        (("export", "missing.json", "--to", "edl"), "missing.json"),
        (("import", "missing.otio"), "missing.otio"),
    ],
)
def test_wrong_use_is_said_in_one_line(arguments: tuple[str, ...], says: str) -> None:
    done = cutroom(*arguments)
    assert done.returncode == 2
    assert says in done.stderr and "Traceback" not in done.stderr


def test_media_that_are_not_there_are_named(planned: Path, tmp_path: Path) -> None:
    edl = tmp_path / "cut.edl"
    assert cutroom("export", planned, "--to", "edl", "-o", edl).returncode == 0
    done = cutroom("import", edl, "--media", tmp_path)
    assert done.returncode == 2 and "media_unlinked" in done.stderr


def test_a_file_that_is_no_timeline_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({"rate": "25/1"}))
    done = cutroom("export", wrong, "--to", "edl")
    assert done.returncode == 2 and "timeline_invalid" in done.stderr


def test_marks_of_silence_are_not_exported_from_a_file_that_knows_of_none(tmp_path: Path) -> None:
    done = cutroom("export", tmp_path / "a.json", "--to", "otio", "--mode", "mark_silence")
    assert done.returncode == 2 and "does not say where its films are silent" in done.stderr


def test_a_dash_prints_the_file_alone(planned: Path, sample: Sample, tmp_path: Path) -> None:
    piped = cutroom("export", planned, "--to", "otio", "-o", "-")
    assert piped.returncode == 0 and json.loads(piped.stdout)["OTIO_SCHEMA"] == "Timeline.1", piped.stderr
    file = tmp_path / "new" / "folder" / "cut.otio"
    assert cutroom("export", planned, "--to", "otio", "-o", file).returncode == 0
    assert file.read_text("utf-8") == piped.stdout
    back = cutroom("import", file, "--media", sample.video.parent, "-o", "-")
    assert back.returncode == 0 and Timeline.model_validate_json(back.stdout).video
