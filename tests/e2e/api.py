"""A person's way through the public REST API, as the end-to-end tests walk it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

from deploy.sample import Sample
from tests.patience import LONG

Json = dict[str, Any]
ENDED = {"completed", "failed", "cancelled"}


class Person:
    """Somebody with footage and an HTTP client."""

    def __init__(self, url: str, key: str = "") -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.http = httpx.AsyncClient(base_url=url, timeout=LONG, headers=headers)

    async def ingest(self, video: Path, captions: Path | None = None, *, wait: float = 0, **fields: str) -> Json:
        """Upload; return the answer's body."""
        files: Json = {"file": (video.name, video.read_bytes(), "video/mp4")}
        if captions is not None:
            files["captions"] = (captions.name, captions.read_bytes(), "text/plain")
        answer = await self.http.post("/api/ingest", files=files, data=fields, params={"wait": wait})
        assert answer.status_code in (201, 202), answer.text
        body: Json = answer.json()
        return body

    async def ingest_sample(self, sample: Sample, **fields: str) -> Json:
        """Upload the demo footage with its true subtitles."""
        return await self.ingest(sample.video, sample.subtitles, wait=0, **fields)

    async def job(self, job_id: str) -> Json:
        """The job as it stands; waits for a gateway that is away."""
        while True:
            try:
                answer = await self.http.get(f"/api/jobs/{job_id}")
                if answer.status_code == 200:
                    body: Json = answer.json()
                    return body
                assert answer.status_code >= 500, answer.text
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.3)

    async def until_ended(self, job_id: str, within_s: float = 4 * LONG) -> Json:
        """Poll until the job has ended; polling, because streams are tested on their own."""
        async with asyncio.timeout(within_s):
            while True:
                job = await self.job(job_id)
                if job["status"] in ENDED:
                    return job
                await asyncio.sleep(0.2)

    async def render(self, project_id: str, asset_id: str, **wishes: object) -> str:
        """Give consent and order a render; return the job's id."""
        consent = await self.http.post(f"/api/consent/{asset_id}/checkbox", json={"accepted": True})
        assert consent.status_code == 200, consent.text
        answer = await self.http.post(f"/api/render/{project_id}", json=wishes)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    async def events(self, job_id: str, after: int | None = None) -> list[Json]:
        """The job's log over SSE, until the server closes after the terminal event."""
        return [json.loads(data) async for _, _, data in self.stream(job_id, after)]

    async def stream(self, job_id: str, after: int | None = None) -> AsyncIterator[tuple[str, str, str]]:
        """``(id, event, data)`` of each event."""
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        async with self.http.stream("GET", f"/api/jobs/{job_id}/events", headers=headers) as answer:
            if answer.status_code == 204:
                return
            assert answer.status_code == 200, await answer.aread()
            fields: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if line:
                    name, _, value = line.partition(":")
                    if name:
                        fields[name] = value.strip()
                elif "data" in fields:
                    yield fields.pop("id"), fields.pop("event"), fields.pop("data")

    async def download(self, url: str, target: Path) -> Path:
        """Fetch a signed link."""
        answer = await self.http.get(url)
        assert answer.status_code == 200, answer.text
        target.write_bytes(answer.content)
        return target

    async def footage_to_film(self, sample: Sample, target: Path, **wishes: object) -> Json:
        """The whole way; return the render job."""
        body = await self.ingest_sample(sample)
        ended = await self.until_ended(body["job_id"])
        assert ended["status"] == "completed", ended
        job_id = await self.render(body["project"]["id"], body["asset"]["id"], **wishes)
        ended = await self.until_ended(job_id)
        assert ended["status"] == "completed", ended
        status = (await self.http.get(f"/api/render/status/{job_id}")).json()
        await self.download(status["output_url"], target)
        return ended
