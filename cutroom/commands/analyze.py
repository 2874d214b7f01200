"""``cutroom analyze``: what is in a film?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cutroom import analysing
from cutroom.analysing import WANTED
from cutroom.client import ApiError
from cutroom.commands.options import (
    AsJson,
    Data,
    Hotwords,
    Language,
    Quiet,
    Server,
    SpeechModel,
    Subtitles,
    speech_wishes,
)
from cutroom.exits import Exit, Stopped, misuse, told
from cutroom.findings import heading, rows
from cutroom.footage import Film, films
from cutroom.places import data_folder, studio
from cutroom.running import run
from cutroom.screen import Screen, complain
from shared.contracts.media import Analysis, Part
from shared.contracts.speech import SpeechWishes


def analyze(
    inputs: Annotated[list[Path], typer.Argument(metavar="INPUT", help="Films or sound.", show_default=False)],
    *,
    only: Annotated[
        str | None, typer.Option("--only", help=f"Some of {', '.join(WANTED)}, with commas. Default: all.")
    ] = None,
    subtitles: Subtitles = None,
    language: Language = None,
    hotwords: Hotwords = None,
    speech_model: SpeechModel = None,
    as_json: AsJson = False,
    server: Server = None,
    data: Data = None,
    quiet: Quiet = False,
) -> None:
    """Analyse films: shots, faces, speech, beats, loudness. With --json a document a line for each input.

    Without --server a studio is started for it. What was measured before, on the same content, is not measured again.
    """
    wanted = _wanted(only)
    speech = speech_wishes(language, hotwords, speech_model)
    screen = Screen(quiet=quiet or as_json)
    run(_analyze(films(inputs, subtitles), wanted, speech, server, data_folder(data), screen, as_json=as_json))


def _wanted(only: str | None) -> list[str]:
    if only is None:
        return list(WANTED)
    names = [name.strip() for name in only.split(",") if name.strip()]
    if not names:
        raise misuse("--only names nothing to look for.", f"Take some of {', '.join(WANTED)}, or leave it out.")
    unknown = [name for name in names if name not in WANTED]
    if unknown:
        raise misuse(f"There is no {unknown[0]} to look for.", f"Take some of {', '.join(WANTED)}.")
    return names


async def _analyze(
    given: list[Film],
    wanted: list[str],
    speech: SpeechWishes,
    server: str | None,
    data: Path,
    screen: Screen,
    *,
    as_json: bool,
) -> None:
    parts: list[Part] = sorted({WANTED[name] for name in wanted})
    async with studio(server, data, screen) as client:
        ends: list[Exit] = []
        for film in given:
            try:
                found = await analysing.analyze(client, film, parts, screen, speech)
            except (ApiError, Stopped) as error:
                if len(given) == 1:
                    raise
                ends.append(_passed_over(film.path, error))
                continue
            if as_json:
                typer.echo(json.dumps({"path": str(film.path), **found.model_dump(mode="json")}))
            else:
                _show(film.path, found, wanted, screen)
    if ends:
        message = f"{len(ends)} of {len(given)} inputs could not be analysed."
        raise Stopped(max(ends), "inputs_failed", message, "Mend or leave out those that are named above.")


def _passed_over(path: Path, error: ApiError | Stopped) -> Exit:
    """Say what is wrong with one of several inputs. Raises the error where it is not about the input alone."""
    end = told(error)
    if end is None or end.exit_code not in (Exit.USAGE, Exit.FAILED):
        raise error
    complain(end.code, f"{path}: {end.message}", end.remedy)
    return end.exit_code


def _show(path: Path, found: Analysis, wanted: list[str], screen: Screen) -> None:
    screen.result(f"{path}  {heading(found)}")
    before = ""
    for name, line in rows(found, wanted):
        screen.row(f"  {name if name != before else '':<9} ", line)
        before = name
