"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Server = Annotated[
    str | None,
    typer.Option("--server", metavar="URL", help="The studio to use. Also: CUTROOM_SERVER; key: CUTROOM_API_KEY."),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Folder of the embedded studio. Also: CUTROOM_DATA. Default: ~/.local/share/cutroom.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the result.")]
JobId = Annotated[str, typer.Argument(metavar="JOB", help="The id of the job.")]
