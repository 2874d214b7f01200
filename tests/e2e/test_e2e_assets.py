"""Files of every kind are held as assets; what is none is refused and leaves nothing."""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from deploy.embedded import Studio
from tests.e2e.api import Person
from tests.people import PORTRAIT
from tests.service.test_analyzer_holdings import gif_bomb, pdf, png_bomb


@pytest.fixture(scope="module")
async def person(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Person]:
    async with Studio(tmp_path_factory.mktemp("studio")) as studio:
        one = Person(studio.url)
        yield one
        await one.http.aclose()


async def held(person: Person, name: str, file: bytes, **more: Any) -> httpx.Response:
    """Send a file."""
    return await person.http.post("/api/assets", files={"file": (name, file)}, **more)


def logo() -> bytes:
    """A see-through ring in one colour."""
    y, x = np.mgrid[-40:40, -60:60]
    ring = (np.hypot(x, y) < 36) & (np.hypot(x, y) > 20)
    pixels = np.zeros((80, 120, 4), np.uint8)
    pixels[ring] = (0, 160, 90, 255)
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "PNG")
    return target.getvalue()


def tone(seconds: float = 3.0) -> bytes:
    """A beat: bursts of 440 Hz, two a second, 16-bit mono at 16 kHz."""
    at = np.arange(int(16000 * seconds)) / 16000
    sound = np.sin(2 * np.pi * 440 * at) * np.exp(-12 * (at % 0.5)) * 20000
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(sound.astype("<i2").tobytes())
    return target.getvalue()


async def test_pictures_sounds_and_documents_are_held(person: Person) -> None:
    answer = await held(person, "logo.png", logo(), data={"title": "Our ring"})
    assert answer.status_code == 201, answer.text
    asset = answer.json()["asset"]
    assert answer.headers["location"] == f"/api/assets/{asset['id']}"
    assert (asset["title"], asset["kind"], asset["resolution"], asset["duration"]) == ("Our ring", "image", "120x80", 0)
    assert asset["image"]["alpha"] and asset["image"]["palette"][0]["rgb"] == "#00a05a"
    assert (asset["fps"], asset["audio"], asset["document"]) == (None, None, None)
    assert (await person.http.get(asset["url"])).content == logo()
    assert (await person.http.get(asset["thumbnail_url"])).headers["content-type"] == "image/jpeg"

    portrait = (await held(person, "me.jpg", PORTRAIT.read_bytes())).json()["asset"]
    assert portrait["image"]["faces"] == 1

    brief = (await held(person, "brief.pdf", pdf(3, "The budget"))).json()["asset"]
    assert (brief["kind"], brief["document"]["pages"], brief["resolution"]) == ("document", 3, None)
    assert (await person.http.get(brief["document"]["text_url"])).json() == ["The budget"] * 3
    listed = (await person.http.get("/api/assets")).json()
    assert {item["id"] for item in listed["items"]} == {asset["id"], portrait["id"], brief["id"]}
    assert (await person.http.get("/api/projects")).json() == [], "no project is made of them"


async def test_music_is_analysed_when_wished(person: Person) -> None:
    answer = await held(person, "music.wav", tone(), data={"analyze": "true"}, params={"wait": "60"})
    assert answer.status_code in (201, 202), answer.text
    body = answer.json()
    assert (body["asset"]["kind"], body["asset"]["resolution"]) == ("audio", None)
    assert body["asset"]["audio"] == {"codec": "pcm_s16le", "sample_rate": 16000, "channels": 1}
    job = await person.until_ended(body["job_id"])
    assert [(step["name"], step["status"]) for step in job["steps"]] == [
        ("probe", "completed"),
        ("analyze", "completed"),
    ]
    assert (job["kind"], job["project_id"]) == ("asset", None)


@pytest.mark.parametrize(
    ("name", "data", "status", "code"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/x"/></svg>', 415, "media_unsupported"),
        ("a.zip", b"PK\x03\x04" + bytes(900), 415, "media_unsupported"),
        ("logo.png", b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", 415, "media_unsupported"),
        ("bomb.png", png_bomb(30_000), 422, "media_too_complex"),
        ("bomb.gif", gif_bomb(4000, 3000), 422, "media_too_complex"),
        ("pages.pdf", pdf(2500), 422, "media_too_complex"),
        ("cut.png", logo()[:200], 422, "media_truncated"),
        ("empty.png", b"", 422, "media_empty"),
    ],
)  # fmt: skip
async def test_what_cannot_be_held_is_refused_by_its_content(
    person: Person, tmp_path: Path, name: str, data: bytes, status: int, code: str
) -> None:
    before = len((await person.http.get("/api/assets")).json()["items"])
    answer = await held(person, name, data)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert problem["detail"] and problem.get("remedy", "x")
    assert len((await person.http.get("/api/assets")).json()["items"]) == before


async def test_the_form_is_checked_and_the_same_upload_is_made_once(person: Person) -> None:
    nothing = await person.http.post("/api/assets", files={"title": (None, "x")})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "missing"), nothing.text
    wrong = await held(person, "a.png", logo(), data={"analyse": "true"})
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["field"] == "analyse"
    first, second = [await held(person, "a.png", logo(), headers={"Idempotency-Key": "one-ring"}) for _ in range(2)]
    assert first.json()["asset"]["id"] == second.json()["asset"]["id"]
    assert second.headers["idempotency-replayed"] == "true"
