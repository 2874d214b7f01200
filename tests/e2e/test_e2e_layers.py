"""An edit with everything laid over it, from uploads to a film, over the public API only."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from deploy.embedded import Studio
from deploy.sample import Sample
from shared.process import ffmpeg_path, run
from tests.e2e.api import Person
from tests.films import look


def logo() -> bytes:
    """A magenta square on a transparent ground."""
    picture = np.zeros((60, 60, 4), np.uint8)
    picture[10:50, 10:50] = (255, 0, 255, 255)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def music() -> bytes:
    """Two seconds of a tone."""
    tone = (np.sin(2 * np.pi * 880 * np.arange(96000) / 48000) * 9000).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, 48000, 0, "NONE", ""))
        writer.writeframes(tone.tobytes())
    return file.getvalue()


async def held(person: Person, name: str, content: bytes) -> str:
    """Upload an asset and give consent for it."""
    answer = await person.http.post("/api/assets", files={"file": (name, content)}, params={"wait": 60})
    assert answer.status_code == 201, answer.text
    asset = str(answer.json()["asset"]["id"])
    await person.http.post(f"/api/consent/{asset}/checkbox", json={"accepted": True})
    return asset


async def test_logo_music_text_and_split_screen_come_out_as_written(tmp_path: Path, sample: Sample) -> None:
    async with Studio(tmp_path / "studio") as studio:
        person = Person(studio.url)
        try:
            film = await rendered(person, sample, tmp_path)
        finally:
            await person.http.aclose()
    seen = look(film)
    assert seen.frames == 90 and seen.loudest > 0.1
    small = ["-vf", "scale=160:90", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
    done = await run([ffmpeg_path(), "-loglevel", "error", "-i", str(film), *small])
    frames = np.frombuffer(done.stdout, np.uint8).reshape(-1, 90, 160, 3).astype(int)
    corner = frames[:, :22, 128:]
    magenta = (corner[..., 0] > 180) & (corner[..., 1] < 90) & (corner[..., 2] > 180)
    shown = magenta.mean(axis=(1, 2)) > 0.05
    assert shown[:60].all(), "the logo"
    assert np.abs(frames[75, 45, 80] - [0, 255, 0]).max() < 40, "the still, through a table of green"
    halves = frames[45, 45:, :78], frames[45, 45:, 82:]
    assert np.abs(halves[0].mean(axis=(0, 1)) - halves[1].mean(axis=(0, 1))).max() > 5, "two pictures side by side"


async def rendered(person: Person, sample: Sample, folder: Path) -> Path:
    """The film of the edit."""
    body = await person.ingest_sample(sample, auto_analyze="false")
    picture, song = await held(person, "logo.png", logo()), await held(person, "song.wav", music())
    beside: list[dict[str, Any]] = [{"asset_id": body["asset"]["id"], "from_time": 10.0}]
    table = await person.http.post("/api/luts", content="LUT_3D_SIZE 2\n" + "0 1 0\n" * 8)
    assert table.status_code == 201 and table.json()["size"] == 2, table.text
    green = table.json()["lut"]
    timeline = {
        "segments": [
            {"start": 0.5, "end": 2.5, "effects": [{"name": "adjust", "temperature": 0.4}], "split": beside},
            {"start": 0.0, "end": 1.0, "asset_id": picture, "effects": ["ken_burns", {"name": "lut", "lut": green}]},
        ],
        "overlays": [
            {"asset_id": picture, "start": 0.0, "end": 2.0, "x": 0.92, "y": 0.1, "width": 0.12},
            {"text": {"text": "Hello"}, "start": 0.5, "end": 1.5, "y": [{"at": 0.0, "value": 0.0, "ease": "bounce"},
                                                                        {"at": 0.5, "value": 0.3}]},
        ],
        "music": [{"asset_id": song, "gain_db": -6.0}],
        "sounds": [{"name": "pop", "at": 0.5}],
    }  # fmt: skip
    project = body["project"]["id"]
    answer = await person.http.post(f"/api/timeline/{project}", json={"timeline": timeline})
    assert answer.status_code == 200, answer.text
    job = await person.render(project, body["asset"]["id"], aspect_ratio="16:9", draft=True, watermark=False)
    ended = await person.until_ended(job)
    assert ended["status"] == "completed", ended
    status = (await person.http.get(f"/api/render/status/{job}")).json()
    return await person.download(status["output_url"], folder / "film.mp4")
