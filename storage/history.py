"""Reads: what waits, since when, how fast it goes. No look counts the changes: running totals answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, Label, and_, func, select, text, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import OPERATIONS, Direction, Operation
from storage.models import changes, cursors, lanes, passes, samples, services, throughput, totals

LaneName = tuple[str, Direction]
HOUR = timedelta(hours=1)
GROWTH_SPAN = timedelta(hours=6)
# A sample is written every five minutes; where none is found this far before, there is nothing to compare with.
GROWTH_SLACK = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Lane:
    """One object in one direction. `before` is its backlog six hours ago, None where nobody looked then.

    What a brake `held` waits for a person, and `stopped_message` says why in words of our own.
    """

    object: str
    direction: Direction
    live: bool = False
    paused: bool = False
    stopped_at: datetime | None = None
    stopped_code: str | None = None
    waiting: Mapping[Operation, int] = field(default_factory=dict)
    oldest: Mapping[Operation, datetime] = field(default_factory=dict)
    errors: int = 0
    before: int | None = None
    held: bool = False
    first_until: datetime | None = None
    stopped_message: str | None = None

    @property
    def backlog(self) -> int:
        return sum(self.waiting.values())


@dataclass(frozen=True, slots=True)
class Service:
    """How we stand with one of the two services. `code` is the service's own, and safe to show anywhere."""

    name: str
    read_at: datetime | None = None
    down_since: datetime | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """The sync's last pass and its next."""

    started_at: datetime | None = None
    finished_at: datetime | None = None
    next_at: datetime | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Hour:
    """One of the rolling hours that end now: what was synced, whether any of it waited, what share we saw."""

    records: int
    had_backlog: bool
    seen: float = 1.0


async def read_lanes(connection: AsyncConnection, names: Iterable[LaneName], now: datetime) -> list[Lane]:
    """Every lane of `names` as it stands."""
    wanted = tuple(names)
    counted = await _counted(connection)
    oldest = await _oldest(connection, wanted)
    before = await _backlog_before(connection, now - GROWTH_SPAN)
    found = {(row.object, row.direction): row for row in await connection.execute(select(lanes))}
    standing = []
    for name in wanted:
        row = found.get(name)
        standing.append(
            Lane(
                *name,
                live=row.live if row else False,
                paused=row.paused if row else False,
                stopped_at=row.stopped_at if row else None,
                stopped_code=row.stopped_code if row else None,
                waiting={operation: counted.get((*name, operation, "backlog"), 0) for operation in OPERATIONS},
                oldest={each: at for each in OPERATIONS if (at := oldest.get((*name, each)))},
                errors=sum(counted.get((*name, operation, "open"), 0) for operation in OPERATIONS),
                before=None if before is None else before.get(name, 0),
                held=row.held if row else False,
                first_until=row.first_until if row else None,
                stopped_message=row.stopped_message if row else None,
            )
        )
    return standing


async def _counted(connection: AsyncConnection) -> dict[tuple[str, str, str, str], int]:
    wanted = select(totals).where(totals.c.measure.in_(["backlog", "open"]), totals.c.reason == "")
    return {
        (row.object, row.direction, row.operation, row.measure): row.value for row in await connection.execute(wanted)
    }


def pending(name: LaneName, operation: str) -> ColumnElement[bool]:
    """As the partial index says it: with a parameter in place of 'parked' SQLite would not use that index."""
    return and_(
        changes.c.object == name[0],
        changes.c.direction == name[1],
        changes.c.operation == operation,
        text("changes.state <> 'parked'"),
    )


def oldest_of_each(names: Iterable[LaneName]) -> dict[tuple[str, str, str], Label[datetime | None]]:
    """One look into the index for each lane and operation, to be asked for in a single statement."""
    return {
        (*name, operation): select(changes.c.waiting_since)
        .where(pending(name, operation))
        .order_by(changes.c.waiting_since)
        .limit(1)
        .scalar_subquery()
        .label("_".join((*name, operation)).replace("-", "_"))
        for name in names
        for operation in OPERATIONS
    }


async def _oldest(connection: AsyncConnection, names: tuple[LaneName, ...]) -> dict[tuple[str, str, str], datetime]:
    looks = oldest_of_each(names)
    row = (await connection.execute(select(*looks.values()))).one()
    return {key: at for key, at in zip(looks, row, strict=True) if at is not None}


