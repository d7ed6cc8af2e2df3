"""Taking changes out of the backlog to be sent, and finding again those that a crash left in flight."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Change, Direction
from storage.database import among
from storage.models import changes

COLUMNS = [changes.c[name] for name in Change._fields]


async def wake(connection: AsyncConnection, now: datetime) -> None:
    """Puts every change whose next attempt is due back among those that wait."""
    due = and_(changes.c.next_at.is_not(None), changes.c.next_at <= now, changes.c.state != "parked")
    await connection.execute(update(changes).where(due).values(state="waiting", next_at=None, waits_for=None))


async def next_in_line(connection: AsyncConnection, object: str, direction: Direction, limit: int) -> list[Change]:
    """The changes that waited longest in line, first in, first out."""
    query = (
        select(*COLUMNS)
        .where(changes.c.object == object, changes.c.direction == direction, changes.c.state == "waiting")
        .order_by(changes.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Change._make(row) for row in await connection.execute(query)]


async def mark_in_flight(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """To be committed before anything is sent: what is found in this state after a crash may have taken effect."""
    await connection.execute(update(changes).where(among(connection, changes.c.id, ids)).values(state="in_flight"))


async def keep_extra(connection: AsyncConnection, found: Sequence[Change]) -> None:
    """Stores what else these changes have to carry, so that it is not forgotten when they have to be tried again."""
    extra = bindparam("b_extra", type_=changes.c.extra.type)
    statement = update(changes).where(changes.c.id == bindparam("b_id")).values(extra=extra)
    await connection.execute(statement, [{"b_id": change.id, "b_extra": change.extra} for change in found])


async def recover(connection: AsyncConnection, direction: Direction, next_at: datetime) -> int:
    """At start: what was in flight when the process died is of unknown outcome, and tried again at `next_at`."""
    left = and_(changes.c.state == "in_flight", changes.c.direction == direction)
    found = await connection.execute(update(changes).where(left).values(state="unknown", unsure=True, next_at=next_at))
    return found.rowcount


async def waiting_values(
    connection: AsyncConnection, object: str, direction: Direction, record_ids: Sequence[str], parked: bool = True
) -> dict[str, dict[str, Any]]:
    """The newest values of the changes (parked ones too, unless told) that these records have in `direction`."""
    query = select(changes.c.record_id, changes.c["values"]).where(
        changes.c.object == object, changes.c.direction == direction, among(connection, changes.c.record_id, record_ids)
    )
    if not parked:
        query = query.where(changes.c.state != "parked")
    return {row.record_id: row.values for row in await connection.execute(query)}
