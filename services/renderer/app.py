"""The renderer as a service: the only place here that knows concrete things."""

from __future__ import annotations

from pathlib import Path

from services.renderer.handlers.deps import Deps
from services.renderer.handlers.helping import help_others
from services.renderer.handlers.rendering import render_timeline
from services.renderer.handlers.sweeping import sweep_for_ever
from services.renderer.handlers.withdrawing import on_ended
from services.renderer.settings import RendererSettings
from services.renderer.tools.slots import Slots
from shared.contracts.commands import CancelStep, RenderTimeline
from shared.contracts.topics import RENDERER_COMMANDS
from shared.infra import Infra
from shared.service import Service, Subscription
from shared.signal import Signal
from shared.step import Step


def build(settings: RendererSettings, infra: Infra) -> Service:
    """Return the renderer on what ``infra`` gives."""
    wake = Signal()
    slots = Slots.of(settings.parallel, wake.set)
    deps = Deps(infra.blobs, settings, infra.pool, infra.scratch, infra.settings.lease_seconds, slots)

    def changed(_: str) -> None:
        wake.set()
        deps.bell.ring()

    async def on_render(command: RenderTimeline, step: Step) -> None:
        await render_timeline(command, step, deps)

    return Service(
        name="renderer",
        infra=infra,
        subscriptions=[Subscription(RENDERER_COMMANDS, {"RenderTimeline": RenderTimeline, "CancelStep": CancelStep})],
        handlers={"RenderTimeline": (RenderTimeline, on_render)},
        migrations=Path(__file__).parent / "migrations",
        concurrency=settings.concurrency,
        on_end=on_ended(infra.blobs),
        listeners={"chunks": changed},
        background=[lambda: help_others(deps, wake), lambda: sweep_for_ever(deps)],
    )
