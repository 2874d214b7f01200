"""faster-whisper alone in a process of its own, for ``bench_speech``: a path a line in, seconds a line out."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from faster_whisper import WhisperModel


def main() -> None:
    """Transcribe what is named, with the options that ours has, and tell seconds of wall clock and CPU."""
    model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
    for line in sys.stdin:
        began, cpu = time.perf_counter(), time.process_time()
        samples = np.fromfile(line.strip(), np.float32)
        segments, _ = model.transcribe(
            samples,
            language="en",
            beam_size=1,
            word_timestamps=True,
            vad_filter=True,
            condition_on_previous_text=False,
        )
        said = sum(len(segment.words or ()) for segment in segments)
        told = {"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu, "words": said}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
