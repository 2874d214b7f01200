"""Taking over a source's own pictures: finding what can be copied, and writing the film of that and of what is encoded.

Sources come from outside: both are programs of ours that run apart, under limits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from services.renderer.domain import copying
from services.renderer.domain.chunks import Chunk
from services.renderer.domain.copying import Run
from services.renderer.domain.formats import Option, quality
from services.renderer.domain.glimpsed import Glimpse
from services.renderer.domain.h264 import MOST_NUMBER, sets_of
from services.renderer.domain.packets import Span
from services.renderer.tools.apart import call, known
from services.renderer.tools.encoders import timescale
from services.renderer.tools.ffmpeg import OWN, Bench, file_url
from services.renderer.tools.grafting import Entry, Result, Task
from services.renderer.tools.join import Tags, said_of
from services.renderer.tools.parts import Order
from services.renderer.tools.proof import Packets
from services.renderer.tools.spans import Answer, Found, Question, Source
from shared.contracts.timeline import Output, Timeline

MOST_SECONDS = 6
UNTIMED = {"avi": "is an AVI file, which does not say when its pictures are shown"}
DELAY = 4
"""Frames that decoding runs ahead of showing, at least: so it does in what we encode."""
EDGE_PRESET, EDGE_CRF = "ultrafast", 2
"""What lies between copies is short: it may take more bits, and at so much more of x264's scale it is as good."""


class NotCopied(Exception):
    """A source turned out to be unfit while it was copied; the message says how. All has to be encoded."""


@dataclass(frozen=True, slots=True)
class Copied:
    """An output that is copied in parts; empty ``row``: it is encoded as any other, and ``why`` says why.

    ``encoder``: how what lies between is encoded otherwise than it would be.
    """

    row: Sequence[Chunk | Run]
    sources: Mapping[str, Source] = field(default_factory=dict)
    encoder: Mapping[str, Option] = field(default_factory=dict)
    why: str = ""

    @property
    def chunks(self) -> list[Chunk]:
        """What has to be encoded."""
        return [one for one in self.row if isinstance(one, Chunk)]

    @property
    def frames(self) -> int:
        """Frames that are copied."""
        return sum(one.frames for one in self.row if isinstance(one, Run))


@dataclass(frozen=True, slots=True)
class Written:
    """The packets of a film's picture, and what was seen of what was copied."""

    packets: Packets
    seen: Sequence[Glimpse]


async def plan(bench: Bench, order: Order, output: Output) -> Copied:
    """Look into the sources and find what can be copied for ``output``."""
    line = order.timeline
    if why := copying.hindrance(line, order.options, output):
        return Copied((), why=why)
    asked, why = _asked(order, output)
    if not asked:
        return Copied((), why=why or "nothing is shown as it is")
    question = Question(options=known(bench.hostile(0)), sources=asked)
    answer = await call(bench, "spans", question, Answer)
    spans = {clip: Span(*span) for found in answer.sources.values() for clip, span in found.spans.items()}
    if not spans:
        name, found = next(iter(answer.sources.items()))
        return Copied((), why=f"source {name} {found.why}")
    most = round(MOST_SECONDS * Fraction(line.rate))
    row = copying.divide(line, spans, most_frames=most, most_pieces=bench.settings.max_inputs)
    used = {one.source: asked[one.source] for one in row if isinstance(one, Run)}
    return Copied(row, used, _encoder(bench, output, [answer.sources[name] for name in used]))


def _asked(order: Order, output: Output) -> tuple[dict[str, Source], str]:
    """Return the sources that may be copied and what of them is wanted; and what speaks against another."""
    line, wanted, why = order.timeline, copying.wanted(order.timeline), ""
    asked: dict[str, Source] = {}
    for name in sorted({line.video[number].source for number in wanted}):
        media = line.sources[name].media
        stream = media.video
        if stream is None:
            continue
        if unlike := UNTIMED.get(media.container) or copying.mismatch(stream, output, line.rate):
            why = why or f"source {name} {unlike}"
            continue
        spans = {number: span for number, span in wanted.items() if line.video[number].source == name}
        asked[name] = Source(url=file_url(order.sources[name]), stream=stream.index, rate=line.rate, spans=spans)
    return asked, why


def _encoder(bench: Bench, output: Output, sources: Sequence[Found]) -> dict[str, Option]:
    """Return how the edges are encoded: quickly, and with parameter sets of a number that no source uses.

    So the file's head holds the sets of all.
    """
    if output.codec in bench.hardware:
        return {}
    heads = [sets_of(bytes.fromhex(source.head)) for source in sources]
    taken = {number for sets in heads if sets is not None for number in sets.numbers}
    free = next((number for number in range(MOST_NUMBER + 1) if number not in taken), 0)
    crf = quality(output, bench.settings.crf) + EDGE_CRF
    return {"preset": EDGE_PRESET, "crf": crf, "x264-params": f"deblock=0,0:8x8dct=1:sps-id={free}"}


async def join_copied(
    bench: Bench,
    copied: Copied,
    drawn: Mapping[int, str],
    beside: Sequence[str],
    *,
    line: Timeline,
    tags: Tags,
    target: str,
) -> Written:
    """Write ``target`` of runs and encoded chunks. Raises NotCopied.

    ``drawn``: files by the chunks' first frames; ``beside``: files of ours with the sound and with subtitles.
    """
    entries, parts, rate = [], {}, line.rate
    for one in copied.row:
        if isinstance(one, Run):
            entries.append(Entry(source=one.source, begin=one.begin, frames=one.frames))
            continue
        name = f"part:{one.first}"
        parts[name] = Source(url=f"file:{bench.scratch / drawn[one.first]}", stream=0, rate=rate, spans={})
        entries.append(Entry(source=name, begin=0, frames=one.frames))
    clock, own = timescale(rate), known(OWN)
    task = Task(
        options=known(bench.hostile(0)), own=own, sources=dict(copied.sources), parts=parts, row=entries,
        beside=list(beside), clock=clock, sample_rate=line.sample_rate, ticks=int(clock / Fraction(rate)),
        tags=said_of(tags), target=target,
        delay=max([DELAY, *(one.delay for one in copied.row if isinstance(one, Run))]),
    )  # fmt: skip
    result = await call(bench, "grafting", task, Result)
    if result.why:
        raise NotCopied(result.why)
    return Written(Packets(result.count, result.crc), [Glimpse(*one) for one in result.seen])
