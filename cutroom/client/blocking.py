"""The same client for programs without asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from cutroom.client.calls import AsyncClient
from cutroom.client.records import Applied, Event, Held, Ingested, Job, JobPage, Started
from cutroom.client.transfer import Told
from shared.contracts.media import Analysis, Part
from shared.contracts.plan import Wishes
from shared.contracts.speech import SpeechWishes


class Client:
    """A studio at ``base_url``, with calls that block. Inside a running event loop use :class:`AsyncClient`.

    Use it in ``with``. What the methods do and raise stands at those of :class:`AsyncClient`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        key: str | None = None,
        patience: float = 60.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._runner = asyncio.Runner()
        self._client = AsyncClient(base_url, key=key, patience=patience, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._runner as runner:
            runner.run(self._client.__aexit__(kind, error, trace))

    def health(self) -> bool:
        """Tell whether the studio answers and is well."""
        return self._runner.run(self._client.health())

    def ingest(
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
        """Upload a film."""
        return self._runner.run(
            self._client.ingest(
                film, captions=captions, title=title, wishes=wishes, speech=speech, analyze=analyze, told=told
            )
        )

    def upload(self, file: Path, *, title: str | None = None, told: Told | None = None) -> Held:
        """Upload a film, sound, picture or document to be held as an asset."""
        return self._runner.run(self._client.upload(file, title=title, told=told))

    def captions(self, asset_id: str, subtitles: Path) -> None:
        """Give an asset its subtitles."""
        self._runner.run(self._client.captions(asset_id, subtitles))

    def analyze(
        self, asset_id: str, parts: Sequence[Part] = (), *, speech: SpeechWishes | None = None, wait: float = 30
    ) -> Analysis | Started:
        """Have parts of an asset analysed: the document, or the job if it goes on after ``wait`` seconds."""
        return self._runner.run(self._client.analyze(asset_id, parts, speech=speech, wait=wait))

    def consent(self, asset_id: str, *, accepted: bool = True) -> None:
        """Say that the people in the film agree, or no longer do."""
        self._runner.run(self._client.consent(asset_id, accepted=accepted))

    def render(self, project_id: str, *, ratio: str, captions: bool = True, draft: bool = False) -> str:
        """Start a render and return its job's id."""
        return self._runner.run(self._client.render(project_id, ratio=ratio, captions=captions, draft=draft))

    def generate_edit(
        self,
        assets: Sequence[str],
        *,
        story: str,
        wishes: Wishes,
        ratios: Sequence[str],
        speech: SpeechWishes | None = None,
    ) -> str:
        """Start planning one edit out of several films, and return its job's id."""
        return self._runner.run(
            self._client.generate_edit(assets, story=story, wishes=wishes, ratios=ratios, speech=speech)
        )

    def apply_edit(self, asset_id: str, job_id: str, *, ratios: Sequence[str]) -> Applied:
        """Start rendering a plan in several shapes."""
        return self._runner.run(self._client.apply_edit(asset_id, job_id, ratios=ratios))

    def jobs(
        self, *, status: str | None = None, kind: str | None = None, limit: int = 20, cursor: str | None = None
    ) -> JobPage:
        """Return a page of jobs, newest first."""
        return self._runner.run(self._client.jobs(status=status, kind=kind, limit=limit, cursor=cursor))

    def job(self, job_id: str) -> Job:
        """Return a job as it is."""
        return self._runner.run(self._client.job(job_id))

    def cancel(self, job_id: str) -> Job:
        """Stop a job for good."""
        return self._runner.run(self._client.cancel(job_id))

    def retry(self, job_id: str) -> Job:
        """Let a failed or cancelled job go on."""
        return self._runner.run(self._client.retry(job_id))

    def follow(self, job_id: str, *, after: int = 0) -> Iterator[Event]:
        """Yield the job's events after number ``after`` to its end, each once, also when the connection breaks."""
        events = aiter(self._client.follow(job_id, after=after))
        end = object()
        while (event := self._runner.run(_next(events, end))) is not end:
            assert isinstance(event, Event)
            yield event

    def download(self, url: str, target: Path, *, told: Told | None = None) -> Path:
        """Fetch a signed link into ``target``, which is whole or not there."""
        return self._runner.run(self._client.download(url, target, told=told))


async def _next(events: object, end: object) -> object:
    return await anext(events, end)  # type: ignore[call-overload]
