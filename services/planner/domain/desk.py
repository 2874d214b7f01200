"""All that is reckoned for an edit, as one pure function, which is run in a thread or in a child process."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

from services.planner.domain.footage import Material, footage_of
from services.planner.domain.model.answer import EditAnswer, read_answer
from services.planner.domain.model.compose import composed
from services.planner.domain.model.prompt import Prompt, prompt_for
from services.planner.domain.planning import plan
from services.planner.domain.template import Template, chosen
from shared.contracts.brief import PlanFault, PlanReport, StoryBrief
from shared.contracts.plan import EditPlan, Wishes
from shared.contracts.value import Value

MOST_FAULTS = 20


class DeskOrder(Value):
    """``plan``: an edit by the rules; ``brief``: the request to a model; ``compose``: an edit from a model's answer.

    ``limit`` is in tokens, ``answer`` the model's text, ``final`` whether the model will not be asked again. ``report``
    goes into the plan.
    """

    op: Literal["plan", "brief", "compose"]
    wishes: Wishes
    brief: StoryBrief | None = None
    limit: int = 0
    images: bool = False
    answer: str = ""
    model: str = ""
    final: bool = False
    report: PlanReport = PlanReport()


class PlanMade(Value):
    """What is known of a plan document without reading it; ``seconds`` is its length."""

    sha256: str
    planner: str
    template_name: str
    clips: int
    frames: int
    seconds: float
    report: PlanReport


class DeskAnswer(Value):
    """``made`` is None when no plan came of it; ``faults`` then say what is wrong with the model's answer."""

    made: PlanMade | None = None
    prompt: Prompt | None = None
    faults: tuple[PlanFault, ...] = ()


def reckon(
    order: DeskOrder, materials: Sequence[Material], templates: Mapping[str, Template]
) -> tuple[DeskAnswer, bytes]:
    """Do what ``order`` says; return what is told of it and the plan document. Raises as ``plan`` does."""
    if order.op == "brief" and order.brief is not None:
        chosen(templates, order.wishes)  # what the rules would refuse is not worth paying for
        footages = [f for f in map(footage_of, materials) if f is not None]
        if footages:
            prompt = prompt_for(footages, order.wishes, order.brief, limit=order.limit, images=order.images)
            return DeskAnswer(prompt=prompt), b""
    if order.op == "compose":
        return _composed(order, materials, templates)
    return _written(plan(materials, order.wishes, templates), order.report)


def _composed(
    order: DeskOrder, materials: Sequence[Material], templates: Mapping[str, Template]
) -> tuple[DeskAnswer, bytes]:
    answer = read_answer(order.answer, EditAnswer)
    if isinstance(answer, list):
        return DeskAnswer(faults=tuple(answer)), b""
    name, wanted = chosen(templates, order.wishes)[0], order.wishes.target_duration
    made = composed(materials, answer, name, wanted, model=order.model, final=order.final)
    if made.plan is None:
        return DeskAnswer(faults=made.faults), b""
    faults = (*order.report.faults, *made.faults)[:MOST_FAULTS]
    return _written(made.plan, order.report.model_copy(update={"faults": faults}))


def _written(made: EditPlan, report: PlanReport) -> tuple[DeskAnswer, bytes]:
    body = made.model_copy(update={"report": report}).model_dump_json().encode()
    told = PlanMade(
        sha256=hashlib.sha256(body).hexdigest(),
        planner=made.planner,
        template_name=made.template_name,
        clips=len(made.timeline.video),
        frames=made.timeline.frames,
        seconds=float(made.timeline.frames / Fraction(made.timeline.rate)),
        report=report,
    )
    return DeskAnswer(made=told), body
