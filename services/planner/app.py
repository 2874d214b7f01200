"""The planner as a service: the only place here that knows concrete things."""

from __future__ import annotations

from pathlib import Path

from services.planner.engines.choose import chat_model, language_model
from services.planner.handlers.asking import Kept
from services.planner.handlers.chatting import interpret_chat
from services.planner.handlers.deps import Deps
from services.planner.handlers.edits import plan_edit
from services.planner.handlers.interchange import export_timeline, import_timeline
from services.planner.settings import PlannerSettings
from services.planner.tools.catalog import templates
from shared.contracts.commands import CancelStep, ExportTimeline, ImportTimeline, InterpretChat, PlanEdit
from shared.contracts.topics import PLANNER_COMMANDS
from shared.infra import Infra
from shared.service import Service, Subscription
from shared.step import Step

COMMANDS = (PlanEdit, ExportTimeline, ImportTimeline, InterpretChat, CancelStep)


def build(settings: PlannerSettings, infra: Infra) -> Service:
    """Return the planner on what ``infra`` gives."""
    memory = Kept(infra.pool)
    deps = Deps(
        infra.blobs,
        settings,
        templates(),
        infra.pool,
        lambda: language_model(settings, memory),
        lambda backend, name: chat_model(settings, memory, backend, name),
    )

    async def on_plan(command: PlanEdit, step: Step) -> None:
        await plan_edit(command, step, deps)

    async def on_export(command: ExportTimeline, step: Step) -> None:
        await export_timeline(command, step, deps)

    async def on_import(command: ImportTimeline, step: Step) -> None:
        await import_timeline(command, step, deps)

    async def on_chat(command: InterpretChat, step: Step) -> None:
        await interpret_chat(command, step, deps)

    return Service(
        name="planner",
        infra=infra,
        subscriptions=[Subscription(PLANNER_COMMANDS, {c.__name__: c for c in COMMANDS})],
        handlers={
            "PlanEdit": (PlanEdit, on_plan),
            "ExportTimeline": (ExportTimeline, on_export),
            "ImportTimeline": (ImportTimeline, on_import),
            "InterpretChat": (InterpretChat, on_chat),
        },
        migrations=Path(__file__).parent / "migrations",
        lanes={"InterpretChat": settings.chats},
        concurrency=settings.concurrency,
    )
