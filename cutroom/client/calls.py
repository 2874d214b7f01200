"""The routes of the API that the client uses, one method each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx

from cutroom.client.connection import Connection, parsed
from cutroom.client.errors import Disconnected, Unreachable, reason_of
from cutroom.client.records import Analyzed, Applied, Event, Held, Ingested, Job, JobPage, Record, Started
from cutroom.client.transfer import Reader, Told, download
from shared.contracts.media import Analysis, Part
from shared.contracts.plan import Wishes
from shared.contracts.speech import SpeechWishes

INGEST_SECONDS = 300.0


class AsyncClient:
    """A studio at ``base_url``; ``key`` where it asks for one. Every method raises ApiError and Unreachable."""

    def __init__(
        self,
        base_url: str,
        *,
        key: str | None = None,
        patience: float = 60.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._connection = Connection(base_url, key=key, patience=patience, transport=transport)
        self.base_url = base_url

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.close()

    async def health(self) -> bool:
        """Tell whether the studio answers and is well."""
        try:
            return (await self._connection.http.get("/api/healthz", timeout=5)).status_code == 200
        except httpx.TransportError:
            return False

    async def ingest(
        self,
        film: Path,
        *,
        captions: Path | None = None,
        title: str | None = None,
        wishes: Wishes | None = None,
        speech: SpeechWishes | None = None,
        analyze: bool = True,
        told: Told | None = None,
    ) -> Ingested:
        """Upload a film while reading it; returns as soon as it is known to be one, its analysis may still run.

        A broken upload is not sent again: raises Disconnected.
        """
        wished = (wishes or Wishes()).model_dump(exclude_none=True)
        wished |= _told(speech)
        fields = {"auto_analyze": str(analyze).lower(), **({"title": title} if title else {}), **wished}
        with ExitStack() as open_files:
            parts = {"file": open_files.enter_context(Reader(film, told))}
            if captions is not None:
                parts["captions"] = open_files.enter_context(Reader(captions))
            return parsed(await self._send("/api/ingest", fields, parts), Ingested)

    async def upload(self, file: Path, *, title: str | None = None, told: Told | None = None) -> Held:
        """Upload a film, sound, picture or document to be held as an asset; no project is made of it.

        A broken upload is not sent again: raises Disconnected.
        """
        with Reader(file, told) as reader:
            fields = {"title": title} if title else {}
            return parsed(await self._send("/api/assets", fields, {"file": reader}), Held)

    async def _send(self, path: str, fields: Mapping[str, object], parts: Mapping[str, Reader]) -> httpx.Response:
        http = self._connection.http
        timeout = httpx.Timeout(INGEST_SECONDS, connect=10.0)
        try:
            return await http.post(path, data=fields, files=parts, params={"wait": "0"}, timeout=timeout)
        except httpx.ConnectError as away:
            raise Unreachable(str(http.base_url), reason_of(away)) from away
        except httpx.TransportError as broken:
            raise Disconnected(str(http.base_url), reason_of(broken)) from broken

    async def captions(self, asset_id: str, subtitles: Path) -> None:
        """Give an asset its subtitles: the next analysis takes its words from there."""
        await self._connection.ask(
            "PUT", f"/api/assets/{quote(asset_id)}/transcript", Record, content=subtitles.read_bytes()
        )

    async def analyze(
        self, asset_id: str, parts: Sequence[Part] = (), *, speech: SpeechWishes | None = None, wait: float = 0
    ) -> Analysis | Started:
        """Have parts of an asset analysed (none named: all): the document, or the job if it goes on after ``wait``."""
        path, order = f"/api/assets/{quote(asset_id)}/analyze", {"parts": list(parts), **_told(speech)}
        asked = await self._connection.ask("POST", path, Analyzed, json=order, params={"wait": str(wait)})
        return asked.root

    async def consent(self, asset_id: str, *, accepted: bool = True) -> None:
        """Say that the people in the film agree, or no longer do."""
        path = f"/api/consent/{quote(asset_id)}/checkbox"
        await self._connection.ask("POST", path, Record, json={"accepted": accepted})

    async def render(self, project_id: str, *, ratio: str, captions: bool = True, draft: bool = False) -> str:
        """Start a render and return its job's id."""
        order = {"aspect_ratio": ratio, "captions": captions, "draft": draft}
        return (await self._connection.ask("POST", f"/api/render/{quote(project_id)}", Started, json=order)).job_id

    async def generate_edit(
        self,
        assets: Sequence[str],
        *,
        story: str,
        wishes: Wishes,
        ratios: Sequence[str],
        speech: SpeechWishes | None = None,
    ) -> str:
        """Start planning one edit out of several films, and return its job's id."""
        order: dict[str, object] = {
            "story_prompt": {"key_message": story} if story else {},
            "video_ids": list(assets[1:]),
            "aspect_ratios": list(ratios),
            "seed": wishes.seed,
            **_told(speech),
        }
        order |= wishes.model_dump(exclude={"story", "seed"}, exclude_none=True)
        path = f"/api/videos/{quote(assets[0])}/ai-edit/generate"
        return (await self._connection.ask("POST", path, Started, json=order)).job_id

    async def apply_edit(self, asset_id: str, job_id: str, *, ratios: Sequence[str]) -> Applied:
        """Start rendering a plan in several shapes."""
        path = f"/api/videos/{quote(asset_id)}/ai-edit/apply/{quote(job_id)}"
        params = {"aspect_ratios": json.dumps(list(ratios)), "wait": "0"}
        return await self._connection.ask("POST", path, Applied, params=params)

    async def jobs(
        self, *, status: str | None = None, kind: str | None = None, limit: int = 20, cursor: str | None = None
    ) -> JobPage:
        """Return a page of jobs, newest first."""
        asked = {"limit": str(limit), "status": status, "kind": kind, "cursor": cursor}
        params = {name: value for name, value in asked.items() if value is not None}
        return await self._connection.ask("GET", "/api/jobs", JobPage, params=params)

    async def job(self, job_id: str) -> Job:
        """Return a job as it is."""
        return await self._connection.ask("GET", f"/api/jobs/{quote(job_id)}", Job)

    async def cancel(self, job_id: str) -> Job:
        """Stop a job for good."""
        return await self._connection.ask("POST", f"/api/jobs/{quote(job_id)}/cancel", Job)

    async def retry(self, job_id: str) -> Job:
        """Let a failed or cancelled job go on."""
        return await self._connection.ask("POST", f"/api/jobs/{quote(job_id)}/retry", Job)

    def follow(self, job_id: str, *, after: int = 0) -> AsyncIterator[Event]:
        """Yield the job's events after number ``after`` to its end, each once, also when the connection breaks."""
        return self._connection.follow(quote(job_id), after)

    async def download(self, url: str, target: Path, *, told: Told | None = None) -> Path:
        """Fetch a signed link into ``target``, which is whole or not there."""
        return await download(self._connection.http, url, target, told)

    async def wait_until_healthy(self, seconds: float) -> bool:
        """Ask for that long whether the studio is well."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while not await self.health():
            if clock() > end:
                return False
            await asyncio.sleep(0.1)
        return True


def _told(speech: SpeechWishes | None) -> dict[str, object]:
    return speech.model_dump(exclude_none=True) if speech else {}
