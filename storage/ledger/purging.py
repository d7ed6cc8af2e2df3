"""What need not be kept for ever is deleted: a little at a time, each in a short transaction of its own.

What is still open stays, however old: open errors, those that somebody ignored (their change is parked still), open
episodes, untold turns. Running totals stay as they are. SQLite uses the room again for what comes.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, exists, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, among
from storage.models import (
    activity,
    audit,
    comparisons,
    differences,
    episodes,
    errors,
    files,
    quiet_times,
    samples,
    throughput,
    turns,
)

STEP = 1000  # rows in one transaction
ERRORS_STEP = 250  # whoever finds errors by their words has to forget these words too
MOMENTS_STEP = 50  # moments, with a row for each object, direction and operation
Steps = AsyncIterator[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Kept:
    """For how long what is kept.

    `samples` goes for what was synced by the minute too, `errors` for resolved ones and for the differences that a
    comparison found, `alerts` for episodes that are over and for files that are deleted in Slack.
    """

    samples: timedelta = timedelta(days=30)
    errors: timedelta = timedelta(days=30)
    activity: timedelta = timedelta(days=90)
    audit: timedelta = timedelta(days=365)
    alerts: timedelta = timedelta(days=90)


@dataclass(slots=True)
class Walk:
    """How far through the past a purge came that was stopped: the next one goes on `after` that deed."""

    after: int = 0


async def purge(
    database: Database,
    kept: Kept,
    now: datetime,
    enough: Callable[[], bool] = lambda: False,
    walk: Walk | None = None,
) -> Counter[str]:
    """Deletes what is older than it is `kept`, until there is none left or it is `enough`; rows deleted, by table."""
    deleted: Counter[str] = Counter()
    for steps in _everything(database, kept, now, walk or Walk()):
        async for name, rows in steps:
            deleted[name] += rows
            if enough():
                return +deleted
    return +deleted


def _everything(database: Database, kept: Kept, now: datetime, walk: Walk) -> list[Steps]:
    """What grows fastest, and takes longest to look through, last."""
    resolved = and_(text("state = 'resolved'"), errors.c.closed_at < now - kept.errors)  # as the index has it
    over = quiet_times.c.ends_at < now - kept.alerts  # those of every week have no end
    closed = episodes.c.closed_at < now - kept.alerts
    of_closed = turns.c.episode.in_(select(episodes.c.id).where(closed)) & turns.c.told_at.is_not(None)
    without_turns = ~exists(select(turns.c.id).where(turns.c.episode == episodes.c.id))
    old = select(comparisons.c.id).where(comparisons.c.started_at < now - kept.errors)
    without_differences = ~exists(select(differences.c.id).where(differences.c.comparison == comparisons.c.id))
    return [
        _moments(database, samples, samples.c.at, now - kept.samples),
        _moments(database, throughput, throughput.c.minute, now - kept.samples),
        _rows(database, errors, resolved, ERRORS_STEP),
        _rows(database, differences, differences.c.comparison.in_(old.scalar_subquery())),
        _rows(database, comparisons, and_(comparisons.c.id.in_(old.scalar_subquery()), without_differences)),
        _rows(database, turns, of_closed),
        _rows(database, episodes, and_(closed, without_turns)),
        _rows(database, quiet_times, over),
        _rows(database, files, files.c.deleted_at < now - kept.alerts),
        _rows(database, audit, audit.c.at < now - kept.audit),
        _deeds(database, now - kept.activity, walk),
    ]


async def _rows(database: Database, table: Table, doomed: ColumnElement[bool], size: int = STEP) -> Steps:
    """Looked up in a read, which holds nobody up, and deleted by their numbers where it is true still."""
    while True:
        async with database.read() as connection:
            ids = list(await connection.scalars(select(table.c.id).where(doomed).limit(size)))
        if not ids:
            return
        yield table.name, await _delete(database, table, doomed, ids)
        if len(ids) < size:
            return


async def _delete(database: Database, table: Table, doomed: ColumnElement[bool], ids: Sequence[int]) -> int:
    async with database.write() as connection:
        these = delete(table).where(among(connection, table.c.id, ids), doomed)
        return (await connection.execute(these)).rowcount


async def _moments(database: Database, table: Table, moment: Any, before: datetime) -> Steps:
    """Rows that go by a moment and have no number: as many moments as make a step, with all that is of each."""
    while True:
        async with database.read() as connection:
            first = select(moment).where(moment < before).distinct().order_by(moment).limit(MOMENTS_STEP)
            found = list(await connection.scalars(first))
        if not found:
            return
        async with database.write() as connection:
            gone = await connection.execute(delete(table).where(moment <= found[-1]))
        yield table.name, gone.rowcount


async def _deeds(database: Database, before: datetime, walk: Walk) -> Steps:
    """Goes through what was done in the order in which it was. The last word on a record stays where it was skipped:

    it says why the record is not on the other side.
    """
    while True:
        async with database.read() as connection:
            found = await _oldest_deeds(connection, walk.after)
        doomed = [row.id for row in found if row.at < before and not row.stays]
        if doomed:
            async with database.write() as connection:
                await connection.execute(delete(activity).where(among(connection, activity.c.id, doomed)))
        is_end = not found or found[-1].at >= before
        walk.after = 0 if is_end else found[-1].id
        yield activity.name, len(doomed)
        if is_end:
            return


async def _oldest_deeds(connection: AsyncConnection, after: int) -> Sequence[Any]:
    later = activity.alias("later")
    same = and_(*(later.c[name] == activity.c[name] for name in ("object", "direction", "record_id")))
    newer = exists(select(later.c.id).where(same, later.c.id > activity.c.id))
    stays = and_(activity.c.outcome == "skipped", ~newer).label("stays")
    query = select(activity.c.id, activity.c.at, stays).where(activity.c.id > after)
    return (await connection.execute(query.order_by(activity.c.id).limit(STEP))).all()
