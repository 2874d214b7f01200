"""An analysis in words: a few lines for a person."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from shared.contracts.media import Analysis, Span
from shared.contracts.sight import DocumentFacts, ImageFacts

MOST_TIMES = 8
MOST_TEXT = 160
Row = tuple[str, str]


def heading(analysis: Analysis) -> str:
    """Return length, size, rate and sound of the medium; of a picture or document what it is."""
    info = analysis.media
    if info.image is not None and info.video is not None:
        return f"{info.video.width}x{info.video.height}  {info.image.format}"
    if info.document is not None:
        return f"{info.document.pages} pages  {info.container}"
    words = [f"{info.duration:.2f} s"]
    if info.video is not None:
        words += [f"{info.video.width}x{info.video.height}", f"{float(Fraction(info.video.frame_rate)):.5g} fps"]
        words.append(info.video.codec)
    if info.audio is not None:
        words.append(f"{info.audio.codec}, {info.audio.channels} x {info.audio.sample_rate} Hz")
    return "  ".join(words)


def rows(analysis: Analysis, wanted: Sequence[str]) -> list[Row]:
    """Return name and finding of what is ``wanted`` (names of ``WANTED``), then the notes.

    Pictures and documents have no time: all that is known of them is told.
    """
    notes = [("note", note.message) for note in analysis.media.notes]
    if analysis.media.image is not None:
        return [*_picture(analysis.media.image), *notes]
    if analysis.media.document is not None:
        return [*_document(analysis.media.document), *notes]
    found = [(name, line) for name in SAID if name in wanted for line in SAID[name](analysis)]
    return found + notes


def _picture(image: ImageFacts) -> Iterable[Row]:
    if image.frames > 1:
        yield "frames", f"{image.frames}, {image.seconds:.2f} s"
    yield "colours", ", ".join(f"{colour.rgb} {colour.share:.0%}" for colour in image.palette) or "nothing to be seen"
    yield "alpha", "partly see-through" if image.alpha else "none"
    yield "faces", str(len(image.faces))
    if image.orientation != 1:
        yield "turned", f"by its EXIF orientation {image.orientation}"


def _document(document: DocumentFacts) -> Iterable[Row]:
    for size in itertools.islice(dict.fromkeys(document.sizes), MOST_TIMES):
        yield "size", f"{size[0]:g} x {size[1]:g} points, {document.sizes.count(size)} of the first pages"
    yield "text", f"{document.characters} characters" if document.characters else "none"


def _shots(analysis: Analysis) -> Iterable[str]:
    if analysis.media.video is None:
        yield "no pictures"
        return
    gradual = [change for change in analysis.changes if change.kind not in ("cut", "fade_in", "fade_out")]
    yield f"{len(analysis.shots)} shots{_times('cuts at', [shot.start for shot in analysis.shots[1:]])}"
    if gradual:
        yield "; ".join(
            f"{each.kind} {each.start:.2f}-{each.end:.2f} s" for each in itertools.islice(gradual, MOST_TIMES)
        )
    for name, spans in (("black", analysis.blacks), ("frozen", analysis.freezes)):
        if spans:
            yield f"{name}: {_spans(spans)}"


def _faces(analysis: Analysis) -> Iterable[str]:
    tracks = [track for track in analysis.faces if track.boxes]
    yield f"{len(tracks)} face tracks" if analysis.media.video else "no pictures"
    for track in tracks[:MOST_TIMES]:
        yield f"{track.id}: {track.boxes[0].time:.2f}-{track.boxes[-1].time:.2f} s"


def _speech(analysis: Analysis) -> Iterable[str]:
    said = analysis.transcript
    if said.status != "completed":
        yield f"{said.status}: {said.reason or ''}".strip()
        if said.remedy:
            yield said.remedy
        return
    words = sum(len(line.words) for line in said.captions)
    language = f" ({said.language})" if said.language else ""
    yield f"{len(said.captions)} lines, {words} words, from {said.source}{language}"
    text = " ".join(line.text.strip() for line in said.captions)
    if text:
        yield text if len(text) <= MOST_TEXT else text[:MOST_TEXT].rsplit(" ", 1)[0] + " …"
    kinds = [mark.kind for mark in analysis.marks]
    if kinds:
        yield ", ".join(f"{kinds.count(kind)} {kind.replace('_', ' ')}" for kind in dict.fromkeys(kinds))


def _beats(analysis: Analysis) -> Iterable[str]:
    beats = analysis.beats
    if beats.tempo is None:
        yield f"no steady beat (confidence {beats.confidence:.2f})"
        return
    yield f"{beats.tempo:.1f} a minute, {len(beats.times)} beats, confidence {beats.confidence:.2f}"
    if beats.downbeats:
        yield f"{len(beats.downbeats)} bars{_times('at', beats.downbeats)}"


def _loudness(analysis: Analysis) -> Iterable[str]:
    loud = analysis.loudness
    if loud is None:
        yield "no sound loud enough to be measured"
    else:
        yield f"{loud.integrated:.1f} LUFS, range {loud.range:.1f} LU, true peak {loud.true_peak:.1f} dBTP"
    if analysis.silences:
        yield f"silence: {_spans(analysis.silences)}"


SAID: dict[str, Callable[[Analysis], Iterable[str]]] = {
    "shots": _shots,
    "faces": _faces,
    "speech": _speech,
    "beats": _beats,
    "loudness": _loudness,
}


def _times(label: str, times: Sequence[float]) -> str:
    if not times:
        return ""
    more = f" and {len(times) - MOST_TIMES} more" if len(times) > MOST_TIMES else ""
    return f", {label} {', '.join(f'{at:.2f}' for at in times[:MOST_TIMES])}{more}"


def _spans(spans: Sequence[Span]) -> str:
    whole = sum(span.end - span.start for span in spans)
    shown = ", ".join(f"{span.start:.2f}-{span.end:.2f}" for span in spans[:MOST_TIMES])
    return f"{len(spans)} times, {whole:.2f} s in all: {shown}{' …' if len(spans) > MOST_TIMES else ''}"
