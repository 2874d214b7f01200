"""``cutroom up`` with the real embedded studio: found by the other commands, alone on its folder, stopped by Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import pytest

from deploy.sample import Sample
from tests.patience import LONG

CUTROOM = (sys.executable, "-m", "cutroom")


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("CUTROOM_SERVER", "CUTROOM_DATA")}


def cutroom(*arguments: object) -> subprocess.CompletedProcess[str]:
    argv = [*CUTROOM, *map(str, arguments)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=5 * LONG, env=_environment(), check=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@contextmanager
def running(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The command, up and announced."""
    argv = [*CUTROOM, "up", "--port", "0", "--data", str(data)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=_environment()) as up:
        try:
            end = time.monotonic() + LONG
            while not (data / "studio.json").exists() and up.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            assert (data / "studio.json").exists(), up.poll()
            yield up
        finally:
            up.terminate()


@pytest.fixture(scope="module")
def studio(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One for all that leave it as it is."""
    with running(data) as up:
        yield up


def test_other_commands_find_it_by_its_folder(studio: subprocess.Popen[bytes], data: Path) -> None:
    listed = cutroom("jobs", "--json", "--status", "cancelled", "--data", data)
    assert (listed.returncode, json.loads(listed.stdout)) == (0, [])


def test_a_second_one_on_the_folder_says_so(studio: subprocess.Popen[bytes], data: Path) -> None:
    second = cutroom("up", "--port", "0", "--data", data)
    assert second.returncode == 3
    assert "error [data_in_use]" in second.stderr
    assert (data / "studio.json").exists()


def test_a_port_that_is_taken_is_told_in_two_lines(studio: subprocess.Popen[bytes], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        up = cutroom("up", "--port", taken.getsockname()[1], "--data", tmp_path / "other")
    assert up.returncode == 3
    assert up.stderr.startswith("error [port_in_use] Another program listens on 127.0.0.1:")
    assert len(up.stderr.splitlines()) == 2, up.stderr


def test_a_film_is_edited_by_it(studio: subprocess.Popen[bytes], data: Path, sample: Sample, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    before = [job["id"] for job in json.loads(cutroom("jobs", "--json", "--data", data).stdout)]
    edited = cutroom("edit", sample.video, "-o", out, "--draft", "--consent", "--duration", 5, "--data", data)
    assert edited.returncode == 0, edited.stderr
    assert "Starting the studio" not in edited.stdout
    with av.open(str(out)) as film:
        assert (film.streams.video[0].width, film.streams.video[0].height) == (854, 480)
        assert film.streams.audio[0].codec_context.name == "aac"
        assert film.duration / av.time_base == pytest.approx(5, abs=1.5)
    listed = json.loads(cutroom("jobs", "--json", "--data", data).stdout)
    jobs = [job for job in listed if job["id"] not in before]
    assert [(job["kind"], job["status"]) for job in jobs] == [("render", "completed"), ("ingest", "completed")]
    assert cutroom("watch", jobs[0]["id"], "--data", data).returncode == 0


def test_what_is_no_film_is_refused(studio: subprocess.Popen[bytes], data: Path, tmp_path: Path) -> None:
    text = tmp_path / "film.mp4"
    text.write_text("This is no film. " * 100)
    edited = cutroom("edit", text, "-o", tmp_path / "out.mp4", "--consent", "--data", data)
    assert edited.returncode == 2
    assert "error [media_unsupported]" in edited.stderr


def test_ctrl_c_stops_it_well(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data) as up:
        up.send_signal(signal.SIGINT)
        said, _ = up.communicate(timeout=LONG)
    assert up.returncode == 0
    assert b"Cutroom is up at http://127.0.0.1:" in said
    assert b"Traceback" not in said
    assert not (data / "studio.json").exists()
    assert cutroom("jobs", "--server", "http://127.0.0.1:9").returncode == 3
