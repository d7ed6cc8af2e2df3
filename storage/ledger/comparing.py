"""Writes: comparisons of both sides, and the differences found. A new one of an object takes the last one's place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Difference
from storage.database import Database, among
from storage.models import comparisons, differences
from storage.rows import insert_rows

AT_ONCE = 10_000  # rows deleted in one transaction, so that nobody who writes waits for long


async def begin_comparison(database: Database, object: str, who: str, now: datetime) -> int:
    """The number of a new comparison of `object`, asked for by `who`; those before it are forgotten."""
    await _forget(database, object)
    row = {"object": object, "asked_by": who, "started_at": now, "compared": 0}
    async with database.write() as connection:
        made = insert(comparisons).values(**row).returning(comparisons.c.id)
        return int((await connection.execute(made)).scalar_one())


async def _forget(database: Database, object: str) -> None:
    async with database.read() as connection:
        old = list(await connection.scalars(select(comparisons.c.id).where(comparisons.c.object == object)))
    while old:
        async with database.write() as connection:
            some = select(differences.c.id).where(differences.c.comparison.in_(old)).limit(AT_ONCE)
            ids = list(await connection.scalars(some))
            if not ids:
                await connection.execute(delete(comparisons).where(comparisons.c.id.in_(old)))
                return
            await connection.execute(delete(differences).where(among(connection, differences.c.id, ids)))


async def add_differences(
    connection: AsyncConnection, comparison: int, compared: int, found: Sequence[Difference]
) -> None:
    """Joins what one portion found; `compared` is how many records were compared so far."""
    await connection.execute(update(comparisons).where(comparisons.c.id == comparison).values(compared=compared))
    await insert_rows(connection, differences, [_row(comparison, each) for each in found])


def _row(comparison: int, found: Difference) -> dict[str, Any]:
    return {
        "comparison": comparison,
        "kind": found.kind,
        "dynamics_id": found.dynamics_id,
        "marketo_id": found.marketo_id,
        "label": found.label,
        "field": found.field,
        "dynamics_value": found.dynamics_value,
        "marketo_value": found.marketo_value,
    }


async def end_comparison(connection: AsyncConnection, comparison: int, now: datetime) -> None:
    """It came to its end: what it found is all there is."""
    await connection.execute(update(comparisons).where(comparisons.c.id == comparison).values(finished_at=now))


async def mark_repaired(connection: AsyncConnection, comparison: int, now: datetime) -> None:
    """What it found was queued for repair."""
    await connection.execute(update(comparisons).where(comparisons.c.id == comparison).values(repaired_at=now))
