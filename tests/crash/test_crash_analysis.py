"""``kill -9`` while the words are heard: the parts that were finished by then are not measured again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.crash.test_crash_kills import StudioProcess, nothing_half_written, person, studio, until_none
from tests.e2e.api import Person
from tests.patience import LONG
from tests.providers.transcription import WORDS, transcription_server
from tests.service.analyzer_stage import clip

__all__ = ["person", "studio"]
FINISHED = ("facts", "pictures", "faces", "sound", "beats")


@pytest.mark.timeout(600)
async def test_a_kill_in_the_midst_of_the_words_loses_nothing_else(
    studio: StudioProcess, person: Person, tmp_path: Path
) -> None:
    film = await clip(tmp_path / "film.mp4", seconds=4)
    async with transcription_server(after_s=600) as server:
        studio.settings["CUTROOM_ANALYZER_SPEECH_BASE_URL"] = server.base_url
        studio.log_level = "info"
        await studio.start()
        held = await person.http.post(
            "/api/assets", files={"file": ("film.mp4", film.read_bytes())}, data={"analyze": "true"}, params={"wait": 0}
        )
        async with asyncio.timeout(LONG):
            while not (server.seen and measured(studio.data) == set(FINISHED) - {"facts"}):
                await asyncio.sleep(0.05)
        studio.kill()
        await until_none(studio.data)
        nothing_half_written(studio.data)
        server.after_s = 0
        studio.data.with_suffix(".log").unlink()
        await studio.start()
        job = await person.until_ended(held.json()["job_id"])
    assert job["status"] == "completed" and len(server.seen) == 2
    assert measured(studio.data) == {"speech"}, "all else was on the shelf"
    analysis = (await person.http.get(f"/api/assets/{job['asset_id']}/analysis")).json()
    assert analysis["missing"] == [] and analysis["shots"] and analysis["waveform"]
    assert analysis["transcript"]["captions"][0]["text"].split() == list(WORDS)[:4]
    assert all(len(documents(studio.data, part)) == 1 for part in FINISHED)


def documents(data: Path, part: str) -> list[Path]:
    """The kept documents of a part."""
    return list((data / "blobs/refs/analysis").glob(f"*/{part}-*"))


def measured(data: Path) -> set[str]:
    """The parts that the studio has measured since its last start."""
    lines = data.with_suffix(".log").read_text().splitlines()
    return {line.split("part=")[1].split()[0] for line in lines if "analysis.part" in line}
