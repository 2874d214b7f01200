"""Look into a file: its streams, what its packets hold, whether its pictures decode, and one good frame of it.

Runs as ``python -m services.analyzer.tools.probe_child`` with a request on stdin; never in the service's own process.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from services.analyzer.domain.facts import FileFacts, StreamFacts
from services.analyzer.domain.layout import walk
from services.analyzer.domain.sniff import HEAD_BYTES, Kind, sniff
from services.analyzer.domain.stills import STILL, fit
from services.analyzer.tools import telling
from services.analyzer.tools.opening import MAX_STREAMS, open_media
from services.analyzer.tools.packets import Held, frame_cadence, scan
from services.analyzer.tools.pictures import Painter, displayed, save
from services.analyzer.tools.requests import ProbeAnswer, ProbeRequest
from services.analyzer.tools.samples import Sample, changes, sample
from services.analyzer.tools.tags import language, timecode

_TOO_MUCH = f"it has more than {MAX_STREAMS} streams, or asks for too much memory"
_STATIC = Disposition.attached_pic | Disposition.timed_thumbnails


def look(request: ProbeRequest) -> ProbeAnswer:
    """Return all facts; a file that cannot be opened is a fact too."""
    with request.path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        size = file.seek(0, 2)

        def read_at(offset: int, count: int) -> bytes:
            file.seek(offset)
            return file.read(count)

        kind = sniff(head)
        outer = walk(kind.layout, read_at, size)
    known = FileFacts(
        size=size,
        kind=kind.name,
        demuxers=kind.demuxers,
        refused=not kind.readable,
        missing=outer.missing,
        index=outer.index,
        fragmented=outer.fragmented,
        unsized=outer.unsized,
        unended=outer.unended,
    )
    if not kind.readable:
        return ProbeAnswer(facts=known)
    try:
        return _open(request, kind, known)
    except av.EOFError:
        return ProbeAnswer(facts=known.model_copy(update={"failure": "nothing"}))
    except av.FFmpegError as error:
        too_much = error.errno == errno.ENOMEM
        failure, reason = ("too_complex", _TOO_MUCH) if too_much else ("invalid", error.strerror or "")
        return ProbeAnswer(facts=known.model_copy(update={"failure": failure, "reason": reason}))


def _open(request: ProbeRequest, kind: Kind, known: FileFacts) -> ProbeAnswer:
    with open_media(request.path, kind.demuxers, request.max_pixels) as container:
        if len(container.streams) > MAX_STREAMS:
            return ProbeAnswer(facts=known.model_copy(update={"failure": "too_complex", "reason": _TOO_MUCH}))
        found = scan(container, request.max_seconds)
        streams = tuple(_stream(container, stream, found.held[stream.index]) for stream in container.streams)
        samples = _samples(container, streams, request.max_pixels)
        resized = {
            s.index for s in container.streams.video if changes(s, found.held[s.index].sizes, request.max_pixels)
        }
        streams = tuple(_sampled(facts, samples.get(facts.index), facts.index in resized) for facts in streams)
        facts = known.model_copy(
            update={
                "container": container.format.name,
                "start": container.start_time or 0,
                "promised": container.duration,
                "scan_ended": found.whole,
                "reason": found.broken,
                "streams": streams,
            }
        )
        still = bool(request.still) and _still(container, samples, request.folder / request.still)
    return ProbeAnswer(facts=facts, still=still)


def _samples(container: InputContainer, streams: Sequence[StreamFacts], max_pixels: int) -> dict[int, list[Sample]]:
    """Decode a few frames of every film stream, but not of pictures that are too large to try."""
    wanted = {
        facts.index
        for facts in streams
        if facts.packets
        and not facts.picture
        and facts.decoded is None
        and facts.coded_width * facts.coded_height <= max_pixels
    }
    return {s.index: sample(container, s, max_pixels) for s in container.streams.video if s.index in wanted}


def _stream(container: InputContainer, stream: Stream, held: Held) -> StreamFacts:
    facts = StreamFacts(
        index=stream.index,
        type=stream.type,
        codec=stream.codec_context.name if stream.codec_context else "",
        picture=bool(stream.disposition & _STATIC),
        time_base=str(stream.time_base or Fraction(1, 1000)),
        start=stream.start_time,
        promised=stream.duration,
        promised_frames=stream.frames,
        packets=held.count,
        damaged=held.damaged,
        first=held.first,
        end=held.end,
        language=language(stream),
        timecode=timecode(container, stream) if stream.type == "video" else "",
        default=bool(stream.disposition & Disposition.default),
        jump=held.jump,
        jump_at=held.jump_at,
    )
    if not stream.codec_context:  # a codec that nobody here knows, or a header that ends before it is named
        return facts.model_copy(update={"decoded": False})
    if isinstance(stream, VideoStream):
        return facts.model_copy(update=_picture(stream, held))
    if isinstance(stream, av.AudioStream):
        return facts.model_copy(update={"sample_rate": stream.sample_rate, "channels": stream.channels})
    return facts


def _picture(stream: VideoStream, held: Held) -> dict[str, object]:
    base = stream.time_base or Fraction(1, 1000)
    measured, end = frame_cadence(held, base, stream.average_rate or stream.guessed_rate)
    return {
        "rate": str(measured.rate),
        "variable": measured.variable,
        "end": end,
        "refresh": held.refresh,
        "coded_width": stream.codec_context.width,
        "coded_height": stream.codec_context.height,
        "aspect": str(stream.sample_aspect_ratio) if stream.sample_aspect_ratio else None,
        "pixel_format": stream.codec_context.pix_fmt or "",
        "transfer": int(stream.codec_context.color_trc),
        "matrix": int(stream.codec_context.colorspace),
    }


def _sampled(facts: StreamFacts, samples: Sequence[Sample] | None, resized: bool) -> StreamFacts:
    """Add what only a decoded frame tells: its turn, and the size and transfer that count."""
    if samples is None:
        return facts
    if not samples:
        return facts.model_copy(update={"decoded": False})
    shown = samples[0].frame
    return facts.model_copy(
        update={
            "decoded": True,
            "coded_width": shown.width,
            "coded_height": shown.height,
            "transfer": int(shown.color_trc),
            "matrix": int(shown.colorspace),
            "rotation": samples[0].turn.clockwise,
            "mirrored": samples[0].turn.mirrored,
            "resized": resized or len({(one.frame.width, one.frame.height) for one in samples}) > 1,
            "interlaced": any(sample.frame.interlaced_frame for sample in samples),
        }
    )


def _still(container: InputContainer, samples: dict[int, list[Sample]], path: Path) -> bool:
    index = max(
        (i for i, of in samples.items() if of), key=lambda i: samples[i][0].frame.width * samples[i][0].frame.height,
        default=None,
    )  # fmt: skip
    if index is None:
        return False
    best = max(samples[index], key=lambda s: s.score)
    size = displayed(best.frame, _aspect(container, index), best.turn)
    save(Painter(fit(*size, STILL), best.turn).paint(best.frame), path)
    return True


def _aspect(container: InputContainer, index: int) -> Fraction | None:
    stream = container.streams[index]
    return stream.sample_aspect_ratio if isinstance(stream, VideoStream) else None


if __name__ == "__main__":
    asked = telling.request(ProbeRequest)
    telling.answer(asked.folder, look(asked))
