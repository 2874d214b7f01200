"""The planner's knobs, read from ``CUTROOM_PLANNER_*``."""

from __future__ import annotations

from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

LEAST_CONTEXT = 4000
"""Tokens below which the fixed parts of a request do not fit."""


class PlannerSettings(BaseSettings):
    """How many plans are made at once, and the largest analysis document read, in bytes (a day of speech is 40 MB).

    ``child_from_bytes``: analyses of so many bytes together are planned in a process of their own, smaller ones in a
    thread. ``llm_provider`` ``none`` plans by rules and talks to nobody; ``openai`` is any server that speaks OpenAI's
    chat API, with ``llm_base_url`` for one that is not OpenAI's (Ollama, vLLM, LM Studio). ``llm_context_tokens``: the
    most that a request may cost; ``llm_answer_tokens``: the most that an answer may. ``llm_vision`` ``auto`` sends
    pictures once and remembers whether the model took them. ``llm_timeout_s``, ``llm_patience_s`` (the longest wait
    that a server may ask for) are in seconds, ``llm_price_in`` and ``llm_price_out`` in US dollars a million
    tokens, as your provider says: without both, costs are unknown. Answers are kept ``llm_keep_days``, so that the same
    request is paid once.
    ``hf_*``: the chat's backend ``hf``, any server of text models in OpenAI's form.
    """

    model_config = SettingsConfigDict(env_prefix="CUTROOM_PLANNER_", extra="ignore", populate_by_name=True)

    concurrency: int = Field(default=2, ge=1, le=32)
    chats: int = Field(default=2, ge=1, le=32)
    max_analysis_bytes: int = Field(default=64 * 1024**2, gt=0)
    child_from_bytes: int = Field(default=256 * 1024, ge=0)
    child_memory_bytes: int = Field(default=2 * 1024**3, gt=0)
    llm_provider: Literal["none", "openai", "anthropic"] = Field(
        default="none", validation_alias=AliasChoices("CUTROOM_PLANNER_LLM_PROVIDER", "AI_PROVIDER")
    )
    llm_model: str = Field(default="", validation_alias=AliasChoices("CUTROOM_PLANNER_LLM_MODEL", "AI_MODEL"))
    llm_base_url: str = ""
    llm_api_key: SecretStr = SecretStr("")
    openai_api_key: SecretStr = Field(default=SecretStr(""), validation_alias=AliasChoices("OPENAI_API_KEY"))
    anthropic_api_key: SecretStr = Field(default=SecretStr(""), validation_alias=AliasChoices("ANTHROPIC_API_KEY"))
    llm_vision: Literal["auto", "on", "off"] = "auto"
    llm_context_tokens: int = Field(default=24_000, ge=LEAST_CONTEXT)
    llm_answer_tokens: int = Field(default=4000, ge=256)
    llm_timeout_s: float = Field(default=120.0, gt=0)
    llm_retries: int = Field(default=2, ge=0, le=10)
    llm_patience_s: float = Field(default=60.0, ge=0)
    llm_price_in: float | None = Field(default=None, ge=0)
    llm_price_out: float | None = Field(default=None, ge=0)
    llm_keep_days: float = Field(default=30.0, gt=0)
    hf_base_url: str = ""
    hf_token: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("CUTROOM_PLANNER_HF_TOKEN", "HF_TOKEN")
    )
    hf_model: str = Field(default="", validation_alias=AliasChoices("CUTROOM_PLANNER_HF_MODEL", "AIVE_HF_TEXT_MODEL"))
