"""What the errors of OpenAI-compatible servers mean, and how long to wait after them. No message holds a key."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import openai

from services.planner.engines.bounded import AnswerTooLarge
from services.planner.engines.model import ModelFailed

LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """``again_after``: seconds after which to ask again; None: never. ``failed`` is what to say when it stays so."""

    failed: ModelFailed
    again_after: float | None


def verdict(error: openai.APIError, key: str, pause: float) -> Verdict:
    """Return what to do about ``error``. ``pause`` is the usual wait in seconds before another try."""
    match error:
        case openai.APITimeoutError():
            return Verdict(ModelFailed("The model did not answer in time.", code="model_timeout"), pause)
        case openai.APIConnectionError() if isinstance(error.__cause__, AnswerTooLarge):
            return Verdict(ModelFailed("The model's answer is too large to be read.", code="model_broken"), None)
        case openai.APIConnectionError():
            return Verdict(ModelFailed("The model's server cannot be reached.", code="model_unreachable"), pause)
        case openai.APIStatusError():
            return _by_status(error, key, pause)
    return Verdict(ModelFailed(f"The model's answer cannot be read: {said(error, key)}", code="model_broken"), pause)


def said(error: openai.APIError, key: str) -> str:
    """Return the server's own words, short, on one line, and without the key, which some servers repeat."""
    text = " ".join(str(error.message).split())
    return (text.replace(key, "***") if key else text)[:LONGEST_TEXT]


def _by_status(error: openai.APIStatusError, key: str, pause: float) -> Verdict:
    status = error.status_code
    if status == 429:
        if error.code == "insufficient_quota":
            failed = ModelFailed("The account at the model's provider has no credit left.", code="model_quota_used_up")
            return Verdict(failed, None)
        failed = ModelFailed("The model's server takes no more requests for now.", code="model_rate_limited")
        return Verdict(failed, retry_after(error.response.headers.get("retry-after"), pause))
    if status in (401, 403):
        remedy = "Check CUTROOM_PLANNER_LLM_API_KEY (or OPENAI_API_KEY, ANTHROPIC_API_KEY)."
        return Verdict(
            ModelFailed("The model's server refuses the key.", code="model_key_refused", remedy=remedy), None
        )
    if status == 404:
        remedy = "Check CUTROOM_PLANNER_LLM_MODEL and CUTROOM_PLANNER_LLM_BASE_URL."
        return Verdict(ModelFailed("The server knows no such model.", code="model_unknown", remedy=remedy), None)
    if status >= 500 or status in (408, 409):
        failed = ModelFailed(f"The model's server failed with status {status}.", code="model_unavailable")
        return Verdict(failed, retry_after(error.response.headers.get("retry-after"), pause))
    return Verdict(
        ModelFailed(f"The server refuses the request: {said(error, key)}", code="model_request_refused"), None
    )


def retry_after(header: str | None, pause: float) -> float:
    """Return the seconds that a ``Retry-After`` header asks for, in either of its forms; ``pause`` without one."""
    if not header:
        return pause
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (ValueError, TypeError):
        return pause
