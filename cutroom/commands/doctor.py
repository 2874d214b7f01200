"""``cutroom doctor``: what is installed, which engines work, what to do about those that do not."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from cutroom.commands.options import AsJson, Data
from cutroom.exits import Exit
from cutroom.places import data_folder
from cutroom.running import run
from cutroom.screen import Screen

if TYPE_CHECKING:
    from deploy.doctor import Finding

COLOURS = {"ok": "green", "missing": "bold red", "optional": "yellow"}


def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Look at everything the studio needs. Exit code 1 when something essential is missing."""
    from deploy.doctor import checks

    findings = run(checks(data_folder(data)))
    screen = Screen()
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    elif screen.console.is_terminal:
        screen.console.print(_table(findings))
    else:
        for finding in findings:
            screen.result("\t".join((finding.status, finding.name, finding.found, finding.remedy)).rstrip())
    if any(finding.status == "missing" for finding in findings):
        raise typer.Exit(Exit.FAILED)


def _table(findings: list[Finding]) -> Table:
    table = Table("", "what", "found", "what to do", box=None, pad_edge=False)
    for finding in findings:
        state = f"[{COLOURS[finding.status]}]{finding.status}[/]"
        table.add_row(state, finding.name, finding.found, finding.remedy)
    return table
