"""The same client for programs without asyncio."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine, Iterator, Sequence
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx

from cutroom.client.calls import AsyncClient
from cutroom.client.records import Event, Started
from shared.contracts.media import Analysis, Part
from shared.contracts.speech import SpeechWishes

P = ParamSpec("P")
R = TypeVar("R")


def _blocking(
    call: Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, R]],
) -> Callable[Concatenate[Client, P], R]:
    """Return the same call, with its signature and text, for :class:`Client`."""

    @functools.wraps(call)
    def blocking(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._runner.run(call(self._client, *args, **kwargs))

    return blocking


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

    health = _blocking(AsyncClient.health)
    ingest = _blocking(AsyncClient.ingest)
    upload = _blocking(AsyncClient.upload)
    captions = _blocking(AsyncClient.captions)
    consent = _blocking(AsyncClient.consent)
    render = _blocking(AsyncClient.render)
    generate_edit = _blocking(AsyncClient.generate_edit)
    apply_edit = _blocking(AsyncClient.apply_edit)
    jobs = _blocking(AsyncClient.jobs)
    job = _blocking(AsyncClient.job)
    cancel = _blocking(AsyncClient.cancel)
    retry = _blocking(AsyncClient.retry)
    download = _blocking(AsyncClient.download)

    def analyze(
        self, asset_id: str, parts: Sequence[Part] = (), *, speech: SpeechWishes | None = None, wait: float = 30
    ) -> Analysis | Started:
        """Have parts of an asset analysed: the document, or the job if it goes on after ``wait`` seconds."""
        return self._runner.run(self._client.analyze(asset_id, parts, speech=speech, wait=wait))

    def follow(self, job_id: str, *, after: int = 0) -> Iterator[Event]:
        """Yield the job's events after number ``after`` to its end, each once, also when the connection breaks."""
        events = aiter(self._client.follow(job_id, after=after))
        end = object()
        while (event := self._runner.run(_next(events, end))) is not end:
            assert isinstance(event, Event)
            yield event


async def _next(events: object, end: object) -> object:
    return await anext(events, end)  # type: ignore[call-overload]
