"""Rendering with hardware encoders where they work, and with software where they fail at work."""

from __future__ import annotations

from dataclasses import replace

from services.renderer.tools import film
from services.renderer.tools.encoders import forget
from services.renderer.tools.failure import of_drawing
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.film import Film, Report
from services.renderer.tools.parts import Order
from services.renderer.tools.shelf import Shelf
from services.renderer.tools.slots import Slots
from shared import log
from shared.contracts.timeline import Finding
from shared.errors import CutroomError

logger = log.get(__name__)


async def render(
    bench: Bench, order: Order, report: Report, shelf: Shelf | None = None, slots: Slots | None = None
) -> list[Film]:
    """Render as :func:`services.renderer.tools.film.render` does.

    Where a program fails while hardware encodes, or writes what was not drawn, all is drawn again by software: chunks
    of two encoders cannot be joined. The check says so; the hardware is tried anew before it is used next.
    """
    try:
        return await film.render(bench, order, report, shelf, slots)
    except CutroomError as failed:
        if not bench.hardware or not of_drawing(failed.__cause__ or failed):
            raise
        forget(bench.hardware)
        logger.warning("encoder.gave_up", families=sorted(set(bench.hardware.values())), error=failed.message)
    films = await film.render(replace(bench, hardware={}), order, report, shelf, slots)
    return [_told(one, bench.hardware.get(one.output.codec)) for one in films]


def _told(one: Film, family: str | None) -> Film:
    if family is None:
        return one
    message = f"The hardware encoder {family} failed; the film was encoded by software."
    note = Finding(code="encoder_fell_back", severity="note", message=message)
    return replace(one, check=one.check.model_copy(update={"findings": (*one.check.findings, note)}))
