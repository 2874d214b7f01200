"""Wishes in words: what they mean to the chat without a model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.chat.grammar import understood
from services.gateway.domain.chat.meanings import About
from shared.contracts.chat import OPERATIONS
from shared.contracts.effects import EFFECTS

ABOUT = About(5, 60.0, tuple(EFFECTS))
WISHES: dict[str, list[dict[str, object]]] = {
    "make it 30 seconds": [{"op": "set_duration", "seconds": 30}],
    "Make it 30 seconds long, please.": [{"op": "set_duration", "seconds": 30}],
    "cut it down to half a minute": [{"op": "set_duration", "seconds": 30}],
    "shorten the video to 1:30": [{"op": "set_duration", "seconds": 90}],
    "trim this to about 45s": [{"op": "set_duration", "seconds": 45}],
    "Can you make it one minute?": [{"op": "set_duration", "seconds": 60}],
    "it should be 20 seconds": [{"op": "set_duration", "seconds": 20}],
    "I want a 15 second version": [{"op": "set_duration", "seconds": 15}],
    "1 minute 15 seconds": [],
    "make it 1 minute and 15 seconds": [{"op": "set_duration", "seconds": 75}],
    "Kürze es auf 30 Sekunden": [{"op": "set_duration", "seconds": 30}],
    "mach das Video eine halbe Minute lang": [{"op": "set_duration", "seconds": 30}],
    "remove the part about pricing": [{"op": "remove_topic", "topic": "pricing"}],
    "Please cut out the section where she talks about the weather": [{"op": "remove_topic", "topic": "weather"}],
    "delete everything about our competitors": [{"op": "remove_topic", "topic": "our competitors"}],
    "get rid of the bit on taxes": [{"op": "remove_topic", "topic": "taxes"}],
    "skip the parts mentioning Bob": [{"op": "remove_topic", "topic": "bob"}],
    "Entferne den Teil über Preise": [{"op": "remove_topic", "topic": "preise"}],
    "keep only the parts about editing": [{"op": "keep_topic", "topic": "editing"}],
    "behalte nur den Teil über Musik": [{"op": "keep_topic", "topic": "musik"}],
    "remove the first 5 seconds": [{"op": "remove_span", "start": 0, "end": 5}],
    "cut the last 10 seconds": [{"op": "remove_span", "start": 50}],
    "entferne die letzten 10 Sekunden": [{"op": "remove_span", "start": 50}],
    "cut out from 0:10 to 0:20": [{"op": "remove_span", "start": 10, "end": 20}],
    "remove 10 to 20 seconds": [{"op": "remove_span", "start": 10, "end": 20}],
    "delete everything after 40 seconds": [{"op": "remove_span", "start": 40}],
    "remove segment 2": [{"op": "remove_segments", "segments": [2]}],
    "drop the third clip": [{"op": "remove_segments", "segments": [3]}],
    "delete the last scene": [{"op": "remove_segments", "segments": [-1]}],
    "remove clips 2, 4 and 5": [{"op": "remove_segments", "segments": [2, 4, 5]}],
    "lösche die letzte Szene": [{"op": "remove_segments", "segments": [-1]}],
    "start with the funniest bit": [{"op": "move", "to": 1, "kind": "funniest"}],
    "open with the most exciting moment": [{"op": "move", "to": 1, "kind": "loudest"}],
    "begin with segment 4": [{"op": "move", "to": 1, "segment": 4}],
    "start with the part about the launch": [{"op": "move", "to": 1, "topic": "launch"}],
    "end with the first clip": [{"op": "move", "to": -1, "segment": 1}],
    "move segment 3 to the start": [{"op": "move", "to": 1, "segment": 3}],
    "move the second clip to the end": [{"op": "move", "to": -1, "segment": 2}],
    "put clip 5 at position 2": [{"op": "move", "to": 2, "segment": 5}],
    "Beginne mit dem lustigsten Teil": [{"op": "move", "to": 1, "kind": "funniest"}],
    "swap 1 and 3": [{"op": "reorder", "order": [3, 2, 1, 4, 5]}],
    "reverse the order": [{"op": "reorder", "order": [5, 4, 3, 2, 1]}],
    "play the segments in the order 3, 1, 2": [{"op": "reorder", "order": [3, 1, 2]}],
    "put captions on top": [{"op": "set_captions", "shown": True, "position": "top"}],
    "move the subtitles to the bottom": [{"op": "set_captions", "shown": True, "position": "bottom"}],
    "captions off": [{"op": "set_captions", "shown": False}],
    "turn off the captions": [{"op": "set_captions", "shown": False}],
    "remove the subtitles": [{"op": "set_captions", "shown": False}],
    "no captions please": [{"op": "set_captions", "shown": False}],
    "add captions": [{"op": "set_captions", "shown": True}],
    "use boxed captions": [{"op": "set_captions", "shown": True, "style": "boxed"}],
    "Untertitel nach oben": [{"op": "set_captions", "shown": True, "position": "top"}],
    "ohne Untertitel": [{"op": "set_captions", "shown": False}],
    "add a zoom to segment 2": [{"op": "add_effect", "name": "zoom", "segments": [2]}],
    "add slow motion to the last clip": [{"op": "add_effect", "name": "slowmo", "segments": [-1]}],
    "apply zoom": [{"op": "add_effect", "name": "zoom"}],
    "remove the zoom from segment 1": [{"op": "remove_effect", "name": "zoom", "segments": [1]}],
    "remove all effects": [{"op": "remove_effect"}],
    "speed it up": [{"op": "set_speed", "factor": 1.25}],
    "speed up segment 2 by 50%": [{"op": "set_speed", "factor": 1.5, "segments": [2]}],
    "slow segment 3 down": [{"op": "set_speed", "factor": 0.8, "segments": [3]}],
    "play segment 1 twice as fast": [{"op": "set_speed", "factor": 2, "segments": [1]}],
    "play it at half speed": [{"op": "set_speed", "factor": 0.5}],
    "make it 2x faster": [{"op": "set_speed", "factor": 2}],
    "make the music louder": [{"op": "change_music", "gain_db": 6}],
    "turn the music down by 3 dB": [{"op": "change_music", "gain_db": -3}],
    "mute the music": [{"op": "change_music", "gain_db": -60}],
    "make it faster": [{"op": "set_pace", "pace": "fast"}],
    "a bit calmer": [{"op": "set_pace", "pace": "calm"}],
    "make it more energetic": [{"op": "set_pace", "pace": "fast"}],
    "make it vertical": [{"op": "set_ratio", "ratio": "9:16"}],
    "change the format to 1:1": [{"op": "set_ratio", "ratio": "1:1"}],
    "make it square": [{"op": "set_ratio", "ratio": "1:1"}],
    "export it for TikTok": [{"op": "set_ratio", "ratio": "9:16"}],
    "Mach es im Hochformat": [{"op": "set_ratio", "ratio": "9:16"}],
    "split segment 2": [{"op": "split", "segment": 2}],
    "split the first clip at 3 seconds": [{"op": "split", "segment": 1, "at": 3}],
    "remove segment 2 and put captions on top": [
        {"op": "remove_segments", "segments": [2]},
        {"op": "set_captions", "shown": True, "position": "top"},
    ],
    "make it 30 seconds, then start with the funniest bit": [
        {"op": "set_duration", "seconds": 30},
        {"op": "move", "to": 1, "kind": "funniest"},
    ],
    "make it square and captions off": [
        {"op": "set_ratio", "ratio": "1:1"},
        {"op": "set_captions", "shown": False},
    ],
    "remove the part about bread and butter": [{"op": "remove_topic", "topic": "bread and butter"}],
}


@pytest.mark.parametrize("wish", [w for w, meant in WISHES.items() if meant])
def test_a_wish_is_understood(wish: str) -> None:
    assert understood(wish, ABOUT) == OPERATIONS.validate_python(WISHES[wish])


@pytest.mark.parametrize("wish", ["undo", "Undo that, please", "undo the last change", "rückgängig", "take that back"])
def test_undo(wish: str) -> None:
    assert understood(wish, ABOUT) == "undo"


@pytest.mark.parametrize("wish", ["redo", "Redo it.", "do it again", "wiederherstellen"])
def test_redo(wish: str) -> None:
    assert understood(wish, ABOUT) == "redo"


@pytest.mark.parametrize(
    "wish",
    [
        "", "   ", "tell me a joke", "Suggest a hook for my video about cooking", "make it nice", "remove", "30",
        "what can you do?", "make it 30 seconds and do my taxes", "add a flux capacitor to segment 2", "delete",
        "1 minute 15 seconds", "x" * 5000, "remove the part about", "'; drop table projects; --", "split it",
        "the pricing is 30 seconds of talk",
    ],
)  # fmt: skip
def test_what_is_not_understood_means_nothing(wish: str) -> None:
    assert understood(wish, ABOUT) is None


@given(st.text(max_size=400))
def test_no_text_breaks_it(wish: str) -> None:
    understood(wish, ABOUT)
