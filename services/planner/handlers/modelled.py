"""A plan by a language model: asked, held against the sources, asked again with what was wrong, at most twice."""

from __future__ import annotations

import base64
from dataclasses import replace

from services.planner.domain.desk import MOST_FAULTS, DeskOrder, PlanMade
from services.planner.domain.model.answer import EDIT_SCHEMA
from services.planner.domain.model.prompt import CORRECTIONS, Prompt
from services.planner.domain.model.tokens import MESSAGE, cut_to
from services.planner.engines.model import LanguageModel, ModelFailed, Picture, Request
from services.planner.handlers.asking import added, ask
from services.planner.handlers.deps import Deps
from services.planner.tools.desk import Desk
from shared.contracts.blob import BlobRef
from shared.contracts.brief import ModelUse, PlanFault, PlanReport
from shared.contracts.commands import PlanEdit
from shared.step import Step

ROUNDS = 3
MAX_PICTURE = 4 * 1024**2
TRUNCATED = PlanFault(code="answer_truncated", message="The answer was cut off: give fewer cuts and shorter reasons.")


async def planned_by_model(
    command: PlanEdit, step: Step, deps: Deps, at: Desk, model: LanguageModel
) -> tuple[PlanMade, BlobRef] | PlanReport:
    """Return the model's plan, or the report that says why the rules must plan instead."""
    order = DeskOrder(op="brief", wishes=command.wishes, brief=command.brief, limit=deps.settings.llm_context_tokens)
    answer, _ = await at.reckon(order.model_copy(update={"images": await model.sees()}))
    if answer.prompt is None:
        return PlanReport()
    report = PlanReport(compression=answer.prompt.compression, use=ModelUse(model=model.name))
    request = await _request(answer.prompt, deps, command.wishes.seed)
    faults: tuple[PlanFault, ...] = ()
    for turn in range(ROUNDS):
        step.progress(0.4 + 0.15 * turn, {"model_round": turn + 1})
        try:
            reply, use = await ask(model, request, step, deps.pool, deps.settings)
        except ModelFailed as failed:
            faults = (*faults, PlanFault(code=failed.code, message=f"{failed.message} {failed.remedy}"[:400]))
            break
        report = report.model_copy(update={"use": added(report.use, use)})
        composing = order.model_copy(
            update={"op": "compose", "answer": reply.text, "model": model.name, "report": report,
                    "final": turn == ROUNDS - 1}
        )  # fmt: skip
        if reply.finish == "length":
            faults = (TRUNCATED,)
        else:
            made, ref = await at.reckon(composing)
            if made.made is not None and ref is not None:
                return made.made, ref
            faults = made.faults
        step.log.info("model.sent_back", round=turn + 1, faults=[f.code for f in faults[:5]])
        request = corrected(request, reply.text, faults, deps.settings.llm_context_tokens)
    replaced = PlanFault(code="model_replaced", message=f"The rules planned instead of {model.name}."[:400])
    return report.model_copy(update={"faults": (*faults, replaced)[-MOST_FAULTS:]})


def corrected(request: Request, answer: str, faults: tuple[PlanFault, ...], limit: int) -> Request:
    """Return the request with its last answer and what is wrong with it, inside what the limit keeps free for that."""
    room = int(limit * CORRECTIONS) - 3 * MESSAGE
    wrong = "\n".join(f"- {f.path + ': ' if f.path else ''}{f.message}" for f in faults)
    ours = "The answer cannot be used:\n" + cut_to(wrong, room // 2 - 40) + "\nAnswer again with the whole JSON object."
    return replace(request, turns=((cut_to(answer, room // 2), ours),), round=request.round + 1)


async def _request(prompt: Prompt, deps: Deps, seed: int) -> Request:
    pictures = []
    for image in prompt.images:
        if image.blob.size <= MAX_PICTURE:
            body = await deps.blobs.get_bytes(image.blob, limit=MAX_PICTURE)
            url = f"data:{image.blob.content_type};base64,{base64.b64encode(body).decode()}"
            pictures.append(Picture(image.label, url))
    return Request(prompt.system, prompt.data, EDIT_SCHEMA, "edit", tuple(pictures), seed=seed)
