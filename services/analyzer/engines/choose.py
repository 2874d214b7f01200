"""Which engine speaks: the person's own subtitles, else a model, else none."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from services.analyzer.engines.listening import Recognize, whisper_engine
from services.analyzer.engines.models import find_model
from services.analyzer.engines.speech import NoEngine, SpeechEngine

_REMEDY = (
    "Fetch a model with `cutroom models get base`, send a subtitle file as `captions` with the footage, or set "
    "CUTROOM_ANALYZER_WHISPER_MODEL to a folder with a faster-whisper model (model.bin, config.json, tokenizer.json)."
)


def speech_model(wanted: str, cache: Path, recognize: Recognize, hotwords: str = "") -> SpeechEngine:
    """Return the engine for the model that is set (``wanted``) or cached, or one that says why there is none."""
    model = find_model(wanted, cache)
    if model is not None:
        return whisper_engine(model, recognize, hotwords)
    if wanted:
        reason = f"The speech model {wanted!r} is neither a folder with a whole model nor in the Hugging Face cache."
    else:
        reason = "No speech model is installed and no subtitles came with the footage."
    return NoEngine(code="speech_model_missing", reason=reason, remedy=_REMEDY)


def switched_off() -> NoEngine:
    """Return the engine of somebody who wants no words."""
    return NoEngine(
        code="speech_off",
        reason="Speech recognition is switched off here.",
        remedy="Send a subtitle file as `captions` with the footage, or set CUTROOM_ANALYZER_SPEECH to `auto`.",
    )


def not_offered(model: str, offered: Collection[str]) -> NoEngine:
    """Return the engine of an order for a model that orders may not choose."""
    there_are = f"there are {', '.join(sorted(offered))}" if offered else "there are none"
    return NoEngine(
        code="speech_model_not_offered",
        reason=f"The speech model {model!r} is not among those that an order may choose here; {there_are}.",
        remedy="Choose one of them, or the usual one with an empty name; CUTROOM_ANALYZER_SPEECH_CHOICES lists them.",
    )


def no_server() -> NoEngine:
    """Return the engine of somebody who wants a server and has named none."""
    return NoEngine(
        code="speech_server_missing",
        reason="A speech server is to be asked, and none is set up.",
        remedy="Set CUTROOM_ANALYZER_SPEECH_KEY, or CUTROOM_ANALYZER_SPEECH_BASE_URL for a server of your own.",
    )
