"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from cutroom.exits import misuse
from shared.contracts.speech import MAX_HOTWORDS, SpeechWishes

Server = Annotated[
    str | None,
    typer.Option("--server", metavar="URL", help="The studio to use. Also: CUTROOM_SERVER; key: CUTROOM_API_KEY."),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Folder of the embedded studio. Also: CUTROOM_DATA. Default: in ~/.local/share.",
    ),
]
Subtitles = Annotated[
    Path | None,
    typer.Option(
        "--subtitles",
        help="Subtitles (SRT, VTT, ASS, JSON). Default: the file of the same name beside the input.",
    ),
]
Language = Annotated[
    str | None, typer.Option("--language", help="The spoken language, such as en. Default: found out.")
]
Hotwords = Annotated[
    str | None, typer.Option("--hotwords", help="Names and terms to expect in what is said, with commas between them.")
]
SpeechModel = Annotated[
    str | None, typer.Option("--speech-model", help="One of the speech models that the studio offers.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the result.")]
JobId = Annotated[str, typer.Argument(metavar="JOB", help="The id of the job.")]


def speech_wishes(language: str | None, hotwords: str | None, model: str | None) -> SpeechWishes:
    """Return how words are to be heard; what cannot be meant ends the command."""
    try:
        return SpeechWishes(language=language, hotwords=hotwords, speech_model=model)
    except ValidationError as bad:
        wrong = {str(each["loc"][0]) for each in bad.errors()}
        if "language" in wrong:
            raise misuse(f"{language!r} is no language.", "Give its short name, such as en or pt-BR, or auto.") from bad
        if "speech_model" in wrong:
            raise misuse(f"{model!r} is no name of a model.", "Give a name such as base or owner/name.") from bad
        raise misuse(f"There are more than {MAX_HOTWORDS} letters of hot words.", "Name fewer.") from bad
