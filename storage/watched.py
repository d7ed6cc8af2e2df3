"""Reads: what alerts go by beyond the status: what failed lately, and what has not been taken up for long."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.history import LaneName
from storage.models import changes, cursors, errors, throughput

FAILURES_COUNTED = 20_000
TRIED_IN_VAIN = ("retrying", "unknown")
FEW = 19


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


async def read_not_taken_up(
    connection: AsyncConnection, names: Iterable[LaneName], retrying: bool = True
) -> dict[str, datetime]:
    """Since when the first change in the queue waits, by object; what waits for a parent does not count.

    Nor do a few that are tried in vain: one bad record is no queue. Where not `retrying`, such ones wait for their day.
    What is in flight does not wait: an import takes its time.
    """
    states = {"waiting": 0, **(dict.fromkeys(TRIED_IN_VAIN, FEW) if retrying else {})}
    looks = [(name, _noted_at(name, state, passed_by)) for name in names for state, passed_by in states.items()]
    if not looks:
        return {}
    columns = [look.label(f"look_{number}") for number, (_, look) in enumerate(looks)]
    row = (await connection.execute(select(*columns))).one()
    found: dict[str, datetime] = {}
    for ((name, _), _look), at in zip(looks, row, strict=True):
        if at is not None:
            found[name] = min(at, found.get(name, at))
    return found


def _noted_at(name: LaneName, state: str, passed_by: int) -> ScalarSelect[datetime]:
    query = select(changes.c.noted_at).where(
        changes.c.object == name[0], changes.c.direction == name[1], changes.c.state == state
    )
    return query.order_by(changes.c.id).offset(passed_by).limit(1).scalar_subquery()


async def read_synced_at(connection: AsyncConnection, since: Mapping[str, datetime]) -> dict[str, datetime]:
    """The last minute in which anything of an object was synced; none where that was not `since` its own moment."""
    if not since:
        return {}
    looks = [
        select(throughput.c.minute)
        .where(throughput.c.object == name, throughput.c.minute > at)
        .order_by(throughput.c.minute.desc())
        .limit(1)
        .scalar_subquery()
        .label(f"look_{number}")
        for number, (name, at) in enumerate(since.items())
    ]
    row = (await connection.execute(select(*looks))).one()
    return {name: at for name, at in zip(since, row, strict=True) if at is not None}
