"""Read a person's subtitle file. Runs as ``python -m services.analyzer.tools.captions_child``."""

from __future__ import annotations

from services.analyzer.domain.text.refusing import MAX_BYTES, BadSubtitles
from services.analyzer.domain.text.subtitles import parse
from services.analyzer.tools import telling
from services.analyzer.tools.mended import spoken
from services.analyzer.tools.requests import CaptionsRequest, SpokenAnswer


def read(request: CaptionsRequest) -> SpokenAnswer:
    """Return the lines, mended, or why there are none."""
    with request.path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    try:
        lines = parse(data)
    except BadSubtitles as bad:
        return SpokenAnswer(refusal=str(bad))
    found = spoken(lines, request.duration, request.language)
    if not found.captions:
        return SpokenAnswer(refusal=f"all its lines lie behind the end of the film ({request.duration:.1f} s)")
    outside = sum(line.start >= request.duration or 0 >= line.end > line.start for line in lines)
    return found.model_copy(update={"outside": outside})


if __name__ == "__main__":
    asked = telling.request(CaptionsRequest)
    telling.answer(asked.folder, read(asked))
