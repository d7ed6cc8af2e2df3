"""Reads: what the sync did, record by record, newest first; counted up to a limit, paged, and streamed."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, func, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Direction, Link
from storage.database import Database
from storage.models import activity

Outcome = Literal["created", "updated", "deleted", "skipped"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
COUNT_STOPS_AT = 10_000
# Ids rise with the time but for transactions that overlap, and none takes longer than this.
OVERLAP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Sought:
    """What every deed found must fit. `reason` is how its reason begins; `field` one of those that were written."""

    objects: tuple[str, ...]
    direction: Direction | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    field: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done with one record: ids and names of fields, never a value. `other_id` is of the side written to."""

    id: int
    at: datetime
    object: str
    direction: Direction
    outcome: Outcome
    reason: str
    record_id: str
    other_id: str | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """How many of each outcome, and of each reason to skip; both stop at COUNT_STOPS_AT + 1 of an outcome."""

    outcomes: dict[str, int]
    reasons: dict[str, int]


def as_deed(row: Any) -> Deed:
    fields = tuple(row.fields.split(",")) if row.fields else ()
    told = (row.id, row.at, row.object, row.direction, row.outcome, row.reason, row.record_id, row.other_id)
    return Deed(*told, fields)


async def newest(connection: AsyncConnection, sought: Sought, *, skip: int, limit: int) -> list[Deed]:
    """`limit` deeds after the newest `skip`. Each object and outcome is read straight from its index."""
    first = await _first_id(connection, sought.since)
    keys = _keys(sought, first, _outcomes(sought), skip + limit)
    page = select(keys.c.id).order_by(keys.c.id.desc()).offset(skip).limit(limit)
    found = select(activity).where(activity.c.id.in_(page.scalar_subquery())).order_by(activity.c.id.desc())
    return [as_deed(row) for row in await connection.execute(found)]


async def summary(connection: AsyncConnection, sought: Sought) -> Summary:
    """Counts, of the newest where there are more than COUNT_STOPS_AT of an outcome."""
    first = await _first_id(connection, sought.since)
    outcomes: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for outcome in _outcomes(sought):
        keys = _keys(sought, first, [outcome], COUNT_STOPS_AT + 1)
        some = select(keys.c.id, keys.c.reason).order_by(keys.c.id.desc()).limit(COUNT_STOPS_AT + 1).subquery()
        grouped = select(some.c.reason, func.count().label("deeds")).group_by(some.c.reason)
        counted = {row.reason: int(row.deeds) for row in await connection.execute(grouped)}
        outcomes[outcome] = sum(counted.values())
        reasons |= counted if outcome == "skipped" else {}
    return Summary(outcomes, dict(sorted(reasons.items(), key=lambda each: -each[1])))


async def stream(database: Database, sought: Sought, size: int = 1000) -> AsyncIterator[list[Deed]]:
    """Every deed that fits, newest first, `size` at a time, paged by number: a short look for each."""
    async with database.read() as connection:
        first = await _first_id(connection, sought.since)
    before: int | None = None
    while True:
        query = _straight(sought, first, before).order_by(activity.c.id.desc()).limit(size)
        async with database.read() as connection:
            found = [as_deed(row) for row in await connection.execute(query)]
        if found:
            yield found
        if len(found) < size:
            return
        before = found[-1].id


def _straight(sought: Sought, first: int, before: int | None) -> Select[Any]:
    query = select(activity).where(activity.c.id >= first, _fits(sought), activity.c.object.in_(sought.objects))
    query = query.where(activity.c.outcome == sought.outcome) if sought.outcome else query
    return query if before is None else query.where(activity.c.id < before)


def _outcomes(sought: Sought) -> Iterable[Outcome]:
    return [sought.outcome] if sought.outcome else OUTCOMES


def _keys(sought: Sought, first: int, outcomes: Iterable[str], limit: int) -> Any:
    """Id and reason, of the `limit` newest of each object and outcome."""
    each = [
        select(activity.c.id, activity.c.reason)
        .where(activity.c.object == name, activity.c.outcome == outcome, activity.c.id >= first, _fits(sought))
        .order_by(activity.c.id.desc())
        .limit(limit)
        .subquery()
        for name in sought.objects
        for outcome in outcomes
    ]
    return union_all(*(select(one.c.id, one.c.reason) for one in each)).subquery()


def _fits(sought: Sought) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if sought.direction:
        conditions.append(activity.c.direction == sought.direction)
    if sought.reason:
        conditions.append(activity.c.reason.istartswith(sought.reason, autoescape=True))
    if sought.field:
        conditions.append(("," + activity.c.fields + ",").contains(f",{sought.field},", autoescape=True))
    if sought.since:
        conditions.append(activity.c.at >= sought.since)
    if sought.until:
        conditions.append(activity.c.at < sought.until)
    return and_(true(), *conditions)


async def _first_id(connection: AsyncConnection, since: datetime | None) -> int:
    """No deed since then has a smaller id: what lies before need not be looked at."""
    if since is None:
        return 0
    begun = select(activity.c.id).where(activity.c.at >= since - OVERLAP).order_by(activity.c.at, activity.c.id)
    found = await connection.scalar(begun.limit(1))
    return found if found is not None else 1 << 62


async def last_writes(connection: AsyncConnection, link: Link, most: int) -> list[tuple[datetime, tuple[str, ...]]]:
    """When a linked record was last written, on either side, and which fields; the newest first, `most` at most."""
    ways = [("to-marketo", link.dynamics_id), ("to-dynamics", link.marketo_id)]
    looks = [
        select(activity.c.id, activity.c.at, activity.c.fields)
        .where(
            activity.c.object == link.object,
            activity.c.direction == way,
            activity.c.record_id == record_id,
            activity.c.outcome != "skipped",
        )
        .order_by(activity.c.id.desc())
        .limit(most)
        for way, record_id in ways
    ]
    found = [row for look in looks for row in await connection.execute(look)]
    newest = sorted(found, key=lambda row: int(row.id), reverse=True)[:most]
    return [(row.at, tuple(row.fields.split(",")) if row.fields else ()) for row in newest]
