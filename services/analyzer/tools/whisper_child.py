"""Speech to words by faster-whisper. Runs as ``python -m services.analyzer.tools.whisper_child``; never downloads.

It takes a request a line and stays: the model that was used last is loaded already. What goes wrong ends it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.transcribe import Segment, TranscriptionInfo

from services.analyzer.domain.text.sentences import lines_of
from services.analyzer.domain.unheard import is_memory, of_loading, out_of_memory, unknown_language
from services.analyzer.tools import telling
from services.analyzer.tools.mended import spoken
from services.analyzer.tools.parting import RATE, parts
from services.analyzer.tools.requests import SpokenAnswer, WhisperRequest
from shared.contracts.speech import Caption, Word

_PART_S = 600.0
_LONG_S = 60.0
_LONGEST_LINE_S = 10.0
_HEARABLE = 1e-4

Samples = npt.NDArray[np.float32]


class Models:
    """The model that was used last, ready to be used again. ``make`` loads one, ``gpus`` tells how many there are."""

    def __init__(
        self, make: Callable[..., Any] = WhisperModel, gpus: Callable[[], int] = ctranslate2.get_cuda_device_count
    ) -> None:
        self._make, self._gpus = make, gpus
        self._key: tuple[object, ...] = ()
        self._model: Any = None

    def get(self, request: WhisperRequest) -> Any:
        """Return the model that is asked for, loaded once."""
        key = (request.model, request.device, request.compute, request.threads)
        if self._model is None or key != self._key:
            self._model = None  # two large models at once may be too much
            self._model, self._key = self._loaded(request), key
        return self._model

    def drop(self) -> None:
        """Let go of the model and its memory."""
        self._model, self._key = None, ()

    def _loaded(self, request: WhisperRequest) -> Any:
        """Load it where it is set to run, else on a GPU if there is one that works, else on the CPU."""
        if request.device != "auto":
            return self._on(request.device, request)
        if self._gpus():
            try:
                model = self._on("cuda", request)
                model.transcribe(np.zeros(RATE, np.float32), language="en", beam_size=1)
            except (RuntimeError, ValueError) as error:  # a driver without its libraries, or too little memory
                sys.stderr.write(f"the GPU is not used: {error}\n")
            else:
                return model
        return self._on("cpu", request)

    def _on(self, device: str, request: WhisperRequest) -> Any:
        usual = "float16" if device == "cuda" else "int8"
        compute = usual if request.compute == "auto" else request.compute
        return self._make(
            str(request.model),
            device=device,
            compute_type=compute,
            cpu_threads=request.threads,
            local_files_only=True,
        )


def heard(request: WhisperRequest, models: Models) -> SpokenAnswer:
    """Return what was said, or the fault for which there are no words: another request may fare better."""
    name = request.model.name
    try:
        model = models.get(request)
    except Exception as error:  # the library raises whatever it meets in the files: all of it means this
        models.drop()
        return SpokenAnswer(fault=of_loading(name, error))
    if request.language and request.language not in model.supported_languages:
        return SpokenAnswer(fault=unknown_language(name, request.language, len(model.supported_languages)))
    try:
        return transcribe(request, model)
    except (MemoryError, RuntimeError) as error:
        if not is_memory(error):
            raise
        models.drop()
        return SpokenAnswer(fault=out_of_memory(name))


def transcribe(request: WhisperRequest, model: Any) -> SpokenAnswer:
    """Return what was said, with times mended: Whisper's overlap, run past the end, or have no length."""
    size = request.path.stat().st_size // 4
    samples: Samples = np.memmap(request.path, np.float32, mode="r", shape=(size,)) if size else np.zeros(0, np.float32)
    lines: list[Caption] = []
    language = request.language
    for start, end in parts(samples, _PART_S):
        part = np.asarray(samples[start:end], np.float32)
        if float(np.abs(part).max()) < _HEARABLE:
            continue
        telling.progress(start / RATE / request.duration)
        segments, info = _heard(model, part, request, language)
        language = language or info.language
        lines.extend(_lines(segments, start / RATE, request))
    return spoken(lines, request.duration, language)


def _heard(
    model: Any, part: Samples, request: WhisperRequest, language: str | None
) -> tuple[Iterable[Segment], TranscriptionInfo]:
    options: dict[str, Any] = {
        "language": language,
        "beam_size": request.beam,
        "word_timestamps": True,
        "vad_filter": True,
        "condition_on_previous_text": False,
        "hotwords": request.hotwords or None,
    }
    if request.batch > 1 and len(part) > _LONG_S * RATE:
        pipeline = BatchedInferencePipeline(model=model)
        return pipeline.transcribe(part, batch_size=request.batch, **options)  # type: ignore[no-any-return]
    return model.transcribe(part, **options)  # type: ignore[no-any-return]


def _lines(segments: Iterable[Segment], offset: float, request: WhisperRequest) -> Iterator[Caption]:
    """Yield the lines; the segments of a batch are up to half a minute long and are lined anew."""
    for segment in segments:
        line = _line(segment, offset)
        telling.progress(min(1.0, line.end / request.duration))
        if line.words and line.end - line.start > _LONGEST_LINE_S:
            yield from lines_of(line.words)
        else:
            yield line


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


def main() -> None:
    """Answer requests until there are no more."""
    models = Models()
    for row in sys.stdin:
        request = WhisperRequest.model_validate_json(row)
        telling.answer(request.folder, heard(request, models))
        telling.ready()


if __name__ == "__main__":
    main()
