"""``cutroom models``: which speech models there are here, and fetching one."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer
from rich.table import Table

from cutroom.commands.options import AsJson
from cutroom.screen import Screen

models = typer.Typer(help="Speech models: which are here, and fetching one.", no_args_is_help=True)


@models.command("list")
def show(as_json: AsJson = False) -> None:
    """Show the known models, those that are here, and the one that is used now. Nothing is fetched."""
    rows = _rows()
    screen = Screen()
    if as_json:
        typer.echo(json.dumps(rows, indent=1))
    elif screen.console.is_terminal:
        table = Table("model", "repository", "MB", "here", box=None, pad_edge=False)
        for row in rows:
            table.add_row(*map(str, (row["name"], row["repository"], row["megabytes"] or "", row["state"])))
        screen.console.print(table)
    else:
        for row in rows:
            screen.result("\t".join(str(row[key] or "") for key in ("name", "repository", "megabytes", "state")))


@models.command()
def get(name: Annotated[str, typer.Argument(help="A name of the list, or owner/name of a repository.")]) -> None:
    """Fetch a model from the Hugging Face hub, or from the mirror in HF_ENDPOINT, into the Hugging Face cache."""
    from services.analyzer.engines.fetching import fetch
    from services.analyzer.engines.models import cache_folder

    found = fetch(name, cache_folder(os.environ))
    Screen().result(f"{found.name.partition('@')[0]} at {found.folder}")


def _rows() -> list[dict[str, object]]:
    from services.analyzer.engines.models import KNOWN, cache_folder, cached_models, find_model
    from services.analyzer.settings import AnalyzerSettings

    cache = cache_folder(os.environ)
    here = dict(cached_models(cache))
    wanted = AnalyzerSettings().whisper_model
    used = find_model(wanted, cache)
    shown = {repository: (name, size) for name, (repository, size) in KNOWN.items()}
    shown.update({repository: (repository, 0) for repository in here if repository not in shown})
    rows = [_row(name, repository, size, used, here.get(repository)) for repository, (name, size) in shown.items()]
    if wanted and used and used not in here.values():
        rows.append(_row(wanted, str(used.folder), 0, used, used))
    return rows


def _row(name: str, repository: str, size: int, used: object, model: object) -> dict[str, object]:
    state = "missing" if model is None else "in use" if model == used else "here"
    return {"name": name, "repository": repository, "megabytes": size or None, "state": state}
