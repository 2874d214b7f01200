"""Run the gateway alone, or make a key for it.

``python -m services.gateway [run|migrate]``
``python -m services.gateway keys create --account NAME --tier free|pro|enterprise``
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from services.gateway.app import MIGRATIONS, build
from services.gateway.domain.account import PRIORITY
from services.gateway.handlers.keys import create_key
from services.gateway.settings import GatewaySettings
from shared.runner import main
from shared.settings import Settings


def keys(arguments: Sequence[str]) -> None:
    """Print a new key, once. Exits with 2 for wrong arguments and with a sentence when there is no database."""
    parser = argparse.ArgumentParser(prog="keys", description="Make an API key for an account, and print it once.")
    parser.add_argument("order", choices=["create"])
    parser.add_argument("--account", required=True, help="name of the account; made where there is none")
    parser.add_argument("--tier", choices=list(PRIORITY), default="free")
    wanted = parser.parse_args(arguments)
    settings = Settings()
    if not settings.database_url:
        sys.exit("CUTROOM_DATABASE_URL is not set: give the gateway's PostgreSQL database.")
    key = asyncio.run(create_key(settings.database_url, MIGRATIONS, wanted.account, wanted.tier))
    sys.stdout.write(key + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["keys"]:
        keys(sys.argv[2:])
    else:
        main("gateway", lambda infra: build(GatewaySettings(), infra))
