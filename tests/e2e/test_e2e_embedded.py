"""From footage to a film on the embedded studio, over the public API only."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import websockets

from deploy.embedded import Studio
from deploy.sample import Sample
from tests.e2e.api import Person
from tests.films import look, starts_with_moov


@pytest.fixture(scope="module")
async def studio(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Studio]:
    async with Studio(tmp_path_factory.mktemp("studio")) as running:
        yield running


@pytest.fixture(scope="module")
async def person(studio: Studio) -> AsyncIterator[Person]:
    one = Person(studio.url)
    yield one
    await one.http.aclose()


async def test_footage_becomes_a_film(person: Person, sample: Sample, tmp_path: Path) -> None:
    body = await person.ingest_sample(sample, title="My film")
    assert body["asset"]["duration"] == pytest.approx(16, abs=0.3)
    assert body["asset"]["resolution"] == "320x180" and body["asset"]["thumbnail_url"]
    analysed = await person.until_ended(body["job_id"])
    assert analysed["status"] == "completed" and analysed["percent"] == 100
    project = (await person.http.get(f"/api/timeline/{body['project']['id']}")).json()
    segments = project["timeline"]["segments"]
    assert segments and project["timeline"]["captions"]
    kept = sum(s["end"] - s["start"] for s in segments)
    assert 0 < kept < body["asset"]["duration"], "the black and the silence are gone"

    job_id = await person.render(body["project"]["id"], body["asset"]["id"], aspect_ratio="9:16", draft=True)
    ended = await person.until_ended(job_id)
    assert ended["status"] == "completed", ended
    assert ended["result"]["check"]["passed"], ended["result"]["check"]
    status = (await person.http.get(f"/api/render/status/{job_id}")).json()
    assert status["status"] == "finished" and status["progress"] == 100 and status["error"] is None
    path = await person.download(status["output_url"], tmp_path / "film.mp4")
    film = look(path)
    assert (film.width, film.height, film.rate) == (480, 854, 30)
    assert (film.video_codec, film.audio_codec) == ("h264", "aac") and starts_with_moov(path)
    assert film.seconds == pytest.approx(kept, abs=0.1)
    assert film.frames == pytest.approx(kept * 30, abs=2)
    assert film.audio_seconds == pytest.approx(film.frames / 30, abs=0.06)
    assert film.loudest > 0.1 and film.brightest > 20


async def test_the_event_log_is_gapless_and_the_same_everywhere(person: Person, sample: Sample, studio: Studio) -> None:
    body = await person.ingest_sample(sample)
    live = await person.events(body["job_id"])
    again = await person.events(body["job_id"])
    assert live == again
    assert [int(e["sequence"]) for e in live] == list(range(1, len(live) + 1))
    assert {e["subject"] for e in live} == {body["job_id"]}
    assert live[0]["type"].endswith("created") and live[-1]["type"].endswith("completed")
    assert await person.events(body["job_id"], after=3) == live[3:]
    assert await person.events(body["job_id"], after=len(live)) == []
    url = studio.url.replace("http", "ws", 1) + f"/api/ws/jobs/{body['job_id']}?after=0"
    async with websockets.connect(url) as socket:
        over_ws = [json.loads(text) async for text in socket]
    assert over_ws == live
    async with websockets.connect(url.replace("after=0", "after=2")) as socket:
        assert [json.loads(text) async for text in socket] == live[2:]


async def test_the_same_media_is_not_analysed_twice(person: Person, sample: Sample) -> None:
    first = await person.ingest_sample(sample)
    await person.until_ended(first["job_id"])
    second = await person.ingest_sample(sample)
    assert second["asset"]["id"] != first["asset"]["id"]
    await person.until_ended(second["job_id"])
    log = json.dumps(await person.events(second["job_id"]))
    assert "known already" in log
