"""Reading rows: the change feed page by page, and rows looked up by a column's value."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from sync.dynamics.access import ChangedRows
from sync.dynamics.connection import Connection
from sync.errors import CursorExpired

ANNOTATIONS = (
    'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname,OData.Community.Display.V1.FormattedValue"'
)
MOST_VALUES = 100  # in one look-up
LONGEST_FILTER = 6000  # characters before encoding; addresses may have 32 KB


async def read_changes(
    connection: Connection, entity_set: str, columns: Sequence[str], cursor: str | None, page_size: int
) -> ChangedRows:
    """One page. The delta link holds the columns of the first read; Prefer has to be sent again on every page."""
    prefer = ["odata.track-changes", f"odata.maxpagesize={page_size}", ANNOTATIONS]
    if cursor is None:
        page = await connection.get(entity_set, {"$select": ",".join(columns)}, prefer)
    else:
        if not connection.is_ours(cursor):
            raise CursorExpired("foreign-link", "the stored delta link leads to another environment")
        page = await connection.get(cursor, prefer=prefer)
    return changed_rows(page)


def changed_rows(page: dict[str, Any]) -> ChangedRows:
    """A page of the feed, taken apart: a deleted row is its bare id, with "…/$deletedEntity" for context."""
    rows: list[dict[str, Any]] = []
    deleted: list[str] = []
    for row in page["value"]:
        if str(row.get("@odata.context", "")).endswith("/$deletedEntity"):
            deleted.append(row["id"])
        else:
            rows.append(row)
    following = page.get("@odata.nextLink")
    return ChangedRows(rows, deleted, following or page["@odata.deltaLink"], more=following is not None)


async def read_all(
    connection: Connection, entity_set: str, columns: Sequence[str], page_size: int, condition: str = ""
) -> AsyncIterator[list[dict[str, Any]]]:
    """Every row of a table as it is now, page by page, without change tracking; `condition` is a $filter."""
    asked = {"$select": ",".join(columns), **({"$filter": condition} if condition else {})}
    prefer = [f"odata.maxpagesize={page_size}", ANNOTATIONS]
    page = await connection.get(entity_set, asked, prefer)
    yield page["value"]
    while following := page.get("@odata.nextLink"):
        page = await connection.get(following, prefer=prefer)
        yield page["value"]


async def find(
    connection: Connection, entity_set: str, column: str, values: Sequence[str], columns: Sequence[str]
) -> list[dict[str, Any]]:
    """The rows whose `column` is one of `values`; text is compared without regard to case, as Dataverse does."""
    chunks = value_chunks(list(dict.fromkeys(values)))
    found = await asyncio.gather(*(_find_chunk(connection, entity_set, column, chunk, columns) for chunk in chunks))
    return [row for rows in found for row in rows]


async def _find_chunk(
    connection: Connection, entity_set: str, column: str, values: Sequence[str], columns: Sequence[str]
) -> list[dict[str, Any]]:
    asked = {"$select": ",".join(columns), "$filter": in_filter(column, values)}
    page = await connection.get(entity_set, asked, [ANNOTATIONS])
    rows: list[dict[str, Any]] = page["value"]
    while following := page.get("@odata.nextLink"):
        page = await connection.get(following, prefer=[ANNOTATIONS])
        rows += page["value"]
    return rows


def in_filter(column: str, values: Sequence[str]) -> str:
    """A filter for "one of these": single quotes around values, and doubled within them."""
    listed = ",".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"Microsoft.Dynamics.CRM.In(PropertyName='{column}',PropertyValues=[{listed}])"


def value_chunks(values: Sequence[str]) -> list[list[str]]:
    """`values` in order, as many at a time as make an address of decent length."""
    chunks: list[list[str]] = []
    room = 0
    for value in values:
        room -= len(value) + 3
        if not chunks or room < 0 or len(chunks[-1]) == MOST_VALUES:
            chunks.append([])
            room = LONGEST_FILTER - len(value) - 3
        chunks[-1].append(value)
    return chunks
