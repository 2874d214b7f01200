"""A film for streaming, from an upload to what players read over HTTP, over the public API only."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from deploy.embedded import Studio
from deploy.sample import Sample
from shared.process import ffmpeg_path, run
from tests.e2e.api import Json, Person
from tests.films import look


async def ordered(person: Person, sample: Sample, **wishes: object) -> Json:
    """The only file of a render of three seconds."""
    body = await person.ingest_sample(sample, auto_analyze="false")
    project = body["project"]["id"]
    timeline = {"segments": [{"start": 1.0, "end": 3.0}, {"start": 10.0, "end": 11.0}]}
    answer = await person.http.post(f"/api/timeline/{project}", json={"timeline": timeline})
    assert answer.status_code == 200, answer.text
    job = await person.render(project, body["asset"]["id"], aspect_ratio="16:9", draft=True, **wishes)
    ended = await person.until_ended(job)
    assert ended["status"] == "completed" and ended["result"]["check"]["passed"], ended
    (made,) = (await person.http.get(f"/api/render/status/{job}")).json()["outputs"]
    assert ended["result"]["outputs"][0]["hls"]["url"].startswith("/hls/")
    return dict(made)


async def decoded(url: str, stream: str, *, alone: bool = False) -> int:
    """How many frames or samples ffmpeg reads of a stream of the playlist.

    Without a complaint where it is ``alone``: of streams that it leaves out ffmpeg says that they are cut off.
    """
    kind = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", "16x16"] if ":v:" in stream else ["-f", "u8", "-ac", "1"]
    head = [ffmpeg_path(), "-loglevel", "error", "-xerror", "-i", url, "-map", stream, "-fps_mode", "passthrough"]
    done = await run([*head, *kind, "pipe:1"])
    assert not (alone and done.stderr_tail.strip()), done.stderr_tail
    return len(done.stdout) // (256 if ":v:" in stream else 1)


async def test_a_film_is_streamed_from_its_master_playlist(
    tmp_path: Path, sample: Sample, caplog: pytest.LogCaptureFixture
) -> None:
    async with Studio(tmp_path / "studio") as studio:
        person = Person(studio.url)
        try:
            made = await ordered(person, sample, hls=True, channels="mono", watermark=False)
            stream = made["hls"]
            assert [(one["width"], one["height"]) for one in stream["renditions"]] == [(854, 480), (640, 360)]
            master = await person.http.get(stream["url"])
            assert master.headers["content-type"] == "application/vnd.apple.mpegurl"
            for tag in ("STREAM-INF", "I-FRAME-STREAM-INF"):
                told = re.findall(rf"#EXT-X-{tag}:.*RESOLUTION=(\d+x\d+)", master.text)
                assert told == ["854x480", "640x360"], tag
            url = f"{studio.url}{stream['url']}"
            assert [await decoded(url, f"0:v:{n}") for n in (0, 1)] == [made["frames"]] * 2 == [90, 90]
            assert abs(await decoded(url, "0:a:0") - 3 * 48000) <= 1024
            uris = [line for line in master.text.splitlines() if not line.startswith("#")]
            own = [str(httpx.URL(url).join(uri)) for uri in uris]
            assert [await decoded(one, "0:v:0", alone=True) for one in own] == [90, 90]
            whole = await person.download(made["url"], tmp_path / "film.mp4")
        finally:
            await person.http.aclose()
    assert stream["url"].split("/")[3] not in caplog.text, "a signature is no matter for logs"
    assert (look(whole).frames, made["channels"]) == (90, "mono")
