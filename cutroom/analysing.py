"""From files to what is known of them, over the public API."""

from __future__ import annotations

from collections.abc import Sequence

from cutroom.client import AsyncClient, Started
from cutroom.editing import cancelled_with_us
from cutroom.exits import Exit, Stopped
from cutroom.following import follow
from cutroom.footage import Film
from cutroom.screen import Screen
from shared.contracts.media import Analysis, Part
from shared.contracts.speech import SpeechWishes

WANTED: dict[str, Part] = {
    "shots": "pictures",
    "faces": "faces",
    "speech": "speech",
    "beats": "beats",
    "loudness": "sound",
}
"""What a person asks for, and the part of an analysis that has it."""
ANSWER_SECONDS = 30.0


async def analyze(
    client: AsyncClient, film: Film, parts: Sequence[Part], screen: Screen, speech: SpeechWishes
) -> Analysis:
    """Upload a file and return what is found in it; the job is cancelled when we are stopped. Raises Stopped."""
    with screen.bar(f"Sending {film.path.name}") as bar:
        held = await client.upload(film.path, told=lambda done, total: bar.to(100 * done / total if total else 0))
    if film.subtitles is not None:
        screen.say(f"Subtitles from {film.subtitles}")
        await client.captions(held.asset.id, film.subtitles)
    found = await client.analyze(held.asset.id, parts, speech=speech)
    if isinstance(found, Started):
        async with cancelled_with_us(client, found.job_id):
            await follow(client, found.job_id, f"Analysing {film.path.name}", screen)
        found = await client.analyze(held.asset.id, parts, speech=speech, wait=ANSWER_SECONDS)
    if isinstance(found, Started):
        raise Stopped(Exit.FAILED, "analysis_missing", f"The job {found.job_id} made no analysis in time.")
    return found
