"""What a person sees: bars that move on a terminal, plain lines everywhere else."""

from __future__ import annotations

import textwrap
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

LINE_EVERY = 10.0
"""Plain output has a line for so many percent,"""

LINE_SECONDS = 0.5
"""but not more often than this."""

_NARROWEST = 20


class Bar(Protocol):
    """How far one piece of work is."""

    def to(self, percent: float, note: str = "") -> None:
        """Show ``percent`` 0..100 and a word on what is being done."""


class Screen:
    """Talks to a person on stdout; ``quiet`` leaves only results."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.console = Console(highlight=False, soft_wrap=True)
        self._quiet = quiet
        self._live = self.console.is_terminal and not quiet

    def say(self, text: str) -> None:
        """Say something on the way."""
        if not self._quiet:
            self.result(text)

    def result(self, text: str) -> None:
        """Say what a command was run for."""
        if self._live:
            self.console.print(Text(clean(text)))
        else:
            typer.echo(clean(text))

    def row(self, head: str, text: str) -> None:
        """Say ``text`` behind ``head``; on a terminal what does not fit goes on below itself."""
        width = max(_NARROWEST, self.console.width - len(head)) if self.console.is_terminal else 0
        for part in textwrap.wrap(text, width, break_on_hyphens=False) if width else (text,):
            self.result(head + part)
            head = " " * len(head)

    @contextmanager
    def bar(self, label: str) -> Iterator[Bar]:
        """Show the progress of one piece of work while the block runs."""
        if self._quiet:
            yield _NoBar()
        elif self._live:
            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
            with Progress(
                *columns, TimeElapsedColumn(), TextColumn("{task.fields[note]}"), console=self.console
            ) as bars:
                yield _LiveBar(bars, bars.add_task(label, total=100, note=""))
        else:
            yield _LineBar(self, label)


class _NoBar:
    def to(self, percent: float, note: str = "") -> None:
        return


class _LiveBar:
    def __init__(self, bars: Progress, task: TaskID) -> None:
        self._bars, self._task = bars, task

    def to(self, percent: float, note: str = "") -> None:
        self._bars.update(self._task, completed=percent, note=note)


class _LineBar:
    """A line at every tenth of the way and at every new note, but no flood: quick work has its last line only."""

    def __init__(self, screen: Screen, label: str) -> None:
        self._screen, self._label = screen, label
        self._next, self._note, self._at = 0.0, "", time.monotonic()

    def to(self, percent: float, note: str = "") -> None:
        word, now = note.partition(",")[0], time.monotonic()
        due = percent >= self._next or (word != self._note and self._next <= 100)
        if not due or (percent < 100 and now - self._at < LINE_SECONDS):
            return
        self._next, self._note, self._at = percent // LINE_EVERY * LINE_EVERY + LINE_EVERY, word, now
        self._screen.say(f"{self._label}: {percent:.0f}%{' ' + note if note else ''}")


def complain(code: str, message: str, remedy: str) -> None:
    """Say on stderr what went wrong and what to do about it."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(Text(f"error [{code}]", style="bold red"), Text(clean(message)))
    if remedy:
        console.print(Text(f"  what to do: {clean(remedy)}"))


def clean(text: str) -> str:
    """Return ``text`` without control characters: what a studio or a file name says must not steer the terminal."""
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) != "Cc")
