"""``python -m deploy.compose.healthy``: exit status 0 when the service in this container is ready."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request


def main() -> int:
    """Ask the service on ``CUTROOM_HEALTH_PORT``; say why not on standard error."""
    url = f"http://127.0.0.1:{os.environ['CUTROOM_HEALTH_PORT']}/ready"
    try:
        with urllib.request.urlopen(url, timeout=4):
            return 0
    except urllib.error.HTTPError as unready:
        sys.stderr.write(unready.read().decode(errors="replace"))
    except OSError as silent:
        sys.stderr.write(f"{url}: {silent}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
