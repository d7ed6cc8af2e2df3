"""Reads: what the last comparison of an object found, and what a new one has to know of links, changes and feeds."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import distinct, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Difference, Link
from storage.database import Database, among
from storage.ledger.links import as_link
from storage.models import activity, changes, comparisons, cursors, differences, links


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison, whose differences are kept until the next one of its object."""

    id: int
    object: str
    started_at: datetime
    finished_at: datetime | None
    compared: int
    repaired_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many differences there are of a kind (of values: in a field)."""

    kind: str
    field: str
    records: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Records that the sync is not done with: those whose change waits, and those whose change is parked as an error.

    Each by its id in Dynamics and by its id in Marketo.
    """

    waiting: frozenset[str]
    parked: frozenset[str]


class Kept(NamedTuple):
    """A link with its number, and when a write along it last took effect."""

    number: int
    link: Link
    synced_at: datetime | None


async def last_comparison(connection: AsyncConnection, object: str) -> Comparison | None:
    """The newest of this object, finished or not."""
    query = select(comparisons).where(comparisons.c.object == object).order_by(comparisons.c.id.desc()).limit(1)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    return Comparison(row.id, row.object, row.started_at, row.finished_at, row.compared, row.repaired_at)


async def counted(connection: AsyncConnection, comparison: int) -> list[Counted]:
    """Its differences by kind and field, the commonest first."""
    records = func.count().label("records")
    query = (
        select(differences.c.kind, differences.c.field, records)
        .where(differences.c.comparison == comparison)
        .group_by(differences.c.kind, differences.c.field)
        .order_by(records.desc(), differences.c.kind, differences.c.field)
    )
    return [Counted(row.kind, row.field, row.records) for row in await connection.execute(query)]


async def records_that_differ(connection: AsyncConnection, comparison: int) -> int:
    """How many records its differences are about."""
    record = func.coalesce(differences.c.dynamics_id, differences.c.marketo_id)
    query = select(func.count(distinct(record))).where(differences.c.comparison == comparison)
    return int(await connection.scalar(query) or 0)


async def differences_of(database: Database, comparison: int, size: int = 1000) -> AsyncIterator[list[Difference]]:
    """All that it found, `size` at a time: a short look for each. What one record's are stays in their order."""
    after = 0
    while True:
        query = select(differences).where(differences.c.comparison == comparison, differences.c.id > after)
        async with database.read() as connection:
            rows = list(await connection.execute(query.order_by(differences.c.id).limit(size)))
        if rows:
            yield [Difference(*row[2:]) for row in rows]
        if len(rows) < size:
            return
        after = rows[-1].id


async def kept_links(connection: AsyncConnection, object: str, ids: Sequence[str]) -> dict[str, Kept]:
    """The links of these Dynamics records."""
    query = select(links).where(links.c.object == object, among(connection, links.c.dynamics_id, ids))
    return {row.dynamics_id: Kept(row.id, as_link(row), row.synced_at) for row in await connection.execute(query)}


async def links_after(connection: AsyncConnection, object: str, after: int, size: int) -> list[Kept]:
    """`size` links in the order of their numbers."""
    own = func.coalesce(links.c.object, "") == object  # by the number, whatever else SQLite takes for the better index
    query = select(links).where(own, links.c.id > after).order_by(links.c.id).limit(size)
    return [Kept(row.id, as_link(row), row.synced_at) for row in await connection.execute(query)]


async def last_link(connection: AsyncConnection) -> int:
    """The highest number of a link."""
    return int(await connection.scalar(select(func.max(links.c.id))) or 0)


async def count_links(connection: AsyncConnection, object: str) -> int:
    """How many of this object's records are linked: about as many as there are to compare."""
    return int(await connection.scalar(select(func.count()).select_from(links).where(links.c.object == object)) or 0)


async def busy(
    connection: AsyncConnection, object: str, dynamics_ids: Sequence[str], marketo_ids: Sequence[str]
) -> Busy:
    """Which of these records the sync is not done with."""
    known: dict[bool, set[str]] = {True: set(), False: set()}
    for direction, ids in (("to-marketo", dynamics_ids), ("to-dynamics", marketo_ids)):
        query = select(changes.c.record_id, changes.c.state).where(
            changes.c.object == object,
            changes.c.direction == direction,
            among(connection, changes.c.record_id, ids),
        )
        for row in await connection.execute(query) if ids else ():
            known[row.state == "parked"].add(row.record_id)
    return Busy(frozenset(known[False]), frozenset(known[True]))


async def errors_of_people_alone(connection: AsyncConnection, object: str) -> int:
    """How many open errors are about people in Marketo whom no row is linked to: no comparison meets them."""
    linked = exists().where(links.c.object == object, links.c.marketo_id == changes.c.record_id)
    query = select(func.count()).where(
        changes.c.object == object,
        changes.c.direction == "to-dynamics",
        changes.c.state == "parked",
        changes.c.ignored.is_(False),
        ~linked,
    )
    return int(await connection.scalar(query) or 0)


async def last_skipped(connection: AsyncConnection, object: str, dynamics_ids: Sequence[str]) -> dict[str, str]:
    """Of these Dynamics records, those that were skipped the last time anything was done with them, and why."""
    newest = (
        select(func.max(activity.c.id))
        .where(
            activity.c.object == object,
            activity.c.direction == "to-marketo",
            among(connection, activity.c.record_id, dynamics_ids),
        )
        .group_by(activity.c.record_id)
    )
    query = select(activity).where(activity.c.id.in_(newest.scalar_subquery()), activity.c.outcome == "skipped")
    return {row.record_id: row.reason for row in await connection.execute(query)} if dynamics_ids else {}


async def read_at(connection: AsyncConnection, side: str, feed: str) -> datetime | None:
    """When a feed was last read; None where its first read is not done yet."""
    query = select(cursors).where(cursors.c.side == side, cursors.c.feed == feed)
    row = (await connection.execute(query)).first()
    return row.read_at if row and row.first_read_done_at else None
