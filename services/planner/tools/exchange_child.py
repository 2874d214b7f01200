"""``python -m services.planner.tools.exchange_child``: write or read one file apart, the order on stdin."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

from pydantic import Field, ValidationError

from services.planner.tools.interchange.reading import read
from services.planner.tools.interchange.writing import export
from shared.contracts.interchange import ExportFormat, ExportMode, ImportedEdit, Loss
from shared.contracts.media import Analysis
from shared.contracts.plan import EditPlan
from shared.contracts.time import Ratio
from shared.contracts.timeline import Timeline
from shared.contracts.value import Value
from shared.errors import PermanentError

ANSWER = "exchange.json"


class ExchangeOrder(Value):
    """Write the timeline in ``file`` as ``form``, or read ``file`` when there is no form."""

    file: Path
    form: ExportFormat | None = None
    mode: ExportMode = "edit"
    title: str = ""
    plan: Path | None = None
    analyses: dict[str, Path] = Field(default_factory=dict)
    rate: Ratio | None = None


class Exported(Value):
    """The text of a file and what it could not carry."""

    text: str
    losses: tuple[Loss, ...]


class Left(Value):
    """What the child leaves: one of the first two, or message, code and remedy of an expected error."""

    exported: Exported | None = None
    imported: ImportedEdit | None = None
    error: tuple[str, str, str] | None = None


def main(folder: Path) -> None:
    """Do the order and leave the answer in ``folder``."""
    order = ExchangeOrder.model_validate_json(sys.stdin.buffer.read())
    try:
        left = _done(order)
    except PermanentError as error:
        left = Left(error=(error.message, error.code, error.remedy))
    except ValidationError as bad:
        left = Left(
            error=(f"The document is not valid: {bad.errors()[0]['msg']}.", "timeline_invalid", "Save it again.")
        )
    (folder / ANSWER).write_text(left.model_dump_json(), "utf-8")


def _done(order: ExchangeOrder) -> Left:
    body = order.file.read_bytes()
    if order.form is None:
        return Left(imported=read(body, Fraction(order.rate) if order.rate else None))
    timeline = Timeline.model_validate_json(body)
    analyses = {key: Analysis.model_validate_json(path.read_bytes()) for key, path in order.analyses.items()}
    dropped = EditPlan.model_validate_json(order.plan.read_bytes()).dropped if order.plan else ()
    silences = {key: analysis.silences for key, analysis in analyses.items()}
    text, losses = export(timeline, order.form, title=order.title, mode=order.mode, dropped=dropped, silences=silences)
    return Left(exported=Exported(text=text, losses=losses))


if __name__ == "__main__":
    main(Path.cwd())
