"""Drawing a still picture that the view comes near to: large, moved over, and brought to the frame's size after."""

from __future__ import annotations

from typing import Any

from services.renderer.domain.chunks import Piece
from services.renderer.domain.nearing import Nearing, nearing
from services.renderer.tools.dressing import dressed
from services.renderer.tools.placing import placed
from services.renderer.tools.sources import lasting, picture_of
from shared.contracts.timeline import Clip, Output, Source

Node = Any
"""A stream of ffmpeg-python, which has no types."""


def neared(source: Source, clip: Clip, output: Output) -> Nearing | None:
    """Return how a clip is drawn whose view comes near to a still picture; None where it is drawn as any other."""
    if source.media.kind != "image":
        return None
    stream = picture_of(source)
    return nearing(clip.effects, (stream.width, stream.height), (output.width, output.height))


def drawn_large(
    video: Node, near: Nearing, source: Source, clip: Clip, piece: Piece, output: Output, rate: str
) -> Node:
    """Return the picture in ``video`` with the effects of ``clip``, as large as ``output``."""
    large = output.model_copy(update={"width": near.size[0], "height": near.size[1]})
    view, rest = (
        clip.model_copy(update={"effects": effects})
        for effects in (clip.effects[: near.effects], clip.effects[near.effects :])
    )
    shaped = lasting(placed(video, picture_of(source), large), source, clip, piece, rate)
    seen = dressed(shaped, view, piece, large, rate)
    seen = seen.filter("scale", w=output.width, h=output.height, flags="bicubic").filter("setsar", "1")
    return dressed(seen, rest, piece, output, rate)
