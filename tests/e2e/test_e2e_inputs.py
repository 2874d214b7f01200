"""Bad input gets its own clear error and leaves nothing; a film without sound is good input."""

from __future__ import annotations

import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.embedded import Studio
from deploy.sample import Sample
from shared.process import ffmpeg_path, run
from tests.e2e.api import Person
from tests.films import look


@pytest.fixture(scope="module")
async def person(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Person]:
    async with Studio(tmp_path_factory.mktemp("studio")) as studio:
        one = Person(studio.url)
        yield one
        await one.http.aclose()


async def drawn(target: Path, seconds: float) -> Path:
    """A silent film of a moving test picture."""
    made = ["-f", "lavfi", "-i", f"testsrc2=size=320x180:rate=25:duration={seconds}", "-pix_fmt", "yuv420p"]
    await run([ffmpeg_path(), "-v", "error", "-y", *made, str(target)])
    return target


async def bad_file(kind: str, sample: Sample, folder: Path) -> Path:
    """One of the files that people send by mistake."""
    target = folder / f"{kind}.mp4"
    if kind == "text":
        target.write_text("This is no film.\n" * 100)
    elif kind == "empty":
        target.write_bytes(b"")
    elif kind == "truncated":
        whole = sample.video.read_bytes()
        target.write_bytes(whole[: len(whole) * 6 // 10])
    elif kind == "sound":
        with wave.open(str(target), "wb") as sound:
            sound.setparams((1, 2, 16000, 0, "NONE", ""))
            sound.writeframes(bytes(64000))
    elif kind == "instant":
        await drawn(target, 0.04)
    else:
        target.write_text("#EXTM3U\n#EXTINF:1,\n/etc/passwd\n")
    return target


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("text", 415, "media_unsupported"),
        ("playlist", 415, "media_unsupported"),
        ("empty", 422, "media_empty"),
        ("truncated", 422, "media_truncated"),
        ("sound", 422, "media_no_video"),
        ("instant", 422, "media_too_short"),
    ],
)
async def test_a_bad_file_has_an_error_of_its_own(
    kind: str, status: int, code: str, person: Person, sample: Sample, tmp_path: Path
) -> None:
    path = await bad_file(kind, sample, tmp_path)
    answer = await person.http.post("/api/ingest", files={"file": (path.name, path.read_bytes(), "video/mp4")})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert problem["detail"] and "Traceback" not in answer.text
    assert (await person.http.get("/api/projects")).json() == []


async def test_a_silent_film_is_edited_and_gets_silent_sound(person: Person, tmp_path: Path) -> None:
    body = await person.ingest(await drawn(tmp_path / "silent.mp4", 3.0))
    assert body["asset"]["has_audio"] is False
    ended = await person.until_ended(body["job_id"])
    assert ended["status"] == "completed", ended
    project = (await person.http.get(f"/api/timeline/{body['project']['id']}")).json()
    assert project["timeline"]["beats"] == [] and project["timeline"]["segments"]
    job_id = await person.render(body["project"]["id"], body["asset"]["id"], aspect_ratio="1:1", draft=True)
    assert (await person.until_ended(job_id))["status"] == "completed"
    status = (await person.http.get(f"/api/render/status/{job_id}")).json()
    film = look(await person.download(status["output_url"], tmp_path / "film.mp4"))
    assert film.audio_codec == "aac" and film.loudest == 0.0 and film.width == film.height


@pytest.mark.parametrize(
    "path", ["/api/timeline/nonsense", "/api/jobs/019a0000-0000-7000-8000-000000000000", "/api/nothing/here"]
)
async def test_unknown_things_are_not_found(path: str, person: Person) -> None:
    answer = await person.http.get(path)
    assert answer.status_code == 404 and answer.json()["code"]


async def test_json_that_is_none_and_a_timeline_outside_its_film(person: Person, tmp_path: Path) -> None:
    body = await person.ingest(await drawn(tmp_path / "short.mp4", 2.0), auto_analyze="false")
    where = f"/api/timeline/{body['project']['id']}"
    wrong = await person.http.post(where, content=b"{not json", headers={"content-type": "application/json"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "json_invalid")
    outside = await person.http.post(where, json={"timeline": {"segments": [{"start": 1.0, "end": 9.0}]}})
    problem = outside.json()
    assert (outside.status_code, problem["code"]) == (422, "timeline_invalid")
    assert any("end" in error["field"] for error in problem["errors"])
