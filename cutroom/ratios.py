"""Aspect ratios as a person gives them, and the files that come of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from cutroom.exits import misuse
from cutroom.targets import writable

DEFAULT = "16:9"
MOST = 8
_SHAPE = re.compile(r"([1-9]\d?|100):([1-9]\d?|100)")


def checked(ratios: Sequence[str]) -> list[str]:
    """Return the wished ratios without repetition, the default where none is wished. Raises Stopped for a wrong one."""
    wished = list(dict.fromkeys(ratios)) or [DEFAULT]
    for ratio in wished:
        match = _SHAPE.fullmatch(ratio)
        if match is None or not 1 / 4 <= int(match[1]) / int(match[2]) <= 4:
            raise misuse(f"{ratio} is no aspect ratio.", "Give width:height from 1:4 to 4:1, such as --ratio 9:16.")
    if len(wished) > MOST:
        raise misuse(f"{len(wished)} ratios are too many.", f"Give at most {MOST}.")
    return wished


def files(out: str, ratios: Sequence[str], inputs: Sequence[Path]) -> dict[str, Path]:
    """Return the file for each ratio.

    ``out`` is a file for one ratio and a folder for several; ``{ratio}`` in it stands for ``16_9``; a file for several
    ratios gets the ratio at the end of its name. Raises Stopped where it is not clear what is meant, or is an input.
    """
    made = {ratio: _file(out, ratio, several=len(ratios) > 1) for ratio in ratios}
    for ratio, path in made.items():
        if path.suffix.lower() != ".mp4":
            raise misuse(f"{path} is no .mp4 file.", "Give -o a name that ends in .mp4, or a folder that ends in /.")
        writable(path)
        if any(path.resolve() == film.resolve() for film in inputs):
            raise misuse(f"{path} is one of the inputs ({ratio}).", "Give -o another name.")
    return made


def _file(out: str, ratio: str, *, several: bool) -> Path:
    name = ratio.replace(":", "_")
    if "{ratio}" in out:
        return Path(out.replace("{ratio}", name))
    path = Path(out)
    if out.endswith(("/", "\\")) or path.is_dir() or (several and not path.suffix):
        return path / f"edited_{name}.mp4"
    return path.with_name(f"{path.stem}_{name}{path.suffix}") if several else path
