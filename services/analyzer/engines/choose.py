"""Which engine speaks: the person's own subtitles, else a model, else none."""

from __future__ import annotations

from pathlib import Path

from services.analyzer.engines.models import find_model
from services.analyzer.engines.speech import NoEngine, SpeechEngine
from services.analyzer.engines.whisper import Recognize, WhisperEngine

_REMEDY = (
    "Fetch a model with `cutroom models get base`, send a subtitle file as `captions` with the footage, or set "
    "CUTROOM_ANALYZER_WHISPER_MODEL to a folder with a faster-whisper model (model.bin, config.json, tokenizer.json)."
)


def speech_model(wanted: str, cache: Path, recognize: Recognize, hotwords: str = "") -> SpeechEngine:
    """Return the engine for the model that is set (``wanted``) or cached, or one that says why there is none."""
    model = find_model(wanted, cache)
    if model is not None:
        return WhisperEngine(model, recognize, hotwords)
    if wanted:
        reason = f"The speech model {wanted!r} is neither a folder with a whole model nor in the Hugging Face cache."
    else:
        reason = "No speech model is installed and no subtitles came with the footage."
    return NoEngine(reason, _REMEDY)


def switched_off() -> NoEngine:
    """Return the engine of somebody who wants no words."""
    return NoEngine(
        "Speech recognition is switched off here.",
        "Send a subtitle file as `captions` with the footage, or set CUTROOM_ANALYZER_SPEECH to `auto`.",
        "speech_off",
    )


def no_server() -> NoEngine:
    """Return the engine of somebody who wants a server and has named none."""
    return NoEngine(
        "A speech server is to be asked, and none is set up.",
        "Set CUTROOM_ANALYZER_SPEECH_KEY, or CUTROOM_ANALYZER_SPEECH_BASE_URL for a server of your own.",
        "speech_server_missing",
    )
