"""What people do to sync errors: retry, ignore, reopen. Each moves the change, its error and its total together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import LOOP
from storage.database import Database, among
from storage.ledger.links import forget_streak
from storage.ledger.totals import Measure, Moves, Total, move
from storage.models import changes, errors


async def retry(
    database: Database, connection: AsyncConnection, error_ids: Sequence[int], now: datetime, *, cautious: bool
) -> int:
    """Puts open or ignored errors back into the backlog, to wait from `now` on; returns how many.

    `cautious` where many go at once.

    What went round in a loop may be written as often once more.
    """
    found = await _parked(connection, error_ids)
    for row in found:
        if row.code == LOOP:
            await forget_streak(connection, row.object, row.direction, row.record_id)
    ids = [row.id for row in found]
    state = {"state": "waiting", "ignored": False, "cautious": cautious, "next_at": None, "waiting_since": now}
    await connection.execute(update(changes).where(among(connection, changes.c.id, ids)).values(**state))
    await _set_error_state(connection, ids, "retrying", None)
    await _move(database, connection, found, "backlog")
    return len(found)


async def ignore(database: Database, connection: AsyncConnection, error_ids: Sequence[int], now: datetime) -> int:
    """Puts open errors aside for good, unless a new edit or a reopening brings them back; returns how many."""
    found = [row for row in await _parked(connection, error_ids) if not row.ignored]
    ids = [row.id for row in found]
    await connection.execute(update(changes).where(among(connection, changes.c.id, ids)).values(ignored=True))
    await _set_error_state(connection, ids, "ignored", now)
    await _move(database, connection, found, "ignored")
    return len(found)


async def reopen(database: Database, connection: AsyncConnection, error_ids: Sequence[int], now: datetime) -> int:
    """Makes ignored errors open ones again; returns how many."""
    found = [row for row in await _parked(connection, error_ids) if row.ignored]
    ids = [row.id for row in found]
    await connection.execute(update(changes).where(among(connection, changes.c.id, ids)).values(ignored=False))
    await _set_error_state(connection, ids, "open", None)
    await _move(database, connection, found, "open")
    return len(found)


async def _parked(connection: AsyncConnection, error_ids: Sequence[int]) -> Sequence[Any]:
    query = (
        select(
            *(changes.c[name] for name in ("id", "object", "direction", "operation", "ignored", "code", "record_id"))
        )
        .join(errors, errors.c.change_id == changes.c.id)
        .where(among(connection, errors.c.id, error_ids), changes.c.state == "parked")
        .with_for_update()
    )
    return (await connection.execute(query)).all()


async def _set_error_state(
    connection: AsyncConnection, change_ids: Sequence[int], state: str, closed_at: datetime | None
) -> None:
    these = among(connection, errors.c.change_id, change_ids)
    await connection.execute(update(errors).where(these).values(state=state, closed_at=closed_at))


async def _move(database: Database, connection: AsyncConnection, found: Sequence[Any], to: Measure) -> None:
    moves = Moves()
    for row in found:
        moves[Total(row.object, row.direction, row.operation, "ignored" if row.ignored else "open")] -= 1
        moves[Total(row.object, row.direction, row.operation, to)] += 1
    await move(database, connection, moves)
