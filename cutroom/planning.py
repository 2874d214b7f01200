"""From films to a timeline file, over the public API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cutroom.client import AsyncClient
from cutroom.editing import cancelled_with_us, upload
from cutroom.following import follow
from cutroom.footage import Film
from cutroom.screen import Screen
from shared.contracts.plan import Wishes
from shared.contracts.speech import SpeechWishes


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """Films, what is wished of the edit, where the timeline goes, and how the words are to be heard."""

    films: Sequence[Film]
    wishes: Wishes
    out: Path
    speech: SpeechWishes | None = None


async def plan_films(client: AsyncClient, order: PlanOrder, screen: Screen) -> None:
    """Upload the films, let an edit be planned, and fetch its timeline. Raises Stopped when the job fails."""
    several = len(order.films) > 1
    held = [
        await upload(client, film, order.wishes, screen, analyze=not several, speech=order.speech)
        for film in order.films
    ]
    if several:
        assets = [each.asset.id for each in held]
        story = order.wishes.story or ""
        job = await client.generate_edit(assets, story=story, wishes=order.wishes, ratios=["16:9"], speech=order.speech)
    else:
        job = held[0].job_id or ""
    async with cancelled_with_us(client, job):
        await follow(client, job, "Finding the cut", screen)
    await client.download(f"/api/jobs/{job}/export?to=json&wait=60", order.out)
