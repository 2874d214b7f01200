"""What can go wrong with a speech server, each with its code and what a person can do about it."""

from __future__ import annotations

from typing import ClassVar

from shared.errors import CutroomError

_REMEDIES = {
    "speech_key_refused": "Check CUTROOM_ANALYZER_SPEECH_KEY and that it may use the model.",
    "speech_quota_exceeded": "Wait, or raise the limits of the account; then analyse the medium again.",
    "speech_model_unknown": "Check CUTROOM_ANALYZER_SPEECH_MODEL and CUTROOM_ANALYZER_SPEECH_BASE_URL (with its /v1).",
    "speech_unreachable": "Check CUTROOM_ANALYZER_SPEECH_BASE_URL and that the server is up; then analyse again.",
    "speech_timeout": "Raise CUTROOM_ANALYZER_SPEECH_TIMEOUT_S, or lower CUTROOM_ANALYZER_SPEECH_PART_BYTES.",
    "speech_server_failed": "Analyse the medium again later, or send a subtitle file with it.",
    "speech_request_refused": "Read what the server says; a smaller CUTROOM_ANALYZER_SPEECH_PART_BYTES may help.",
    "speech_answer_invalid": "Check that the server speaks OpenAI's transcription API.",
}


class SpeechFailed(CutroomError):
    """A speech server gave no words; ``code`` is one of the table above."""

    default_code: ClassVar[str] = "speech_server_failed"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code, remedy=_REMEDIES[code])


def refused(error: Exception, base_url: str, key: str) -> SpeechFailed:
    """Return what an error of the ``openai`` package means. The key is in no message."""
    import openai

    said = str(getattr(error, "message", error))
    if key:
        said = said.replace(key, "…")
    said = " ".join(said.split())[:300]
    where = base_url or "api.openai.com"
    if isinstance(error, openai.APITimeoutError):
        return SpeechFailed("speech_timeout", f"The speech server at {where} took too long.")
    if isinstance(error, openai.APIConnectionError):
        return SpeechFailed("speech_unreachable", f"The speech server at {where} cannot be reached.")
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return SpeechFailed("speech_key_refused", f"The speech server at {where} refuses the key: {said}")
    if isinstance(error, openai.RateLimitError):
        return SpeechFailed("speech_quota_exceeded", f"The speech server at {where} takes no more for now: {said}")
    if isinstance(error, openai.NotFoundError):
        return SpeechFailed("speech_model_unknown", f"The speech server at {where} does not know the model: {said}")
    if isinstance(error, openai.APIStatusError) and error.status_code < 500:
        return SpeechFailed("speech_request_refused", f"The speech server at {where} refuses the sound: {said}")
    return SpeechFailed("speech_server_failed", f"The speech server at {where} failed: {said}")
