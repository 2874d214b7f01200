"""Signed links to media."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.domain.links import LinkExpired, LinkInvalid, key_of, sign, verify

SECRET = b"0123456789abcdef0123456789abcdef"
KEY = "ingest/a/a.mp4"


def parts(link: str) -> tuple[str, str, str]:
    path, _, query = link.partition("?exp=")
    exp, _, sig = query.partition("&sig=")
    return path.removeprefix("/media/"), exp, sig


def test_a_link_opens_its_object_until_it_expires() -> None:
    key, exp, sig = parts(sign(KEY, 1000, SECRET))
    verify(key, exp, sig, secret=SECRET, now=999.9)
    with pytest.raises(LinkExpired):
        verify(key, exp, sig, secret=SECRET, now=1000.0)


@pytest.mark.parametrize(
    ("key", "exp", "sig"),
    [
        ("ingest/b/b.mp4", None, None),
        (None, "1001", None),
        (None, "01000", None),
        (None, " 1000", None),
        (None, "-1", None),
        (None, "", None),
        (None, "9" * 40, None),
        (None, None, ""),
        (None, None, "ä"),
        (None, None, "A" * 43),
    ],
)
def test_a_link_that_was_changed_opens_nothing(key: str | None, exp: str | None, sig: str | None) -> None:
    was = parts(sign(KEY, 1000, SECRET))
    changed = [own if own is not None else before for own, before in zip((key, exp, sig), was, strict=True)]
    with pytest.raises(LinkInvalid):
        verify(*changed, secret=SECRET, now=0)


def test_a_link_without_signature_or_of_another_secret_opens_nothing() -> None:
    key, exp, sig = parts(sign(KEY, 1000, SECRET))
    for given_exp, given_sig, secret in ((None, sig, SECRET), (exp, None, SECRET), (exp, sig, b"other")):
        with pytest.raises(LinkInvalid):
            verify(key, given_exp, given_sig, secret=secret, now=0)


def test_what_was_never_signed_is_invalid_also_when_it_is_old() -> None:
    with pytest.raises(LinkInvalid):
        verify(KEY, "1", "A" * 43, secret=SECRET, now=10**9)


@settings(max_examples=30)
@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=50))
def test_nothing_opens_by_chance(key: str, exp: str, sig: str) -> None:
    with pytest.raises(LinkInvalid):
        verify(key, exp, sig, secret=SECRET, now=0)


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        (KEY, KEY),
        ("/media/ingest/a/a.mp4?exp=1&sig=x", KEY),
        ("/media/ingest/a/a.mp4", KEY),
        ("/media/../etc/passwd", None),
        ("../etc/passwd", None),
        ("/etc/passwd", None),
        ("http://example.org/media/ingest/a/a.mp4", None),
        ("file:///etc/passwd", None),
        ("//example.org/media/a", None),
        ("ingest/a/a.mp4?x=1", None),
        ("concat:a|b", None),
        ("", None),
    ],
)
def test_only_keys_and_links_of_ours_are_references(reference: str, key: str | None) -> None:
    assert key_of(reference) == key
