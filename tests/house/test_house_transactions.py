"""No transaction waits for the object store: its locks would be held for as long as that takes, or is away."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(file for folder in ("services", "shared", "cutroom", "deploy") for file in (ROOT / folder).rglob("*.py"))
OPENERS = {"transaction", "finish"}


def in_transactions(tree: ast.AST) -> Iterator[int]:
    """Yield the lines at which a store is used, or handed on, inside of a transaction."""
    for block in ast.walk(tree):
        if isinstance(block, ast.AsyncWith) and any(_opens(item.context_expr) for item in block.items):
            for node in (found for line in block.body for found in ast.walk(line)):
                if (isinstance(node, ast.Attribute) and node.attr == "blobs") or (
                    isinstance(node, ast.Name) and node.id == "blobs"
                ):
                    yield node.lineno


def _opens(expression: ast.expr) -> bool:
    if not isinstance(expression, ast.Call):
        return False
    called = expression.func
    return (called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")) in OPENERS


def test_no_transaction_waits_for_the_object_store() -> None:
    found = {str(file.relative_to(ROOT)): list(in_transactions(ast.parse(file.read_text("utf-8")))) for file in FILES}
    assert {file: lines for file, lines in found.items() if lines} == {}


@pytest.mark.parametrize("use", ["await blobs.stat(key)", "await write(connection, self.deps.blobs)"])
def test_the_rule_sees_what_breaks_it(use: str) -> None:
    inside = f"async def a():\n    async with lock, transaction(pool) as connection:\n        {use}\n"
    beside = f"async def a():\n    async with transaction(pool) as connection:\n        pass\n    {use}\n"
    assert list(in_transactions(ast.parse(inside))) == [3]
    assert list(in_transactions(ast.parse(beside))) == []
