"""Silero's speech detector (v6, the ONNX file that the faster-whisper wheel has), block by block in flat memory."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from shared.errors import CapabilityMissing

RATE = 16_000
WINDOW = 512
_CONTEXT, _STATE = 64, (1, 1, 128)
_MODEL = Path("assets") / "silero_vad_v6.onnx"

Samples = npt.NDArray[np.float32]


def model_file() -> Path:
    """Return where the detector's model lies. Raises CapabilityMissing; faster-whisper itself is not imported."""
    found = importlib.util.find_spec("faster_whisper")
    for folder in (found.submodule_search_locations if found else None) or ():
        if (path := Path(folder) / _MODEL).is_file():
            return path
    raise CapabilityMissing(
        "The speech detector's model is missing.",
        code="speech_detector_missing",
        remedy="Install faster-whisper 1.2.1 or newer; its package has the model (`make setup` installs it).",
    )


class Detector:
    """Takes blocks of mono 16 kHz samples in order; its memory of what was heard goes from block to block.

    ``gain`` is applied first: the detector was trained on speech of a usual level.
    """

    def __init__(self, gain: float = 1.0) -> None:
        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        providers = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(str(model_file()), providers=providers, sess_options=options)
        self._gain = np.float32(gain)
        self._state = [np.zeros(_STATE, np.float32), np.zeros(_STATE, np.float32)]
        self._context = np.zeros(_CONTEXT, np.float32)
        self._rest = np.zeros(0, np.float32)

    def feed(self, block: Samples, *, last: bool = False) -> Samples:
        """Return how likely speech is, 0..1, in each 32 ms that ``block`` completes; ``last`` adds silence."""
        samples = np.concatenate([self._rest, np.clip(block * self._gain, -1, 1)])
        if last:
            samples = np.pad(samples, (0, -len(samples) % WINDOW))
        count = len(samples) // WINDOW
        windows, self._rest = samples[: count * WINDOW].reshape(count, WINDOW), samples[count * WINDOW :]
        if not count:
            return np.zeros(0, np.float32)
        before = np.concatenate([self._context[None], windows[:-1, -_CONTEXT:]])
        self._context = windows[-1, -_CONTEXT:].copy()
        told = {"input": np.concatenate([before, windows], axis=1), "h": self._state[0], "c": self._state[1]}
        likely, *self._state = self._session.run(None, told)
        return np.asarray(likely, np.float32).reshape(-1)
