"""``GrabFrame``: what does a film show at this time?"""

from __future__ import annotations

from services.analyzer.domain import bad
from services.analyzer.domain.judge import judge
from services.analyzer.handlers.deps import Deps, content_hash, put_picture, subfolder
from services.analyzer.tools.child import too_much
from services.analyzer.tools.frame import Frame, grab
from services.analyzer.tools.probe import probe
from shared.contracts.commands import GrabFrame
from shared.contracts.events import FrameGrabbed
from shared.errors import BadRequest
from shared.process import ProcessFailed
from shared.step import Step


async def grab_frame(command: GrabFrame, step: Step, deps: Deps) -> None:
    """Answer with the picture. Raises BadMedia, and BadRequest ``time_outside`` for a time that the film has not."""
    frame = await _grabbed(command, step, deps)
    sha256 = await content_hash(deps.blobs, command.media)
    picture = await put_picture(deps.blobs, sha256, "frame", frame.path)
    assert picture is not None
    async with step.finish() as done:
        await done.emit(
            FrameGrabbed(
                asset_id=command.asset_id,
                picture=picture,
                time=frame.time,
                width=frame.width,
                height=frame.height,
            )
        )


async def _grabbed(command: GrabFrame, step: Step, deps: Deps) -> Frame:
    async with deps.blobs.local(command.media) as path:
        facts, _ = await probe(path, subfolder(step.scratch, "probe"), deps.bounds, still=False)
        info = judge(facts, deps.bounds)
        if info.video is None:
            raise bad.no_video(facts.kind)
        if not 0 <= command.time <= info.duration:
            raise BadRequest(
                f"time: the film has 0 to {info.duration:.3f} s, not {command.time:.3f} s.",
                code="time_outside",
                remedy="Give a time inside the film.",
            )
        folder = subfolder(step.scratch, "frame")
        try:
            frame = await grab(path, facts, info.video, command.time, folder=folder, bounds=deps.bounds)
        except ProcessFailed as failed:
            if (why := too_much(failed)) is None:
                raise
            raise bad.too_complex(facts.kind, why) from failed
    if frame is None:
        raise bad.unsupported(facts.kind, "not one of its pictures can be decoded")
    return frame
