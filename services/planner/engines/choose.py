"""Which language model the settings mean."""

from __future__ import annotations

from services.planner.engines.model import LanguageModel, Memory
from services.planner.engines.openai_model import Endpoint, OpenAIModel
from services.planner.settings import PlannerSettings
from shared.errors import CapabilityMissing

OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com/v1/"
USUAL = {"openai": "gpt-5.4-mini", "anthropic": "claude-haiku-4-5"}


def language_model(settings: PlannerSettings, memory: Memory) -> LanguageModel | None:
    """Return the model for edits; None when none is wanted. Raises CapabilityMissing when its key is missing."""
    provider = settings.llm_provider
    if provider == "none":
        return None
    own = settings.openai_api_key if provider == "openai" else settings.anthropic_api_key
    key = settings.llm_api_key.get_secret_value() or own.get_secret_value()
    if not key and not settings.llm_base_url:
        name = "OPENAI_API_KEY" if provider == "openai" else "ANTHROPIC_API_KEY"
        raise CapabilityMissing(
            f"The provider {provider} is set without a key.",
            code="model_not_configured",
            remedy=f"Set {name} or CUTROOM_PLANNER_LLM_API_KEY, or CUTROOM_PLANNER_LLM_BASE_URL for a server of yours.",
        )
    base = settings.llm_base_url or (OPENAI if provider == "openai" else ANTHROPIC)
    price = (settings.llm_price_in, settings.llm_price_out)
    known = (price[0], price[1]) if price[0] is not None and price[1] is not None else None
    return _model(settings, memory, base, settings.llm_model or USUAL[provider], key, price=known)


def chat_model(settings: PlannerSettings, memory: Memory, backend: str, hf_model: str | None) -> LanguageModel:
    """Return the model of a chat's backend, ``openai`` or ``hf``. Raises CapabilityMissing ``backend_unavailable``."""
    if backend == "hf":
        name = hf_model or settings.hf_model
        if settings.hf_base_url and name:
            return _model(settings, memory, settings.hf_base_url, name, settings.hf_token.get_secret_value())
        remedy = (
            "Set CUTROOM_PLANNER_HF_BASE_URL to a server of text models (https://router.huggingface.co/v1 with"
            " HF_TOKEN, or one of yours) and name a model in hf_model or CUTROOM_PLANNER_HF_MODEL; or use"
            " the backend stub."
        )
        raise CapabilityMissing(
            "No server of Hugging Face models is set up.", code="backend_unavailable", remedy=remedy
        )
    try:
        model = language_model(settings, memory)
    except CapabilityMissing as missing:
        raise CapabilityMissing(missing.message, code="backend_unavailable", remedy=missing.remedy) from None
    if model is None:
        remedy = (
            "Set CUTROOM_PLANNER_LLM_PROVIDER=openai and OPENAI_API_KEY, or CUTROOM_PLANNER_LLM_BASE_URL for a server"
            " of yours; or use the backend stub."
        )
        raise CapabilityMissing("No language model is set up.", code="backend_unavailable", remedy=remedy)
    return model


def _model(
    settings: PlannerSettings, memory: Memory, base_url: str, name: str, key: str,
    price: tuple[float, float] | None = None,
) -> LanguageModel:  # fmt: skip
    return OpenAIModel(
        Endpoint(
            base_url=base_url,
            model=name,
            key=key,
            vision=settings.llm_vision,
            answer_tokens=settings.llm_answer_tokens,
            timeout_s=settings.llm_timeout_s,
            retries=settings.llm_retries,
            patience_s=settings.llm_patience_s,
            price=price,
        ),
        memory,
    )
