"""Which engine speaks: the person's own subtitles, else a model, else none."""

from __future__ import annotations

from pathlib import Path

from services.analyzer.engines.models import find_model
from services.analyzer.engines.speech import NoEngine, SpeechEngine
from services.analyzer.engines.whisper import Recognize, WhisperEngine

_REMEDY = (
    "Send a subtitle file as `captions` with the footage, or set CUTROOM_ANALYZER_WHISPER_MODEL to a folder with a "
    "faster-whisper model (model.bin, config.json, tokenizer.json)."
)


def speech_model(wanted: str, cache: Path, recognize: Recognize) -> SpeechEngine:
    """Return the engine for the model that is set (``wanted``) or cached, or one that says why there is none."""
    model = find_model(wanted, cache)
    if model is not None:
        return WhisperEngine(model, recognize)
    if wanted:
        reason = f"The speech model {wanted!r} is neither a folder with a whole model nor in the Hugging Face cache."
    else:
        reason = "No speech model is installed and no subtitles came with the footage."
    return NoEngine(reason, _REMEDY)
