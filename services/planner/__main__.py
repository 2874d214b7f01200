"""Run the planner alone: ``python -m services.planner [run|migrate]``."""

from __future__ import annotations

from services.planner.app import build
from services.planner.settings import PlannerSettings
from shared.runner import main

if __name__ == "__main__":
    main("planner", lambda infra: build(PlannerSettings(), infra))
