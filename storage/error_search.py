"""Reads: sync errors, searched, counted up to a limit, paged, grouped, and streamed for an export."""

from array import array
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Direction, Operation
from storage.database import Database, among
from storage.error_index import COUNT_STOPS_AT, Sort, State, Wanted, count, ids_in_parts, ids_page
from storage.models import changes, errors

__all__ = ["COUNT_STOPS_AT", "Sort", "State", "SyncError", "Wanted", "count", "ids", "page", "stream"]


@dataclass(frozen=True, slots=True)
class SyncError:
    """One sync error. `label` and `message` are people's data and untrusted text. `candidates`: who it may be."""

    id: int
    object: str
    direction: Direction
    operation: Operation
    record_id: str
    dynamics_id: str | None
    marketo_id: str | None
    label: str
    code: str
    message: str
    first_failed_at: datetime
    failed_at: datetime
    attempts: int
    next_at: datetime | None
    state: State
    candidates: Sequence[Mapping[str, Any]] | None = None


_COLUMNS: tuple[Any, ...] = (
    errors.c.id,
    errors.c.object,
    errors.c.direction,
    errors.c.operation,
    errors.c.record_id,
    errors.c.dynamics_id,
    errors.c.marketo_id,
    errors.c.label,
    errors.c.code,
    errors.c.message,
    errors.c.first_failed_at,
    errors.c.failed_at,
    errors.c.attempts,
    changes.c.next_at,
    errors.c.state,
    errors.c.candidates,
)
_WITH_NEXT_TRY = select(*_COLUMNS).select_from(errors.outerjoin(changes, changes.c.id == errors.c.change_id))


async def page(connection: AsyncConnection, wanted: Wanted, *, skip: int, limit: int) -> list[SyncError]:
    """`limit` errors after the first `skip`, in the order that is wanted."""
    return await _these(connection, await ids_page(connection, wanted, skip, limit))


async def ids(connection: AsyncConnection, wanted: Wanted) -> "array[int]":
    """The ids of all errors that fit, in order; a million of them take eight megabytes."""
    found = array("q")
    async for part in ids_in_parts(connection, wanted, 10_000):
        found.extend(part)
    return found


async def stream(database: Database, wanted: Wanted, size: int = 1000) -> AsyncIterator[list[SyncError]]:
    """Every error that fits now, `size` at a time: a short look for each, never a long read.

    An error that is retried meanwhile comes once, as it is then.
    """
    async with database.read() as connection:
        found = await ids(connection, wanted)
    for start in range(0, len(found), size):
        async with database.read() as connection:
            yield await _these(connection, found[start : start + size])


async def _these(connection: AsyncConnection, wanted_ids: Sequence[int]) -> list[SyncError]:
    rows = await connection.execute(_WITH_NEXT_TRY.where(among(connection, errors.c.id, wanted_ids)))
    by_id = {row.id: SyncError(*row) for row in rows}
    return [by_id[one] for one in wanted_ids if one in by_id]
