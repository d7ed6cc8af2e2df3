"""Reads: what became of everything on a rehearsal's database since it began, counted and record by record."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Direction
from storage.database import Database
from storage.ledger.totals import Moves, read_totals
from storage.models import activity, changes, errors

PAGE = 5000
DONE = {"created": "insert", "updated": "update", "deleted": "delete", "skipped": "skip"}


@dataclass(frozen=True, slots=True)
class Beginning:
    """What was there before: the totals, the last deed, and the moment."""

    totals: Moves
    last_deed: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Foretold:
    """What would be done with one record: ids and names of fields, never a value.

    `operation` is insert, update, delete, skip, park (it would be an error) or wait; `reason` says why not written.
    """

    object: str
    direction: Direction
    operation: str
    dynamics_id: str
    marketo_id: str
    fields: str = ""
    reason: str = ""


async def begin(connection: AsyncConnection, now: datetime) -> Beginning:
    last = await connection.scalar(select(func.max(activity.c.id)))
    return Beginning(await read_totals(connection), int(last or 0), now)


async def moved(connection: AsyncConnection, since: Beginning) -> Moves:
    """By how much each total moved."""
    now = await read_totals(connection)
    return Counter({total: value - since.totals[total] for total, value in now.items() if value != since.totals[total]})


async def parked(connection: AsyncConnection, since: Beginning) -> dict[tuple[str, Direction, str], int]:
    """How many errors there would be, by object, direction and code."""
    named = (errors.c.object, errors.c.direction, errors.c.code)
    query = select(*named, func.count()).where(errors.c.state == "open", errors.c.failed_at >= since.at)
    return {(row[0], row[1], row[2]): row[3] for row in await connection.execute(query.group_by(*named))}


async def foretold(database: Database, since: Beginning) -> AsyncIterator[list[Foretold]]:
    """Every record that something would be done with, or not and why; a few thousand at a time."""
    for table, first in ((activity, since.last_deed), (errors, 0), (changes, 0)):
        after = first
        while True:
            query = select(table).where(table.c.id > after).order_by(table.c.id).limit(PAGE)
            if table is errors:
                query = query.where(errors.c.state == "open", errors.c.failed_at >= since.at)
            elif table is changes:
                query = query.where(changes.c.state != "parked")
            async with database.read() as connection:
                rows = list(await connection.execute(query))
            if not rows:
                break
            after = rows[-1].id
            yield [_FORETOLD[table.name](row) for row in rows]


def _deed(row: Any) -> Foretold:
    ids = _sides(row.direction, row.record_id, row.other_id)
    return Foretold(row.object, row.direction, DONE[row.outcome], *ids, fields=row.fields, reason=row.reason)


def _error(row: Any) -> Foretold:
    ids = (row.dynamics_id or "", row.marketo_id or "")
    return Foretold(row.object, row.direction, "park", *ids, reason=row.code)


def _waiting(row: Any) -> Foretold:
    ids = _sides(row.direction, row.record_id, None)
    return Foretold(row.object, row.direction, "wait", *ids, reason=row.waits_for or row.code or "")


_FORETOLD = {"activity": _deed, "errors": _error, "changes": _waiting}


def _sides(direction: str, record_id: str, other_id: str | None) -> tuple[str, str]:
    """(the id in Dynamics, the id in Marketo)."""
    return (record_id, other_id or "") if direction == "to-marketo" else (other_id or "", record_id)
