"""Files that a command writes: held to be writable before the work begins, whole or not there behind it."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from cutroom.exits import misuse

PIPE = Path("-")
"""``-o -``: what is written goes to standard output, and nothing else does."""


def writable(target: Path) -> Path:
    """Return ``target``, whose folder is there or can be made; nothing is made. Raises Stopped where it cannot be."""
    if target == PIPE:
        return target
    if target.is_dir():
        raise misuse(f"{target} is a folder.", "Give -o the name of a file.")
    nearest = next(folder for folder in (target.absolute().parent, *target.absolute().parents) if folder.exists())
    if not nearest.is_dir():
        raise misuse(f"{nearest} is a file; {target} cannot lie in it.", "Give -o another name.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise misuse(f"Nothing may be written into {nearest}.", "Check its permissions, or give -o another folder.")
    return target


@contextmanager
def piped(target: Path) -> Iterator[Path]:
    """Give the path to write to: ``target``, or for ``-`` one of its own that is printed when the block has ended."""
    if target != PIPE:
        yield target
        return
    with tempfile.TemporaryDirectory(prefix="cutroom-pipe-") as folder:
        path = Path(folder) / "out"
        yield path
        typer.echo(path.read_bytes(), nl=False)


def write(target: Path, text: str) -> None:
    """Write a text with its folder; it is whole or not there. Raises OSError."""
    if target == PIPE:
        typer.echo(text.encode(), nl=False)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        part.write_text(text, "utf-8", newline="")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
