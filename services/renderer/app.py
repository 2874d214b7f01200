"""The renderer as a service: the only place here that knows concrete things."""

from __future__ import annotations

from pathlib import Path

from services.renderer.handlers import Deps, render_timeline
from services.renderer.settings import RendererSettings
from shared.contracts.commands import CancelStep, RenderTimeline
from shared.contracts.topics import RENDERER_COMMANDS
from shared.infra import Infra
from shared.service import Service, Subscription
from shared.step import Step


def build(settings: RendererSettings, infra: Infra) -> Service:
    """Return the renderer on what ``infra`` gives."""
    deps = Deps(infra.blobs, settings)

    async def on_render(command: RenderTimeline, step: Step) -> None:
        await render_timeline(command, step, deps)

    return Service(
        name="renderer",
        infra=infra,
        subscriptions=[Subscription(RENDERER_COMMANDS, {"RenderTimeline": RenderTimeline, "CancelStep": CancelStep})],
        handlers={"RenderTimeline": (RenderTimeline, on_render)},
        migrations=Path(__file__).parent / "migrations",
        concurrency=settings.concurrency,
    )
