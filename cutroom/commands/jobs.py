"""``cutroom jobs``, ``watch`` and ``cancel``: what a studio is doing."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table

from cutroom.client import AsyncClient, Job
from cutroom.commands.options import AsJson, Data, JobId, Quiet, Server
from cutroom.exits import end_of
from cutroom.following import follow
from cutroom.places import client_at, data_folder, server_url
from cutroom.running import run
from cutroom.screen import Screen

HEADS = ("id", "kind", "status", "percent", "created", "error")


def jobs(
    *,
    status: Annotated[str | None, typer.Option(help="queued, processing, completed, failed or cancelled.")] = None,
    kind: Annotated[str | None, typer.Option(help="ingest, analysis, edit, render, export, import and so on.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many.")] = 20,
    as_json: AsJson = False,
    server: Server = None,
    data: Data = None,
) -> None:
    """List the jobs of a studio, newest first."""

    async def ask() -> list[Job]:
        async with await _client(server, data) as client:
            return list((await client.jobs(status=status, kind=kind, limit=limit)).items)

    found = run(ask())
    screen = Screen()
    if as_json:
        typer.echo(json.dumps([job.model_dump(mode="json") for job in found], indent=1))
    elif screen.console.is_terminal:
        screen.console.print(_table(found))
    else:
        for job in found:
            screen.result("\t".join(_row(job)))


def watch(
    job: JobId,
    as_json: Annotated[bool, typer.Option("--json", help="Print the events, one JSON object on each line.")] = False,
    server: Server = None,
    data: Data = None,
    quiet: Quiet = False,
) -> None:
    """Follow a job to its end. The exit code says how it ended: 0 completed, 1 failed, 4 cancelled."""
    screen = Screen(quiet=quiet)

    async def look() -> Job:
        async with await _client(server, data) as client:
            await client.job(job)  # nobody waits for a studio that was never there
            if as_json:
                return await _print_events(client, job)
            return await follow(client, job, job, screen)

    ended = run(look())
    if not as_json:
        screen.result(f"{ended.id} {ended.status}")


def cancel(job: JobId, server: Server = None, data: Data = None) -> None:
    """Stop a job for good."""

    async def ask() -> Job:
        async with await _client(server, data) as client:
            return await client.cancel(job)

    ended = run(ask())
    Screen().result(f"{ended.id} {ended.status}")


async def _client(server: str | None, data: Data) -> AsyncClient:
    return client_at(await server_url(server, data_folder(data)))


async def _print_events(client: AsyncClient, job_id: str) -> Job:
    async for event in client.follow(job_id):
        typer.echo(event.model_dump_json(exclude_none=True))
    job = await client.job(job_id)
    if (end := end_of(job)) is not None:
        raise end
    return job


def _row(job: Job) -> tuple[str, ...]:
    error = job.error.code if job.error else ""
    return job.id, job.kind, job.status, f"{job.percent:.0f}", job.created_at[:19], error


def _table(found: list[Job]) -> Table:
    table = Table(*HEADS, box=None, pad_edge=False)
    colours = {"completed": "green", "failed": "red", "cancelled": "yellow"}
    for job in found:
        table.add_row(*_row(job), style=colours.get(job.status, ""))
    return table
