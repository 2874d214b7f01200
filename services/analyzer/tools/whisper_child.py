"""Speech to words by faster-whisper. Runs as ``python -m services.analyzer.tools.whisper_child``; never downloads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment

from services.analyzer.tools import telling
from services.analyzer.tools.mended import spoken
from services.analyzer.tools.requests import SpokenAnswer, WhisperRequest
from shared.contracts.media import Caption, Word

RATE = 16_000
_PIECE_S = 600
_SEARCH_S = 20

Samples = npt.NDArray[np.float32]


def pieces(samples: Samples) -> Iterator[tuple[int, int]]:
    """Yield spans of about ten minutes, parted where it is quietest: the model's features of hours would not fit."""
    start = 0
    while len(samples) - start > (_PIECE_S + _SEARCH_S) * RATE:
        around = start + (_PIECE_S - _SEARCH_S) * RATE
        window = np.asarray(samples[around : around + 2 * _SEARCH_S * RATE])
        power = (window[: len(window) // 1600 * 1600].reshape(-1, 1600) ** 2).mean(axis=1)
        end = around + int(np.argmin(power)) * 1600 + 800
        yield start, end
        start = end
    yield start, len(samples)


def transcribe(request: WhisperRequest) -> SpokenAnswer:
    """Return what was said, with times mended: Whisper's overlap, run past the end, or have no length."""
    model = WhisperModel(
        str(request.model), device="cpu", compute_type="int8", cpu_threads=request.threads, local_files_only=True
    )
    size = request.path.stat().st_size // 4
    samples: Samples = np.memmap(request.path, np.float32, mode="r", shape=(size,)) if size else np.zeros(0, np.float32)
    lines: list[Caption] = []
    language = request.language
    for start, end in pieces(samples):
        piece = np.asarray(samples[start:end], np.float32)
        if not len(piece) or float(np.abs(piece).max()) < 1e-4:
            continue
        segments, info = model.transcribe(
            piece,
            language=language,
            beam_size=request.beam,
            word_timestamps=True,
            vad_filter=True,
            condition_on_previous_text=False,
        )
        language = language or info.language
        for segment in segments:
            lines.append(_line(segment, start / RATE))
            telling.progress(min(1.0, (start / RATE + segment.end) / request.duration))
    return spoken(lines, request.duration, language)


def _line(segment: Segment, offset: float) -> Caption:
    words = tuple(
        Word(
            text=word.word,
            start=offset + float(word.start),
            end=offset + float(word.end),
            confidence=round(float(word.probability), 3),
        )
        for word in segment.words or ()
    )
    return Caption(text=segment.text, start=offset + float(segment.start), end=offset + float(segment.end), words=words)


if __name__ == "__main__":
    asked = telling.request(WhisperRequest)
    telling.answer(asked.folder, transcribe(asked))
