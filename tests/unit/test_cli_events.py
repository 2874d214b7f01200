from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cutroom.client.sse import Decoder, Message


def _decoded(text: str) -> list[Message]:
    decoder = Decoder()
    return [message for line in text.split("\n") if (message := decoder.line(line)) is not None]


def test_a_message_has_its_id_type_and_data() -> None:
    assert _decoded('id: 7\nevent: cutroom.job.log\ndata: {"a":1}\n\n') == [Message("7", "cutroom.job.log", '{"a":1}')]


def test_comments_and_unknown_fields_are_passed_over() -> None:
    assert _decoded(": still here\n\nretry: 5\nid:1\ndata:x\n\n") == [Message("1", "message", "x")]


def test_lines_of_data_are_joined() -> None:
    assert _decoded("data: a\ndata:\ndata:  b\n\n") == [Message("", "message", "a\n\n b")]


def test_a_message_that_is_cut_off_is_none() -> None:
    assert _decoded("id: 3\ndata: half") == []


def test_an_id_without_data_is_kept_for_the_next_message() -> None:
    assert _decoded("id: 3\n\ndata: x\n\n") == [Message("3", "message", "x")]


@given(st.lists(st.text(st.characters(exclude_characters="\n\r")), min_size=1))
def test_every_text_comes_through(texts: list[str]) -> None:
    stream = "".join(f"id: {n}\ndata: {text}\n\n" for n, text in enumerate(texts))
    assert [message.data for message in _decoded(stream)] == texts
