"""The .env file beside the compose file: a fresh secret for every variable that the compose file demands.

Standard library only: it runs on a machine that has Docker and nothing of ours installed.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path

_DEMANDED = re.compile(r"\$\{(\w+):\?")
_SET = re.compile(r"^\s*(\w+)=(.+)$", re.MULTILINE)


def demanded(compose: str) -> list[str]:
    """Names of the variables without which the compose file does not resolve, in the order of their first use."""
    return list(dict.fromkeys(_DEMANDED.findall(compose)))


def make(compose: Path, env: Path) -> list[str]:
    """Add to ``env`` what it lacks and give the names added; what stands there stays. Only the owner may read it."""
    text = env.read_text() if env.exists() else ""
    missing = [name for name in demanded(compose.read_text()) if name not in dict(_SET.findall(text))]
    if missing:
        env.touch(mode=0o600)
        env.chmod(0o600)
        if text and not text.endswith("\n"):
            text += "\n"
        env.write_text(text + "".join(f"{name}={secrets.token_urlsafe(24)}\n" for name in missing))
    return missing
