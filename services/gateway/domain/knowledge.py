"""What is known of an asset: which document has each part of its analysis, and all of them as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from shared.contracts.blob import BlobRef
from shared.contracts.events import MediaAnalyzed
from shared.contracts.media import MEASURES, Analysis, Part
from shared.contracts.speech import NOT_ASKED

PARTS: tuple[Part, ...] = get_args(Part)
Known = Mapping[Part, BlobRef]


@dataclass(frozen=True, slots=True)
class Learnt:
    """``known`` is where each part is to be found now; ``whole`` a document that has all, or None for no new one.

    ``heard``: the words are new, so that the wishes they were heard with are the asset's from now on.
    """

    known: Known
    whole: BlobRef | None
    heard: bool


def learnt(known: Known, fact: MediaAnalyzed, asked: Sequence[Part], *, reworded: bool = False) -> Learnt:
    """Return what an analysis adds to what is known; ``asked``: the parts that were ordered, none named: all.

    ``reworded``: the asset got other subtitles meanwhile, so that the words are not its own any more.

    A part that was ordered is news. What the document has beside it fills gaps and replaces nothing: words above all
    may have been heard there with other wishes. Words that could not be found do not replace any.
    """
    has = [part for part in fact.parts or PARTS if part != "speech" or not reworded]
    wanted = asked or PARTS
    heard = "speech" in wanted and "speech" in has and not ("speech" in known and fact.transcript == "failed")
    if set(has) >= set(PARTS) and (heard or "speech" not in known):
        return Learnt(dict.fromkeys(PARTS, fact.analysis), fact.analysis, heard)
    news = {part for part in has if part not in known or (part in wanted and (part != "speech" or heard))}
    return Learnt({**known, **dict.fromkeys(news, fact.analysis)}, None, heard)


def documents(known: Known, wanted: Sequence[Part] = PARTS) -> dict[Part, BlobRef]:
    """Return where the wanted parts that are known lie."""
    return {part: known[part] for part in PARTS if part in known and part in wanted}


def merged(parts: Mapping[Part, Analysis]) -> Analysis:
    """Return one analysis that takes each part from its own document, and nothing else of that document.

    There must be one part at least. ``parts`` and ``missing`` of the result say what is in it. A note of a part comes
    from the document that the part is taken from, so that it goes when the part is replaced.
    """
    present = [part for part in PARTS if part in parts]
    newest = parts[present[-1]]
    fields: dict[str, Any] = {}
    for part in present:
        fields |= {name: getattr(parts[part], name) for name in MEASURES[part]}
    of_parts = (note for part in present for note in parts[part].media.notes if note.part == part)
    notes = tuple(dict.fromkeys((*(note for note in newest.media.notes if note.part is None), *of_parts)))
    blank = Analysis(sha256=newest.sha256, media=newest.media, transcript=NOT_ASKED)
    return blank.model_copy(
        update={
            **fields,
            "media": newest.media.model_copy(update={"notes": notes}),
            "parts": tuple(present),
            "missing": tuple(part for part in PARTS if part not in parts),
        }
    )
