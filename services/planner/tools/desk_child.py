"""``python -m services.planner.tools.desk_child``: plan one edit apart, the order on stdin, the plan in a file."""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import Field, ValidationError

from services.planner.domain.desk import DeskAnswer, DeskOrder, reckon
from services.planner.domain.footage import Material
from services.planner.tools.catalog import templates
from shared.contracts.blob import BlobRef
from shared.contracts.media import Analysis
from shared.contracts.value import Value
from shared.errors import BadRequest, PermanentError

ANSWER, PLAN = "answer.json", "plan.json"


class DeskSource(Value):
    """An asset and the file that holds its analysis."""

    asset_id: str
    media: BlobRef
    path: Path


class DeskRequest(Value):
    """What the parent asks for."""

    order: DeskOrder
    sources: tuple[DeskSource, ...]


class Told(Value):
    """An expected failure; ``kind`` is the name of its class."""

    kind: str
    code: str
    message: str
    remedy: str
    details: dict[str, object] = Field(default_factory=dict)


class Left(Value):
    """What the child leaves for its parent, beside the plan document."""

    answer: DeskAnswer = DeskAnswer()
    error: Told | None = None


def main(folder: Path) -> None:
    """Do the order and leave the answer in ``folder``."""
    request = DeskRequest.model_validate_json(sys.stdin.buffer.read())
    try:
        materials = [_material(source) for source in request.sources]
        answer, body = reckon(request.order, materials, templates())
    except PermanentError as error:
        told = Told(
            kind=type(error).__name__,
            code=error.code,
            message=error.message,
            remedy=error.remedy,
            details=error.details,
        )
        (folder / ANSWER).write_text(Left(error=told).model_dump_json(), "utf-8")
        return
    if body:
        (folder / PLAN).write_bytes(body)
    (folder / ANSWER).write_text(Left(answer=answer).model_dump_json(), "utf-8")


def _material(source: DeskSource) -> Material:
    try:
        analysis = Analysis.model_validate_json(source.path.read_bytes())
    except ValidationError as bad:
        fields = [".".join(map(str, error["loc"])) for error in bad.errors()[:20]]
        raise BadRequest(
            f"The analysis of asset {source.asset_id} cannot be read: its form is not known.",
            code="analysis_invalid",
            remedy="Analyse the asset again.",
            details={"fields": fields},
        ) from None
    return Material(source.asset_id, source.media, analysis)


if __name__ == "__main__":
    main(Path.cwd())
