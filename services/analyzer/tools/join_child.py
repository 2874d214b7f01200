"""Put the parts of a film, each measured by a process of its own, together and decide what the film holds.

Runs as ``python -m services.analyzer.tools.join_child`` with a request on stdin.
"""

from __future__ import annotations

from services.analyzer.tools import telling
from services.analyzer.tools.deciding import decide
from services.analyzer.tools.part import join, load
from services.analyzer.tools.requests import JoinRequest, VideoAnswer


def decide_together(request: JoinRequest) -> VideoAnswer:
    """Return the answer to the whole film's request."""
    parts = [load(folder) for folder in request.folders]
    return decide(request.video, join([part for part in parts if len(part.found)] or parts, request.video.folder))


if __name__ == "__main__":
    asked = telling.request(JoinRequest)
    telling.answer(asked.video.folder, decide_together(asked))
