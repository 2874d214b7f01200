"""Pages of lists: ``?limit=&cursor=``, newest first, the next page also in the ``Link`` header."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request, Response

from services.gateway.domain.refusal import wrong_field
from shared.contracts.ids import is_id

MOST = 100
USUAL = 20
Item = TypeVar("Item")
Limit = Annotated[str | None, Query(description="1 to 100, 20 unless given.", examples=["20"])]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before.")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The page that is asked for: at most ``limit`` items after ``cursor``."""

    limit: int
    cursor: str | None

    def cut(self, found: Sequence[Item], cursor_of: Callable[[Item], str]) -> tuple[list[Item], str | None]:
        """Return the page and the cursor of the next one, from one item more than the page holds."""
        shown = list(found[: self.limit])
        return shown, cursor_of(shown[-1]) if len(found) > self.limit else None

    @property
    def number(self) -> int | None:
        """The cursor of a list that goes by numbers."""
        return int(self.cursor) if self.cursor is not None else None


def _limited(limit: str | None) -> int:
    if limit is None:
        return USUAL
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 4 and 1 <= int(limit) <= MOST):
        raise wrong_field("limit", "limit_invalid", f"A whole number from 1 to {MOST}.")
    return int(limit)


async def _by_id(limit: Limit = None, cursor: Cursor = None) -> Wanted:
    """Read the query of a list by ids. Raises 422 for a limit outside 1..100 and a cursor that no page gave."""
    if cursor is not None and not is_id(cursor):
        raise wrong_field("cursor", "cursor_invalid", "Take the cursor from the page before.")
    return Wanted(_limited(limit), cursor)


async def _by_number(limit: Limit = None, cursor: Cursor = None) -> Wanted:
    """Read the query of a list by numbers. Raises 422 for a limit outside 1..100 and a cursor that no page gave."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
        raise wrong_field("cursor", "cursor_invalid", "Take the cursor from the page before.")
    return Wanted(_limited(limit), cursor)


Page = Annotated[Wanted, Depends(_by_id)]
NumberedPage = Annotated[Wanted, Depends(_by_number)]


def link_next(request: Request, response: Response, cursor: str | None) -> None:
    """Name the next page in the ``Link`` header."""
    if cursor is not None:
        url = request.url.include_query_params(cursor=cursor)
        response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
