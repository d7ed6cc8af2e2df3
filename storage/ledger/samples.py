"""Backlog samples: how much waits and since when, every few minutes."""

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.models import changes, samples, totals


async def sample(
    database: Database, connection: AsyncConnection, lanes: tuple[tuple[str, str], ...], now: datetime
) -> None:
    """Writes one sample per lane. Counts come from the running totals, so that a large backlog costs no more."""
    sums = select(totals.c.object, totals.c.direction, func.sum(totals.c.value).label("backlog"))
    grouped = sums.where(totals.c.measure == "backlog").group_by(totals.c.object, totals.c.direction)
    backlog = {(row.object, row.direction): int(row.backlog) for row in await connection.execute(grouped)}
    rows = [
        {
            "at": now,
            "object": object,
            "direction": direction,
            "backlog": backlog.get((object, direction), 0),
            "oldest_at": await _oldest(connection, object, direction),
        }
        for object, direction in lanes
    ]
    await connection.execute(database.upsert(samples).on_conflict_do_nothing(), rows)


async def _oldest(connection: AsyncConnection, object: str, direction: str) -> datetime | None:
    found = [
        await connection.scalar(
            select(changes.c.waiting_since)
            .where(
                changes.c.object == object,
                changes.c.direction == direction,
                changes.c.operation == operation,
                text("state <> 'parked'"),  # as the index has it, or SQLite does not use it
            )
            .order_by(changes.c.waiting_since)
            .limit(1)
        )
        for operation in ("insert", "update", "delete")
    ]
    return min((moment for moment in found if moment), default=None)
