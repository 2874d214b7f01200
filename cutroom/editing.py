"""From films to finished files, over the public API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cutroom.client import AsyncClient, ClientError, Ingested, Output
from cutroom.exits import Exit, Stopped
from cutroom.following import follow
from cutroom.footage import Film
from cutroom.screen import Screen
from shared.contracts.plan import Wishes
from shared.contracts.speech import SpeechWishes

CANCEL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted: films, a file for each ratio, wishes, whether captions are drawn, whether a draft is enough.

    ``speech``: how the words are to be heard.
    """

    films: Sequence[Film]
    files: Mapping[str, Path]
    wishes: Wishes
    captions: bool = True
    draft: bool = False
    speech: SpeechWishes | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file and what the studio says of it."""

    path: Path
    output: Output


async def edit(client: AsyncClient, order: Order, screen: Screen) -> list[Made]:
    """Upload, analyse, plan and render as ordered, and fetch the files. What runs is cancelled when we are stopped.

    One film is a project with a timeline of its own, drawn once for each ratio; several become one edit.
    """
    several = len(order.films) > 1
    ingested = [
        await upload(client, film, order.wishes, screen, analyze=not several, speech=order.speech)
        for film in order.films
    ]
    for each in ingested:
        await client.consent(each.asset.id)
    if len(ingested) > 1:
        return await _edit_many(client, order, ingested, screen)
    return await _edit_one(client, order, ingested[0], screen)


async def upload(
    client: AsyncClient,
    film: Film,
    wishes: Wishes,
    screen: Screen,
    *,
    analyze: bool,
    speech: SpeechWishes | None = None,
) -> Ingested:
    """Send a film; with ``analyze`` its edit is planned at once as ``wishes`` say."""
    if film.subtitles is not None:
        screen.say(f"Subtitles from {film.subtitles}")
    with screen.bar(f"Sending {film.path.name}") as bar:
        return await client.ingest(
            film.path,
            captions=film.subtitles,
            wishes=wishes,
            speech=speech,
            analyze=analyze,
            told=lambda done, total: bar.to(100 * done / total if total else 0),
        )


async def _edit_one(client: AsyncClient, order: Order, film: Ingested, screen: Screen) -> list[Made]:
    if film.job_id is not None:
        async with cancelled_with_us(client, film.job_id):
            await follow(client, film.job_id, "Finding the cut", screen)
    made: list[Made] = []
    for ratio, path in order.files.items():
        job_id = await client.render(film.project.id, ratio=ratio, captions=order.captions, draft=order.draft)
        (output,) = await _outputs(client, job_id, f"Making {ratio}", screen)
        made.append(await _fetch(client, output, path, screen))
    return made


async def _edit_many(client: AsyncClient, order: Order, films: Sequence[Ingested], screen: Screen) -> list[Made]:
    assets, ratios = [film.asset.id for film in films], list(order.files)
    story = order.wishes.story or ""
    plan = await client.generate_edit(assets, story=story, wishes=order.wishes, ratios=ratios, speech=order.speech)
    async with cancelled_with_us(client, plan):
        await follow(client, plan, "Finding the cut", screen)
    applied = await client.apply_edit(assets[0], plan, ratios=ratios)
    if applied.render_job_id is None:
        raise Stopped(Exit.FAILED, "render_missing", f"The studio renders nothing for the edit {plan}.")
    outputs = await _outputs(client, applied.render_job_id, f"Making {', '.join(ratios)}", screen)
    by_name = {output.name: output for output in outputs}
    made: list[Made] = []
    for ratio, path in order.files.items():
        output = by_name.get(f"edited_{ratio.replace(':', '_')}")
        if output is None:
            raise Stopped(Exit.FAILED, "output_missing", f"The edit {plan} has no file for {ratio}.")
        made.append(await _fetch(client, output, path, screen))
    return made


async def _outputs(client: AsyncClient, job_id: str, label: str, screen: Screen) -> tuple[Output, ...]:
    async with cancelled_with_us(client, job_id):
        job = await follow(client, job_id, label, screen)
    if job.result is None or not job.result.outputs:
        raise Stopped(Exit.FAILED, "output_missing", f"The job {job_id} completed without a file.")
    return job.result.outputs


async def _fetch(client: AsyncClient, output: Output, path: Path, screen: Screen) -> Made:
    with screen.bar(f"Fetching {path.name}") as bar:
        await client.download(output.url, path, told=lambda done, total: bar.to(100 * done / total if total else 0))
    return Made(path, output)


@asynccontextmanager
async def cancelled_with_us(client: AsyncClient, job_id: str) -> AsyncIterator[None]:
    """Cancel the job when the block is left before its end: nobody waits for it any more."""
    try:
        yield
    except (Stopped, ClientError):
        raise
    except BaseException:
        with suppress(ClientError, TimeoutError):
            async with asyncio.timeout(CANCEL_SECONDS):
                await client.cancel(job_id)
        raise
