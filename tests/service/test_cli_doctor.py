"""``cutroom doctor`` finds what is here and what is not, and keeps keys to itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.doctor import Finding, checks
from tests.patience import LONG

ESSENTIAL = ("Python", "ffmpeg", "PyAV", "librosa", "FastAPI", "PostgreSQL", "data folder")


@pytest.fixture(scope="module")
async def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finding]:
    return {finding.name: finding for finding in await checks(tmp_path_factory.mktemp("data"))}


async def test_what_the_studio_needs_is_here(findings: dict[str, Finding]) -> None:
    assert {name: findings[name].status for name in ESSENTIAL} == dict.fromkeys(ESSENTIAL, "ok")


async def test_the_voice_has_really_spoken(findings: dict[str, Finding]) -> None:
    assert "spoken" in findings["local voice"].found


async def test_whatever_is_not_well_has_its_remedy(findings: dict[str, Finding]) -> None:
    assert all(finding.remedy for finding in findings.values() if finding.status != "ok")
    assert not any(finding.remedy for finding in findings.values() if finding.status == "ok")


def doctor(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "cutroom", "doctor", *arguments]
    return subprocess.run(
        argv, capture_output=True, text=True, timeout=LONG, env={**os.environ, **environment}, check=False
    )


def test_a_missing_ffmpeg_is_told_and_ends_with_one() -> None:
    looked = doctor(CUTROOM_FFMPEG="/nowhere/ffmpeg")
    assert looked.returncode == 1
    (line,) = (line for line in looked.stdout.splitlines() if line.startswith("missing"))
    assert line.split("\t")[1] == "ffmpeg"
    assert "CUTROOM_FFMPEG" in line


def test_an_ffmpeg_without_its_parts_is_missing(tmp_path: Path) -> None:
    bare = tmp_path / "ffmpeg"
    bare.write_text("#!/bin/sh\necho ' V..... aac x'\n")
    bare.chmod(0o755)
    found = {each["name"]: each for each in json.loads(doctor("--json", CUTROOM_FFMPEG=str(bare)).stdout)}
    assert found["ffmpeg"]["status"] == "missing"
    assert "libx264" in found["ffmpeg"]["found"]
    assert "aac" not in found["ffmpeg"]["found"].split("without")[1]


def test_a_folder_that_cannot_be_written_is_missing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    found = {each["name"]: each for each in json.loads(doctor("--json", "--data", str(blocked / "data")).stdout)}
    assert found["data folder"]["status"] == "missing"
