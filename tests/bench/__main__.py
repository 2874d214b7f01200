"""``python -m tests.bench [NAME...]``: run the measurements and print their tables as Markdown."""

from __future__ import annotations

import asyncio
import importlib
import sys
from pathlib import Path

NAMES = sorted(p.stem.removeprefix("bench_") for p in Path(__file__).parent.glob("bench_*.py"))


def main() -> None:
    """Measure what is named, or everything."""
    wanted = sys.argv[1:] or NAMES
    unknown = set(wanted) - set(NAMES)
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    for name in wanted:
        module = importlib.import_module(f"tests.bench.bench_{name}")
        rows = asyncio.run(module.measure())
        print(f"\n### {name}\n\n{(module.__doc__ or '').strip()}\n\n| what | measured | target |\n|---|---|---|")
        print("\n".join(row.line() for row in rows), flush=True)


main()
