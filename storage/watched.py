"""Reads: what alerts go by beyond the status: what failed lately, and what has not been taken up for long."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.history import LaneName
from storage.models import changes, cursors, errors

FAILURES_COUNTED = 20_000


async def read_began(connection: AsyncConnection) -> datetime | None:
    """When anything was first read; None where nothing was yet."""
    began: datetime | None = (await connection.execute(select(func.min(cursors.c.first_read_started_at)))).scalar()
    return began


async def read_failed(connection: AsyncConnection, since: datetime) -> dict[str, int]:
    """Open errors that failed `since` then, by object; FAILURES_COUNTED of them at most, the newest."""
    newest = (
        select(errors.c.object)
        .where(errors.c.state == "open", errors.c.failed_at >= since)
        .order_by(errors.c.failed_at.desc())
        .limit(FAILURES_COUNTED)
        .subquery()
    )
    rows = await connection.execute(select(newest.c.object, func.count()).group_by(newest.c.object))
    return {row[0]: int(row[1]) for row in rows}


async def read_not_taken_up(connection: AsyncConnection, names: Iterable[LaneName]) -> dict[str, datetime]:
    """Since when the first change in the queue waits, by object; what waits for its time or a parent does not count."""
    looks = {
        name: select(changes.c.noted_at)
        .where(changes.c.object == name[0], changes.c.direction == name[1], changes.c.state == "waiting")
        .order_by(changes.c.id)
        .limit(1)
        .scalar_subquery()
        .label("_".join(name).replace("-", "_"))
        for name in names
    }
    if not looks:
        return {}
    row = (await connection.execute(select(*looks.values()))).one()
    found: dict[str, datetime] = {}
    for (name, _), at in zip(looks, row, strict=True):
        if at is not None:
            found[name] = min(at, found.get(name, at))
    return found
