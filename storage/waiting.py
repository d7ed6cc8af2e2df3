"""Reads: which record has waited longest, and whose edits fill the backlog."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import OPERATIONS, Direction, Operation
from storage.history import LaneName, pending
from storage.models import changes, links

COUNT_STOPS_AT = 10_000


@dataclass(frozen=True, slots=True)
class Oldest:
    """The change that has waited longest of its kind: its record by both ids, as far as they are known, and its name.

    `label` is a person's or a company's name: for those who may see people's data.
    """

    object: str
    direction: Direction
    record_id: str
    waiting_since: datetime
    label: str = ""
    other_id: str | None = None

    @property
    def dynamics_id(self) -> str | None:
        return self.record_id if self.direction == "to-marketo" else self.other_id

    @property
    def marketo_id(self) -> str | None:
        return self.record_id if self.direction == "to-dynamics" else self.other_id


@dataclass(frozen=True, slots=True)
class Editors:
    """Who last edited what waits, by name ("" where the source does not tell) and direction.

    `counted` changes were looked at; where more wait, those of each lane that have waited longest.
    """

    changes: dict[tuple[str, Direction], int]
    counted: int


async def read_oldest(
    connection: AsyncConnection, names: Iterable[LaneName], operations: Iterable[Operation]
) -> Oldest | None:
    """The record that has waited longest in any of these lanes, among `operations`."""
    columns = (changes.c.object, changes.c.direction, changes.c.record_id, changes.c.waiting_since, changes.c.label)
    found = []
    for name, operation in product(names, operations):
        query = select(*columns).where(pending(name, operation)).order_by(changes.c.waiting_since).limit(1)
        found += [Oldest(*row) for row in await connection.execute(query)]
    oldest = min(found, key=lambda each: each.waiting_since, default=None)
    return None if oldest is None else await _with_other_id(connection, oldest)


async def _with_other_id(connection: AsyncConnection, one: Oldest) -> Oldest:
    own, other = links.c.dynamics_id, links.c.marketo_id
    if one.direction == "to-dynamics":
        own, other = other, own
    query = select(other).where(links.c.object == one.object, own == one.record_id)
    other_id = (await connection.execute(query)).scalar()
    return Oldest(one.object, one.direction, one.record_id, one.waiting_since, one.label, other_id)


async def read_editors(connection: AsyncConnection, names: Iterable[LaneName], most: int = COUNT_STOPS_AT) -> Editors:
    """Counts at most `most` changes, so that a backlog of millions costs no more."""
    counted: Counter[tuple[str, Direction]] = Counter()
    left = most
    for name, operation in product(names, OPERATIONS):
        if not left:
            break
        oldest = (
            select(changes.c.edited_by).where(pending(name, operation)).order_by(changes.c.waiting_since).limit(left)
        ).subquery()
        query = select(oldest.c.edited_by, func.count().label("changes")).group_by(oldest.c.edited_by)
        for row in await connection.execute(query):
            counted[row.edited_by, name[1]] += row.changes
            left -= row.changes
    return Editors(dict(counted), most - left)
