"""``python -m deploy.stack install|up|down|status|env [SERVICE]|stop NAME|start NAME``: the real servers, by hand.

The data lies in ``CUTROOM_STACK_RUN``, by default ``.cache/stack`` in the current folder.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from pathlib import Path

from deploy.stack import NAMES, StackServers
from deploy.stack.install import install
from deploy.stack.state import SERVICES
from shared.errors import CutroomError


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.stack", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("install", help="fetch and build the servers")
    verbs.add_parser("up", help="install what is missing and start all servers")
    verbs.add_parser("down", help="stop all servers; their data stays")
    verbs.add_parser("status", help="which servers run")
    verbs.add_parser("env", help="print a service's settings as shell exports").add_argument(
        "service", choices=SERVICES, nargs="?", default="gateway"
    )
    for verb in ("stop", "start"):
        verbs.add_parser(verb, help=f"{verb} one server").add_argument("name", choices=NAMES)
    return parser


def run(chosen: argparse.Namespace) -> list[str]:
    """Do what was asked and give the lines to print."""
    if chosen.verb == "install":
        have = install()
        return [have.java, str(have.kafka_jars), str(have.postgres), str(have.minio)]
    stack = StackServers(Path(os.environ.get("CUTROOM_STACK_RUN", ".cache/stack")), detach=True)
    if chosen.verb == "env":
        return [f"export {key}={shlex.quote(value)}" for key, value in stack.environment(chosen.service).items()]
    if chosen.verb == "up":
        stack.start()
    elif chosen.verb == "down":
        stack.stop()
    elif chosen.verb == "stop":
        stack.stop_server(chosen.name)
    elif chosen.verb == "start":
        stack.start_server(chosen.name)
    return [f"{name:<9} {what}" for name, what in stack.status().items()]


def main() -> int:
    """Exit status 0, or 1 with the failure and its remedy on standard error."""
    began = time.monotonic()
    chosen = arguments().parse_args()
    try:
        lines = run(chosen)
    except CutroomError as failure:
        sys.stderr.write(f"{failure.message}\n{failure.remedy}\n")
        return 1
    sys.stdout.write("\n".join(lines) + "\n")
    if chosen.verb in ("install", "up", "down"):
        sys.stderr.write(f"{chosen.verb} took {time.monotonic() - began:.1f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
