from __future__ import annotations

from rich.console import Console

from cutroom.screen import Screen, clean


def test_control_characters_are_taken_out() -> None:
    assert clean("\x1b[31mred\x1b[0m\r\a tab\tline\nü") == "[31mred[0m tab\tline\nü"


def test_plain_bars_print_few_lines() -> None:
    said: list[str] = []
    screen = Screen()
    screen.say = said.append  # type: ignore[method-assign]
    with screen.bar("Sending") as bar:
        for tenth in range(1001):
            bar.to(tenth / 10)
        bar.to(100)
    assert said == ["Sending: 100%"]


def test_quiet_says_nothing() -> None:
    said: list[str] = []
    screen = Screen(quiet=True)
    screen.result = said.append  # type: ignore[method-assign]
    screen.say("x")
    with screen.bar("Sending") as bar:
        bar.to(100)
    assert said == []


def test_long_rows_go_on_below_themselves_on_a_terminal_and_are_whole_elsewhere() -> None:
    said: list[str] = []
    screen = Screen()
    screen.result = said.append  # type: ignore[method-assign]
    text = "Export the subtitles as SRT and send them again."
    screen.row("  speech  ", text)
    assert said == [f"  speech  {text}"]
    said.clear()
    screen.console = Console(force_terminal=True, width=40)
    screen.row("  speech  ", text)
    assert said == ["  speech  Export the subtitles as SRT", "          and send them again."]
