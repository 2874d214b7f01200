"""``python -m deploy.codes_page > docs/codes.md``: every stable code that a person or a program can meet."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from shared.contracts.plan import REASONS

ROOT = Path(__file__).parents[1]
PARTS = {
    "services/gateway": "The API",
    "services/analyzer": "Analysis",
    "services/planner": "Planning",
    "services/renderer": "Rendering",
    "services/lipsync": "Lip-sync",
    "shared": "Everywhere",
    "cutroom": "The command",
    "deploy": "The studio and its set-up",
}
CODE = re.compile(r"(?!cutroom_)[a-z][a-z0-9]*(_[a-z0-9]+)+")
WORD = re.compile(r"(?!cutroom_)[a-z][a-z0-9_]*[a-z0-9]")
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Names = dict[str, list[ast.expr]]


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One code where it is raised; ``says`` and ``remedy`` are texts with their variable parts as ``…``."""

    code: str
    says: str
    remedy: str


def page() -> str:
    """Return the whole page as Markdown."""
    parts = [
        "# Codes",
        "Codes are stable: programs may depend on them, texts may change. A request that is refused has its code in the"
        " problem document; a step that failed has it in the job's `error`; findings of the check and notes on media"
        " carry theirs with them. `…` stands for what differs from case to case. This page is made from the code by"
        " `python -m deploy.codes_page`; a test holds it to the code.",
    ]
    for folder, title in PARTS.items():
        if found := sorted(entries(ROOT / folder)):
            rows = [f"| `{e.code}` | {_cell(e.says) or '…'} | {_cell(e.remedy)} |" for e in found]
            parts += [f"## {title}", "\n".join(["| code | what it says | what to do |", "|---|---|---|", *rows])]
    why = [f"| `{reason}` | {text} |" for reason, text in sorted(REASONS.items())]
    parts += ["## Why an edit leaves a span out", "\n".join(["| reason | what it says |", "|---|---|", *why])]
    return "\n\n".join(parts) + "\n"


def entries(folder: Path) -> set[Entry]:
    """Return the codes that the modules under ``folder`` name, each with its texts."""
    found: set[Entry] = set()
    for file in sorted(folder.rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        found |= set(_of_scope(tree, {}))
    told = {entry.code for entry in found if entry.says}
    return {entry for entry in found if entry.says or entry.code not in told}


def _of_scope(scope: ast.AST, outer: Names) -> Iterator[Entry]:
    """Yield what a module, class or function says; its own names go before those around it."""
    names = outer | _named(scope)
    for node in _inside(scope):
        if isinstance(node, ast.Call):
            yield from _of_call(node, names)
        elif isinstance(node, ast.ClassDef):
            yield from _of_class(node, names)
        if isinstance(node, SCOPES):
            yield from _of_scope(node, names)


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, SCOPES):
            yield from _inside(child)


def _named(scope: ast.AST) -> Names:
    found: Names = {}
    for node in _inside(scope):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return found


def _of_call(call: ast.Call, names: Names) -> Iterator[Entry]:
    given = {word.arg: word.value for word in call.keywords if word.arg}
    remedy = _text(given.get("remedy"), names)
    if "code" in given:
        says = _text(given.get("message") or given.get("reason") or (call.args[0] if call.args else None), names)
        yield from (Entry(code, says, remedy) for code in _codes(given["code"], names, WORD))
        return
    for code, message in zip_longest(call.args, call.args[1:]):
        says = _text(message or given.get("message"), names)
        if isinstance(code, ast.Constant) and " " in says:
            yield from (Entry(name, says, remedy) for name in _codes(code, names))


def _of_class(node: ast.ClassDef, names: Names) -> Iterator[Entry]:
    values = {
        target.id: statement.value
        for statement in node.body
        if isinstance(statement, ast.AnnAssign | ast.Assign) and statement.value is not None
        for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        if isinstance(target, ast.Name)
    }
    if "default_code" in values:
        says = (ast.get_docstring(node) or "").split("\n")[0]
        remedy = _text(values.get("default_remedy"), names)
        yield from (Entry(code, says, remedy) for code in _codes(values["default_code"], names))


def _codes(node: ast.expr, names: Names, pattern: re.Pattern[str] = CODE) -> Iterator[str]:
    values = names.get(node.id, []) if isinstance(node, ast.Name) else [node]
    for part in (part for value in values for part in ast.walk(value)):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and pattern.fullmatch(part.value):
            yield part.value


def _text(node: ast.expr | None, names: Names) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text(v, names) if isinstance(v, ast.Constant) else "…" for v in values)
        case ast.BinOp(op=ast.Add()):
            return _text(node.left, names) + _text(node.right, names)
        case ast.IfExp():
            return " / ".join(filter(None, (_text(node.body, names), _text(node.orelse, names))))
        case ast.Name(id=name) if name in names:
            return " / ".join(filter(None, (_text(value, {}) for value in names[name])))
    return ""


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    sys.stdout.write(page())
