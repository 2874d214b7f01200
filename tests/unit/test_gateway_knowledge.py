"""What is known of an asset grows part by part, and never shrinks."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.knowledge import PARTS, documents, learnt, merged
from shared.contracts.blob import BlobRef
from shared.contracts.events import MediaAnalyzed
from shared.contracts.hearing import Beats
from shared.contracts.media import Analysis, MediaInfo, Note, Part, Still
from shared.contracts.speech import Transcript

_parts = st.lists(st.sampled_from(PARTS), unique=True, min_size=1).map(tuple)


def ref(name: str) -> BlobRef:
    return BlobRef(key=f"analysis/{name}.json", sha256="0" * 64, size=1, content_type="application/json")


def fact(name: str, has: Sequence[Part], transcript: str = "completed") -> MediaAnalyzed:
    return MediaAnalyzed(
        asset_id="a", analysis=ref(name), thumbnail=None, shots=0, words=0, tempo=None, transcript=transcript,
        parts=tuple(has),
    )  # fmt: skip


@given(st.lists(st.tuples(_parts, _parts, st.sampled_from(["completed", "failed"])), max_size=8))
def test_what_is_known_is_never_lost_and_a_whole_one_never_gives_way_to_a_part(
    runs: list[tuple[tuple[Part, ...], tuple[Part, ...], str]],
) -> None:
    known: dict[Part, BlobRef] = {}
    for number, (asked, beside, transcript) in enumerate(runs):
        has = tuple(part for part in PARTS if part in {*asked, *beside})
        found = learnt(known, fact(str(number), has, transcript), asked)
        assert found.known.keys() == known.keys() | set(has)
        assert found.whole is None or set(has) == set(PARTS)
        for part in PARTS:
            if part in known and part not in asked and found.whole is None:
                assert found.known[part] == known[part], "what was not asked for stays as it was"
            if part in asked and part != "speech":
                assert found.known[part] == ref(str(number)), "what was asked for is news"
        if transcript == "failed" and "speech" in known:
            assert found.known["speech"] == known["speech"] and not found.heard
        known = dict(found.known)


def test_a_whole_analysis_is_what_edits_are_made_of() -> None:
    whole = learnt({}, fact("w", PARTS), ())
    assert whole.whole == ref("w") and whole.heard and set(whole.known.values()) == {ref("w")}
    beats = learnt(whole.known, fact("b", PARTS), ("beats",))
    assert beats.whole is None and beats.known == {**whole.known, "beats": ref("b")} and not beats.heard
    again = learnt(beats.known, fact("s", PARTS), ("speech",))
    assert again.whole == ref("s") and set(again.known.values()) == {ref("s")}
    older = learnt({}, fact("o", ()), ())
    assert older.whole == ref("o"), "a fact that names no parts has all"


def test_words_of_subtitles_that_were_replaced_meanwhile_count_no_more() -> None:
    known = {part: ref("w") for part in PARTS if part != "speech"}
    late = learnt(known, fact("late", PARTS), (), reworded=True)
    assert "speech" not in late.known and late.whole is None and not late.heard
    assert late.known["pictures"] == ref("late")
    assert learnt(known, fact("late", ("speech",)), ("speech",), reworded=True).known == known


def document(name: str, **more: object) -> Analysis:
    notes = tuple(Note(code=f"{name}_{part}", message=name, part=part) for part in PARTS)
    media = MediaInfo(kind="video", container="mp4", duration=4, size=9, notes=(NOTE, *notes))
    return Analysis.model_validate({"sha256": "0" * 64, "media": media, "transcript": HEARD, **more})


NOTE = Note(code="hdr", message="hdr")
HEARD = Transcript(status="completed", language="en")


def test_parts_of_several_documents_are_one_analysis() -> None:
    plain, knowing = (Still(time=at, score=1, sharpness=1, exposure=1) for at in (0.0, 1.0))
    one = document("one", stills=(plain,), beats=Beats(tempo=60.0))
    two = document("two", stills=(knowing,), beats=Beats(tempo=120.0), transcript=Transcript(status="failed"))
    found = merged({"beats": two, "pictures": one})
    assert found.stills == (plain,) and found.beats.tempo == 120.0
    assert found.parts == ("pictures", "beats") and found.missing == ("faces", "sound", "speech")
    assert found.transcript.status == "unavailable", "nobody asked for the words of either"
    assert [note.code for note in found.media.notes] == ["hdr", "one_pictures", "two_beats"]
    both = merged({"speech": one, "faces": two, "pictures": one})
    assert both.stills == (knowing,) and both.transcript == HEARD


def test_only_what_is_wanted_is_read() -> None:
    known = {"beats": ref("b"), "pictures": ref("p")}
    assert documents(known) == {"pictures": ref("p"), "beats": ref("b")}  # type: ignore[arg-type]
    assert documents(known, ("beats", "speech")) == {"beats": ref("b")}  # type: ignore[arg-type]


def test_the_notes_of_a_part_that_was_measured_anew_are_gone() -> None:
    old, new = document("old"), document("new")
    before = merged(dict.fromkeys(PARTS, old))
    after = merged({**dict.fromkeys(PARTS, old), "speech": new})
    codes = {note.code for note in before.media.notes} - {note.code for note in after.media.notes}
    assert codes == {"old_speech"} and "new_speech" in {note.code for note in after.media.notes}
