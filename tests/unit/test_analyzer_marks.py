"""Fillers, repeats and long pauses, on speech in which they were planted and on speech that has none."""

from __future__ import annotations

import re

import pytest

from services.analyzer.domain.text.hesitation import language_of, plain
from services.analyzer.domain.text.marks import marks
from shared.contracts.speech import Mark, Word

# What stands in {f:...} is a filler, in {r:...} is said again; a number in angle brackets is a pause in seconds.
PLANTED = {
    "en": [
        "So {f:um} today we are going to, {f:you know,} build a small boat.",
        "First {f:uhhh} you need a plank of wood and {f:er} a saw.",
        "{r:The first step is to cut the plank.} The first step is to cut the plank in half.",
        "{r:I think this is} I think this is the best way to do it.",
        "And {r:then} {f:uh} then you sand the edges until they are smooth.",
        "{r:We bought the wood at a small shop—} <0.8> We bought the wood in a small shop near the harbour.",
        "It was, {f:like,} really cheap, {f:I mean,} only twelve dollars.",
        "{r:Now put the glue on both sides and wait for ten minutes. Sorry, again.} <1.0>"
        " Now put the glue on both sides and wait for ten minutes.",
        "{r:You should} you should {f:hmm} never hurry with glue.",
    ],
    "de": [
        "Also heute bauen wir {f:ähm} ein kleines Boot aus {f:äh} Holz.",
        "{r:Der erste Schritt ist das Brett zu sägen.} Der erste Schritt ist das Brett in der Mitte zu sägen.",
        "Das Holz war, {f:sag ich mal,} ziemlich billig.",
        "{r:Wir haben} wir haben es im Laden am Hafen gekauft.",
    ],
    "es": [
        "Hoy vamos a construir {f:eh} un barco pequeño.",
        "{r:Primero hay que cortar la tabla.} Primero hay que cortar la tabla por la mitad.",
        "Y, {f:o sea,} no es difícil.",
    ],
    "fr": [
        "Aujourd'hui nous allons {f:euh} construire un petit bateau.",
        "{r:D'abord il faut couper la planche.} D'abord il faut couper la planche au milieu.",
        "C'est, {f:tu vois,} très simple.",
    ],
}
# Nothing of this is to be taken out, though words and sentences look alike.
CLEAN = {
    "en": [
        "I like cats very much. I like dogs very much. It is very, very simple. No, no, no.",
        "He said that that was like a dream, and you know what I mean by the kind of people who do.",
        "On Monday we walked to the market to buy fish. On Tuesday we walked to the station to buy tickets.",
        "Do you want tea? Do you want coffee? What do you want? Yes. Yes. Thank you.",
        "The er suffix makes a doer. Had he had it, he would have gone. Bye bye!",
    ],
    "de": ["Er geht um das Haus, und er sieht halt gut aus. Das ist das Haus. Dort ist das Boot. Ja, ja."],
    "es": ["Este barco es bueno. Este coche es bueno. Pues claro que sí."],
    "fr": ["Bon, le genre humain est en fait curieux. Quoi de neuf? Nous nous levons."],
}


def _planted(lines: list[str]) -> tuple[list[Word], dict[str, set[int]]]:
    """The words of marked-up lines, three a second, and the numbers of those that are planted."""
    words: list[Word] = []
    planted: dict[str, set[int]] = {"f": set(), "r": set()}
    at, kind = 0.0, ""
    for token in " <0.6> ".join(lines).split():
        if pause := re.fullmatch(r"<([\d.]+)>", token):
            at += float(pause[1])
            continue
        if opened := re.match(r"\{([fr]):", token):
            kind, token = opened[1], token[3:]
        text = token.replace("}", "")
        if kind:
            planted[kind].add(len(words))
        words.append(Word(text=text, start=round(at, 3), end=round(at + 0.3, 3)))
        at += 0.33
        kind = "" if "}" in token else kind
    return words, planted


def _numbers(words: list[Word], found: list[Mark]) -> set[int]:
    return {i for i, w in enumerate(words) if any(m.start <= w.start and w.end <= m.end for m in found)}


def _figures(language: str) -> dict[str, tuple[int, int, int]]:
    """For each kind the words that were planted, that were marked, and that were both."""
    words, planted = _planted(PLANTED[language] + CLEAN[language])
    result = {}
    for kind, name in (("f", "filler"), ("r", "repeat")):
        found = _numbers(words, [m for m in marks(words, language) if m.kind == name])
        if name == "repeat":
            found -= planted["f"]  # a filler inside what is said again may be marked with it
        result[kind] = (len(planted[kind]), len(found), len(planted[kind] & found))
    return result


@pytest.mark.parametrize("kind", ["f", "r"])
def test_what_was_planted_is_marked_and_nothing_else(kind: str) -> None:
    figures = [_figures(language)[kind] for language in PLANTED]
    planted, found, both = (sum(column) for column in zip(*figures, strict=True))
    assert both / planted >= 0.9, f"recall {both}/{planted}"
    assert both / found >= 0.9, f"precision {both}/{found}"


@pytest.mark.parametrize("language", CLEAN)
def test_clean_speech_has_next_to_no_marks(language: str) -> None:
    words, _ = _planted(CLEAN[language])
    wrong = [m for m in marks(words, language) if m.kind != "long_pause"]
    assert [m.detail for m in wrong if m.detail not in ("er", "nous")] == []


def test_long_pauses_are_told_with_their_length() -> None:
    words = [Word(text="One.", start=0, end=0.4), Word(text="Two.", start=2.9, end=3.2), Word(text="x", start=4, end=5)]
    (found,) = marks(words, "en")
    assert (found.kind, found.start, found.end, found.detail) == ("long_pause", 0.4, 2.9, "2.5 s")


def test_three_takes_leave_the_last() -> None:
    take = "Welcome to the show about boats."
    words, _ = _planted([take, take, take])
    assert [(m.kind, m.start, m.end) for m in marks(words, "en")] == [
        ("repeat", words[0].start, words[5].end),
        ("repeat", words[6].start, words[11].end),
    ]


@pytest.mark.parametrize("language", PLANTED)
def test_the_language_is_known_by_its_small_words(language: str) -> None:
    words, _ = _planted(PLANTED[language])
    assert language_of([plain(word.text) for word in words], None) == language
    assert language_of([plain(word.text) for word in words], "de-AT") == "de"


def test_nothing_has_no_marks() -> None:
    assert marks([], None) == ()