async def _backlog_before(connection: AsyncConnection, at: datetime) -> dict[LaneName, int] | None:
    """The backlogs of the last sample taken before `at`; None where there is none near it."""
    nearest = select(func.max(samples.c.at)).where(samples.c.at <= at, samples.c.at >= at - GROWTH_SLACK)
    moment = (await connection.execute(nearest)).scalar()
    if moment is None:
        return None
    rows = await connection.execute(select(samples).where(samples.c.at == moment))
    return {(row.object, row.direction): row.backlog for row in rows}


async def read_hours(
    connection: AsyncConnection, now: datetime, hours: int = 24, only: str | None = None
) -> dict[LaneName, tuple[Hour, ...]]:
    """The rolling hours up to `now`, newest first, as far back as anything was seen; for one object or for all."""
    since = now - hours * HOUR
    synced = await _per_hour(connection, throughput.c.minute, func.sum(throughput.c.records), since, now, only)
    waited = await _per_hour(connection, samples.c.at, func.max(samples.c.backlog), since, now, only)
    first = await _first_seen(connection, since)
    if first is None:
        return {}
    seen = _shares_seen(first, now, hours)
    return {
        name: tuple(
            Hour(synced.get((name, back), 0), waited.get((name, back), 0) > 0, share) for back, share in enumerate(seen)
        )
        for name in {name for name, _ in (*synced, *waited)}
    }


async def _per_hour(
    connection: AsyncConnection,
    moment: ColumnElement[datetime],
    value: ColumnElement[int],
    since: datetime,
    now: datetime,
    only: str | None,
) -> dict[tuple[LaneName, int], int]:
    """`value` by lane and by how many hours back. Integer division, which both databases do alike."""
    table = moment.table
    milliseconds = round(now.timestamp() * 1000)
    back = ((milliseconds - type_coerce(moment, BigInteger)) // 3_600_000).label("back")
    query = (
        select(table.c.object, table.c.direction, back, value.label("value"))
        .where(moment > since, moment <= now)
        .group_by(table.c.object, table.c.direction, back)
    )
    if only:
        query = query.where(table.c.object == only)
    rows = await connection.execute(query)
    return {((row.object, row.direction), int(row.back)): int(row.value) for row in rows}


async def _first_seen(connection: AsyncConnection, since: datetime) -> datetime | None:
    """When we began to watch, if that was after `since`; `since` where we watched before it."""
    looks = [
        select(moment).order_by(moment).limit(1).scalar_subquery() for moment in (throughput.c.minute, samples.c.at)
    ]
    found = [at for at in (await connection.execute(select(*looks))).one() if at is not None]
    return max(min(found), since) if found else None


def _shares_seen(first: datetime, now: datetime, hours: int) -> list[float]:
    """How much of each hour lies after `first`, the beginning of the first minute that was seen."""
    covered = (now - first) / HOUR + 1 / 60
    return [min(1.0, covered - back) for back in range(hours) if covered - back > 0]


async def read_synced(connection: AsyncConnection, start: datetime, end: datetime) -> dict[LaneName, int]:
    """Records synced in [start, end), by lane."""
    query = (
        select(throughput.c.object, throughput.c.direction, func.sum(throughput.c.records).label("records"))
        .where(throughput.c.minute >= start, throughput.c.minute < end)
        .group_by(throughput.c.object, throughput.c.direction)
    )
    return {(row.object, row.direction): int(row.records) for row in await connection.execute(query)}


async def read_services(connection: AsyncConnection) -> list[Service]:
    """Both services, as far as they have been tried."""
    columns = (services.c.name, services.c.read_at, services.c.down_since, services.c.code)
    return [Service(*row) for row in await connection.execute(select(*columns).order_by(services.c.name))]


async def read_feeds(connection: AsyncConnection) -> dict[str, datetime]:
    """When each object was last read to its end: the older of its two sides."""
    query = select(cursors.c.feed, func.min(cursors.c.read_at)).where(cursors.c.read_at.is_not(None))
    rows = await connection.execute(query.group_by(cursors.c.feed))
    return {row[0]: row[1] for row in rows}


async def read_pass(connection: AsyncConnection, name: str = "sync") -> Pass:
    columns = (passes.c.started_at, passes.c.finished_at, passes.c.next_at, passes.c.failure)
    row = (await connection.execute(select(*columns).where(passes.c.name == name))).one_or_none()
    return Pass() if row is None else Pass(row.started_at, row.finished_at, row.next_at, row.failure is not None)
