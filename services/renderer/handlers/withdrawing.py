"""Where finished files lie, and taking back those of a render that was called off or given up as they were stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from services.renderer.domain import formats
from shared import log, outbox
from shared.blobs import Blobs
from shared.contracts.commands import RenderTimeline
from shared.contracts.envelope import Envelope
from shared.contracts.events import StepCancelled, StepFailed
from shared.contracts.timeline import Output
from shared.contracts.topics import STEP_EVENTS
from shared.db import Connection
from shared.errors import TransientError
from shared.listing import ENDING, delete_all
from shared.messages import answer

logger = log.get(__name__)
BESIDE = ("poster.jpg", "srt", "sprites.jpg")


def base_of(job_id: str, command_id: str, output: Output) -> str:
    """Return what the keys of an output's files begin with."""
    return f"final/{job_id}/{command_id}/{output.name}"


def on_ended(blobs: Blobs) -> Callable[[Connection, Envelope, StepFailed | StepCancelled], Awaitable[None]]:
    """Return what is done when an order ends without films: it is told, and none of its files stays.

    The row's own lease ends it, so that nobody else is storing these files.
    """

    async def ended(connection: Connection, envelope: Envelope, fact: StepFailed | StepCancelled) -> None:
        await outbox.put(connection, STEP_EVENTS, answer("renderer", envelope, fact))
        try:
            for key in _keys(envelope):
                await delete_all(blobs, key)
        except TransientError as away:
            logger.warning("finals.kept", error=away.message)

    return ended


def _keys(envelope: Envelope) -> Iterator[str]:
    try:
        command = envelope.command()
    except ValueError:
        return
    for output in command.outputs if isinstance(command, RenderTimeline) else ():
        base = base_of(envelope.subject, envelope.id, output)
        yield from (f"{base}.{ending}" for ending in (formats.ending(output), *BESIDE))
        yield f"{base}.hls{ENDING}"
