"""A wish about an edit, understood by a language model."""

from __future__ import annotations

from pydantic import ValidationError

from services.planner.domain.model.chat_prompt import CHAT_SCHEMA, SYSTEM, chat_text, read_operations
from services.planner.domain.model.prompt import CORRECTIONS
from services.planner.engines.model import LanguageModel, Request
from services.planner.handlers.asking import added, ask
from services.planner.handlers.deps import Deps
from services.planner.handlers.modelled import ROUNDS, TRUNCATED, corrected
from shared.contracts.brief import ModelUse, PlanFault
from shared.contracts.chat_matter import ChatAnswered, ChatMatter
from shared.contracts.commands import InterpretChat
from shared.contracts.events import ChatInterpreted
from shared.errors import BadRequest
from shared.step import Step

MAX_MATTER = 8 * 1024**2


async def interpret_chat(command: InterpretChat, step: Step, deps: Deps) -> None:
    """Ask the backend's model what the wish means. Raises ModelFailed, and CapabilityMissing without a model."""
    model = deps.chat_model(command.backend, command.hf_model)
    try:
        matter = ChatMatter.model_validate_json(await deps.blobs.get_bytes(command.matter, limit=MAX_MATTER))
    except ValidationError:
        raise BadRequest("The conversation cannot be read.", code="chat_invalid", remedy="Say it again.") from None
    answer = await _answered(model, matter, step, deps)
    async with step.finish() as done:
        await done.emit(ChatInterpreted(answer=answer))


async def _answered(model: LanguageModel, matter: ChatMatter, step: Step, deps: Deps) -> ChatAnswered:
    limit = deps.settings.llm_context_tokens
    request = Request(SYSTEM, chat_text(matter, int(limit * (1 - CORRECTIONS))), CHAT_SCHEMA, "operations")
    use = ModelUse(model=model.name)
    faults: tuple[PlanFault, ...] = ()
    for _ in range(ROUNDS):
        reply, paid = await ask(model, request, step, deps.pool, deps.settings)
        use = added(use, paid)
        read = [TRUNCATED] if reply.finish == "length" else read_operations(reply.text)
        if isinstance(read, tuple):
            return ChatAnswered(operations=read[0], reply=read[1], use=use)
        faults = tuple(read)
        request = corrected(request, reply.text, faults, limit)
    said = "I could not turn that into a change of the edit. Say it in other words."
    return ChatAnswered(reply=said, faults=faults[:10], use=use)
