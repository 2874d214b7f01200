"""A Whisper model of random weights: it says nonsense, in the same way as a real one, in a fraction of a second."""

from __future__ import annotations

import json
from pathlib import Path

import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

_WIDTH, _HEADS, _LAYERS, _MELS = 16, 2, 2, 80
_LANGUAGES = [code for code in _LANGUAGE_CODES if code != "yue"]

Array = npt.NDArray[np.float32]


def _random(*shape: int) -> Array:
    """The same numbers for the same shape, however many models were built before."""
    return (np.random.default_rng(shape).standard_normal(shape) * 0.05).astype(np.float32)


def _norm(spec: object) -> None:
    spec.gamma, spec.beta = np.ones(_WIDTH, np.float32), np.zeros(_WIDTH, np.float32)  # type: ignore[attr-defined]


def _linear(spec: object, rows: int, columns: int) -> None:
    spec.weight, spec.bias = _random(rows, columns), np.zeros(rows, np.float32)  # type: ignore[attr-defined]


def _attention(spec: object, *, cross: bool = False) -> None:
    fused = (_WIDTH, 2 * _WIDTH, _WIDTH) if cross else (3 * _WIDTH, _WIDTH)
    for number, rows in enumerate(fused):
        _linear(spec.linear[number], rows, _WIDTH)  # type: ignore[attr-defined]
    _norm(spec.layer_norm)  # type: ignore[attr-defined]


def _feed_forward(spec: object) -> None:
    _linear(spec.linear_0, 4 * _WIDTH, _WIDTH)  # type: ignore[attr-defined]
    _linear(spec.linear_1, _WIDTH, 4 * _WIDTH)  # type: ignore[attr-defined]
    _norm(spec.layer_norm)  # type: ignore[attr-defined]


def _vocabulary() -> tuple[list[str], list[str], list[str]]:
    syllables = [f"Ġ{c}{v}" for c in "bcdfghjklmnprstvwz" for v in "aeiou"]
    words = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *syllables, ""]
    specials = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in _LANGUAGES)]
    specials += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"]
    return words, [*specials, "<|notimestamps|>"], [f"<|{step * 0.02:.2f}|>" for step in range(1501)]


def build_model(folder: Path, certainty: float = 1.0) -> Path:
    """Write the model into ``folder``; return it. One of great ``certainty`` says the same nonsense each time."""
    words, specials, times = _vocabulary()
    spec = ctranslate2.specs.whisper_spec.WhisperSpec(_LAYERS, _HEADS, _LAYERS, _HEADS)
    size = len(words) + len(specials) + len(times)
    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = _random(_WIDTH, _MELS, 3), np.zeros(_WIDTH, np.float32)
    encoder.conv2.weight, encoder.conv2.bias = _random(_WIDTH, _WIDTH, 3), np.zeros(_WIDTH, np.float32)
    encoder.position_encodings.encodings = _random(1500, _WIDTH)
    decoder.embeddings.weight = decoder.projection.weight = _random(size, _WIDTH) * np.float32(certainty)
    decoder.position_encodings.encodings = _random(448, _WIDTH)
    for layer in (*encoder.layer, *decoder.layer):
        _attention(layer.self_attention)
        _feed_forward(layer.ffn)
    for layer in decoder.layer:
        _attention(layer.attention, cross=True)
    _norm(encoder.layer_norm)
    _norm(decoder.layer_norm)
    _configure(spec, words, specials + times)
    spec.validate()
    spec.optimize(quantization=None)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    _save_tokenizer(folder, words, specials, times)
    return folder


def _configure(spec: ctranslate2.specs.whisper_spec.WhisperSpec, words: list[str], others: list[str]) -> None:
    spec.register_vocabulary([*words, *others])
    first = len(words) + 2
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = list(range(first, first + len(_LANGUAGES)))
    spec.config.alignment_heads = [[layer, head] for layer in range(_LAYERS // 2, _LAYERS) for head in range(_HEADS)]


def _save_tokenizer(folder: Path, words: list[str], specials: list[str], times: list[str]) -> None:
    tokenizer = Tokenizer(models.BPE(vocab={word: number for number, word in enumerate(words)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in specials])
    tokenizer.add_tokens([AddedToken(token, special=False, normalized=False) for token in times])
    tokenizer.save(str(folder / "tokenizer.json"))
    features = {"feature_size": _MELS, "sampling_rate": 16000, "hop_length": 160, "chunk_length": 30, "n_fft": 400}
    (folder / "preprocessor_config.json").write_text(json.dumps(features))
