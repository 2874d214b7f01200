"""Follow a job to its end and show it."""

from __future__ import annotations

from cutroom.client import AsyncClient, Event, Job
from cutroom.exits import end_of
from cutroom.screen import Bar, Screen


async def follow(client: AsyncClient, job_id: str, label: str, screen: Screen) -> Job:
    """Show the job's progress until it has ended and return it. Raises Stopped when it failed or was cancelled."""
    with screen.bar(label) as bar:
        async for event in client.follow(job_id):
            show(event, bar, screen)
        job = await client.job(job_id)
        if job.status == "completed":
            bar.to(100)
    if (end := end_of(job)) is not None:
        raise end
    return job


def show(event: Event, bar: Bar, screen: Screen) -> None:
    """Show one event."""
    data = event.data
    match event.name:
        case "progress":
            bar.to(float(data.get("percent") or 0), _note(data))
        case "log" if " " in str(data.get("message")):  # a lone word names a phase, and the bar shows the step
            screen.say(f"  {data['message']}")
        case "check_failed":
            for finding in data.get("findings") or ():
                screen.say(f"  check of {data.get('output')}: {finding.get('message')}")
        case _:
            return


def _note(data: dict[str, object]) -> str:
    eta = data.get("eta_seconds")
    left = f", {eta:.0f} s left" if isinstance(eta, int | float) and eta >= 1 else ""
    return f"{data.get('step') or ''}{left}"
