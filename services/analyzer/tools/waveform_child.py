"""Peaks of a long sound and their picture. Runs as ``python -m services.analyzer.tools.waveform_child``."""

from __future__ import annotations

import numpy as np
from PIL import Image

from services.analyzer.domain.sound.swings import PEAKS_A_SECOND, Peaks, drawn, peaks
from services.analyzer.tools import telling
from services.analyzer.tools.sound_requests import WaveformAnswer, WaveformRequest

_BLOCK_S = 60
_SIZE = (1800, 240)
_COLOUR = (74, 144, 217)


def measure(request: WaveformRequest) -> WaveformAnswer:
    """Write peaks and picture; of the samples one minute is in memory."""
    found: list[Peaks] = [np.zeros((0, 2), np.int16)]
    with request.path.open("rb") as file:
        while data := file.read(4 * request.rate * _BLOCK_S):
            found.append(peaks(np.frombuffer(data, np.float32), request.rate))
    whole = np.concatenate(found)
    (request.folder / request.peaks).write_bytes(whole.astype("<i2").tobytes())
    mask = Image.fromarray(drawn(whole, *_SIZE))
    picture = Image.new("RGBA", _SIZE, (*_COLOUR, 0))
    picture.paste(Image.new("RGBA", _SIZE, (*_COLOUR, 255)), mask=mask)
    picture.save(request.folder / request.picture, "PNG", optimize=True)
    return WaveformAnswer(rate=PEAKS_A_SECOND, count=len(whole))


if __name__ == "__main__":
    asked = telling.request(WaveformRequest)
    telling.answer(asked.folder, measure(asked))
