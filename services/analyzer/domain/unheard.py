"""Why a speech model on this machine gave no words: each reason has a code, and what a person can do about it."""

from __future__ import annotations

import re
import signal

from shared.contracts.value import Value

_MEMORY = re.compile(
    r"MemoryError|bad_alloc|out of memory|failed to map segment|Unable to allocate|"
    r"allocate memory|can't start new thread",
    re.IGNORECASE,
)
_DEVICE = re.compile(r"compute type|CUDA|cuDNN|cuBLAS|libcu|unsupported device|GPU", re.IGNORECASE)
_MOST = 300


class Unheard(Value):
    """There are no words; the fields are those of a failed transcript."""

    code: str
    reason: str
    remedy: str


def out_of_memory(model: str) -> Unheard:
    """The model does not fit, or not with this much sound."""
    return Unheard(
        code="speech_memory",
        reason=f"There is not enough memory for the speech model {model}.",
        remedy=(
            "Take a smaller model (`cutroom models list`), lower CUTROOM_ANALYZER_WHISPER_BATCH, or raise "
            "CUTROOM_ANALYZER_WHISPER_MEMORY_BYTES where there is more memory."
        ),
    )


def damaged(model: str, why: str) -> Unheard:
    """The model's files are there and cannot be used."""
    return Unheard(
        code="speech_model_damaged",
        reason=f"The speech model {model} cannot be loaded: {_short(why)}",
        remedy="Delete its folder and fetch it again with `cutroom models get NAME`, or take another model.",
    )


def unusable_device(model: str, why: str) -> Unheard:
    """The model is good, and this machine cannot run it as it is told to."""
    return Unheard(
        code="speech_device_unusable",
        reason=f"The speech model {model} cannot run here as it is set up: {_short(why)}",
        remedy="Set CUTROOM_ANALYZER_WHISPER_DEVICE and CUTROOM_ANALYZER_WHISPER_COMPUTE to `auto`.",
    )


def unknown_language(model: str, language: str, known: int) -> Unheard:
    """The model was not taught the language that is wished for."""
    return Unheard(
        code="speech_language_unknown",
        reason=f"The speech model {model} knows {known} languages, and {language!r} is none of them.",
        remedy="Order the speech with another `language` or `auto`, or take a model that knows it (none with `.en`).",
    )


def failed(model: str, why: str) -> Unheard:
    """Something went wrong that has no name of its own."""
    return Unheard(
        code="speech_model_failed",
        reason=f"The speech model {model} failed: {_short(why)}",
        remedy="Analyse the medium again; if that fails too, take another model, or send a subtitle file with it.",
    )


def of_loading(model: str, error: BaseException) -> Unheard:
    """Return what it means that a model could not be loaded."""
    said = f"{type(error).__name__}: {error}"
    if is_memory(error):
        return out_of_memory(model)
    return unusable_device(model, said) if _DEVICE.search(said) else damaged(model, said)


def of_ending(model: str, reason: str, returncode: int, said: str) -> Unheard:
    """Return what it means that the model's process ended; ``reason`` and ``said`` as in ProcessFailed."""
    if _MEMORY.search(said) or (reason == "signal" and returncode == -signal.SIGKILL):
        return out_of_memory(model)
    last = said.strip().rsplit("\n", 1)[-1] or f"its process ended ({reason}, status {returncode})"
    return failed(model, last)


def is_memory(error: BaseException) -> bool:
    """Whether an error says that there is no more memory."""
    return isinstance(error, MemoryError) or bool(_MEMORY.search(str(error)))


def _short(why: str) -> str:
    return " ".join(why.split())[:_MOST]
