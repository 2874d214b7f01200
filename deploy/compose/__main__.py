"""``python -m deploy.compose env`` makes the .env file that docker-compose.yml asks for; ``check`` resolves it."""

from __future__ import annotations

import sys
from pathlib import Path

from deploy.compose.secrets_file import demanded, make

USAGE = "usage: python -m deploy.compose env|check\n"


def main(words: list[str]) -> int:
    """Exit status 0, 1 when Docker would refuse the file, 2 for a wrong command."""
    compose = Path(__file__).parents[2] / "docker-compose.yml"
    if words == ["env"]:
        env = compose.with_name(".env")
        made = make(compose, env)
        sys.stdout.write(f"{env}: {', '.join(made) or 'nothing was missing'}\n")
        return 0
    if words == ["check"]:
        return _check(compose)
    sys.stderr.write(USAGE)
    return 2


def _check(compose: Path) -> int:
    from deploy.compose.model import resolve
    from shared.errors import CutroomError

    try:
        project = resolve(dict.fromkeys(demanded(compose.read_text()), "checked"), compose=compose)
    except CutroomError as refused:
        sys.stderr.write(f"{refused.message}\n{refused.remedy}\n")
        return 1
    sys.stdout.write(f"{compose}: {', '.join(project['services'])}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
