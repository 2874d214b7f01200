"""The planner as a service: the only place here that knows concrete things."""

from __future__ import annotations

from pathlib import Path

from services.planner.handlers.deps import Deps
from services.planner.handlers.edits import plan_edit
from services.planner.settings import PlannerSettings
from services.planner.tools.catalog import templates
from shared.contracts.commands import CancelStep, PlanEdit
from shared.contracts.topics import PLANNER_COMMANDS
from shared.infra import Infra
from shared.service import Service, Subscription
from shared.step import Step


def build(settings: PlannerSettings, infra: Infra) -> Service:
    """Return the planner on what ``infra`` gives."""
    deps = Deps(infra.blobs, settings, templates())

    async def on_plan(command: PlanEdit, step: Step) -> None:
        await plan_edit(command, step, deps)

    return Service(
        name="planner",
        infra=infra,
        subscriptions=[Subscription(PLANNER_COMMANDS, {"PlanEdit": PlanEdit, "CancelStep": CancelStep})],
        handlers={"PlanEdit": (PlanEdit, on_plan)},
        migrations=Path(__file__).parent / "migrations",
        concurrency=settings.concurrency,
    )
