"""Sync errors as the ledger itself makes them: noted, claimed, refused. Their totals are right."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from storage.changes import Direction, Parked, Seen
from storage.database import Database
from storage.ledger.claiming import mark_in_flight, next_in_line
from storage.ledger.noting import Lane, note
from storage.ledger.settling import Round, settle
from storage.ledger.totals import read_totals, unbalanced
from storage.models import audit, changes, errors, lanes


async def park(
    database: Database,
    count: int,
    at: datetime,
    object: str = "leads",
    direction: Direction = "to-marketo",
    code: str = "1003",
    label: str = "Ada Lovelace",
) -> list[int]:
    """`count` new records that were refused at `at`; the numbers of their errors."""
    lane = Lane(object, direction, at - timedelta(hours=1))
    stamp = f"{object}-{code}-{at:%H%M%S}"
    seen = [Seen(f"{stamp}-{n}", "update", {"title": "x"}, at, label) for n in range(count)]
    async with database.write() as connection:
        await note(database, connection, lane, seen, at)
        waiting = await next_in_line(connection, object, direction, count)
        await mark_in_flight(connection, [change.id for change in waiting])
        refused = [Parked(change, code, "Invalid email address") for change in waiting]
        await settle(database, connection, Round(object, direction, refused), at)
        query = select(errors.c.id).where(errors.c.failed_at == at, errors.c.code == code, errors.c.object == object)
        return list(await connection.scalars(query.order_by(errors.c.id)))


async def rows(database: Database, table: Any) -> Sequence[Any]:
    """All of them, in order of their keys."""
    async with database.read() as connection:
        return list(await connection.execute(select(table).order_by(*table.primary_key)))


async def states(database: Database) -> list[str]:
    """Of every error, in order."""
    async with database.read() as connection:
        return list(await connection.scalars(select(errors.c.state).order_by(errors.c.id)))


async def sums(database: Database) -> dict[str, int]:
    """What is not nothing, by measure; the sum holds."""
    async with database.read() as connection:
        found = await read_totals(connection)
    assert unbalanced(found) == {}
    counted: dict[str, int] = {}
    for total, value in found.items():
        counted[total.measure] = counted.get(total.measure, 0) + value
    return {measure: value for measure, value in counted.items() if value}


async def everything(database: Database) -> list[Any]:
    """All that people can change."""
    return [await rows(database, table) for table in (changes, errors, lanes, audit)] + [await sums(database)]
