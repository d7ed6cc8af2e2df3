"""The changes of one round, taken out of the line, with what deciding about them needs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Change, Direction, Link, Result, Seen, opposite
from storage.ledger.claiming import mark_in_flight, next_in_line, waiting_values
from storage.ledger.links import Key, key_of, links_by, marketo_ids
from storage.ledger.readings import Cursor, cursor_of
from storage.ledger.settling import other_id
from sync.decide import Write
from sync.engine import Engine
from sync.errors import Later, PersonMustLook
from sync.loops import looping
from sync.objects import Object
from sync.orphans import left_out_parents, without_parents
from sync.owners import without_absent_owners

Values = Mapping[str, Mapping[str, Any]]
"""By record id, and the name of the field."""


@dataclass(frozen=True, slots=True)
class Item:
    """One claimed change on its way: what is known of it, and what was decided.

    `refused` are values that the side written to holds although they could not travel: a write replaces them.
    """

    change: Change
    link: Link | None
    decision: Write
    refused: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Claim:
    """The changes of one round, and what deciding about them needs; `held_back` are those one value may hold up."""

    one: Object
    direction: Direction
    changes: list[Change]
    links: dict[str, Link]
    other_side: Values
    refused: Values
    parents: Mapping[str, Mapping[str, str]]
    first_read_at: datetime
    reading_first: bool
    results: list[Result] = field(default_factory=list)
    held_back: list[Item] = field(default_factory=list)
    noted: dict[tuple[str, Direction], list[Seen]] = field(default_factory=dict)
    stopped: PersonMustLook | None = None
    delayed: Later | None = None
    left_out: set[str] = field(default_factory=set)
    awaited: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return key_of(self.direction)

    def waiting(self) -> list[Change]:
        """Those that nothing was decided about yet."""
        done = {result.change.id for result in self.results}
        return [change for change in self.changes if change.id not in done]


Sending = Callable[[Engine, Claim, Sequence[Item]], Awaitable[None]]
"""How the items of a round are written, with a result for each."""


async def claim(engine: Engine, one: Object, direction: Direction, size: int, linked: bool = False) -> Claim | None:
    """Takes the next round, of at most `size`, out of the line and marks it in flight; None where nothing waits.

    Where `linked`, only changes of records that are known on both sides.
    """
    async with engine.database.write() as connection:
        changes = await next_in_line(connection, one.name, direction, size, linked)
        if not changes:
            return None
        await mark_in_flight(connection, [change.id for change in changes])
        ids = [change.record_id for change in changes]
        links = await links_by(connection, one.name, key_of(direction), ids)
        edits = await _other_sides(connection, one, direction, links) if one.is_person else Edits()
        cursor = await cursor_of(connection, "dynamics", one.name)
        claimed = Claim(
            one,
            direction,
            changes,
            links,
            edits.valid,
            edits.refused,
            await _parents(connection, one, direction, changes),
            cursor.first_read_started_at if cursor else engine.now(),
            _may_be_known(cursor, changes),
        )
        if direction == "to-marketo":
            await _without_those_who_will_not_come(connection, claimed)
        claimed.results = await looping(engine, connection, one, claimed.changes, links)
    return claimed


@dataclass(frozen=True, slots=True)
class Edits:
    """What the other side's changes hold of a round's records: what may collide with a write, and what was refused."""

    valid: Values = field(default_factory=dict)
    refused: Values = field(default_factory=dict)


async def _other_sides(
    connection: AsyncConnection, one: Object, direction: Direction, links: Mapping[str, Link]
) -> Edits:
    """A value that was refused does not collide: it cannot win over one that is not."""
    others = {other: record for record, link in links.items() if (other := other_id(link, direction))}
    back = opposite(direction)
    theirs = await waiting_values(connection, one.name, back, list(others))
    valid = await waiting_values(connection, one.name, back, list(theirs), parked=False) if theirs else {}
    return Edits(
        {others[other]: values for other, values in valid.items()},
        {others[other]: values for other, values in theirs.items() if other not in valid},
    )


async def _without_those_who_will_not_come(connection: AsyncConnection, claimed: Claim) -> None:
    """Takes owners and parents who will never be in Marketo out of the changes, which go without them."""
    one, parents = claimed.one, claimed.parents
    claimed.changes = await without_absent_owners(connection, one, claimed.changes, parents)
    claimed.left_out = await left_out_parents(connection, one, claimed.changes, parents)
    if claimed.left_out:
        claimed.changes = [without_parents(one, change, claimed.left_out) for change in claimed.changes]


def _may_be_known(cursor: Cursor | None, changes: Sequence[Change]) -> bool:
    """Whether any of these was noted by the first read, when Marketo may hold our ids of an earlier life already.

    Of one that was an error in between, nobody knows: it waits anew.
    """
    done_at = cursor.first_read_done_at if cursor else None
    return done_at is None or any(change.attempts or change.waiting_since <= done_at for change in changes)


async def _parents(
    connection: AsyncConnection, one: Object, direction: Direction, changes: Sequence[Change]
) -> dict[str, dict[str, str]]:
    """Per parent object, Marketo's ids of the parents these changes refer to, as far as they are there.

    Of all references, Dynamics is only told owners.
    """
    wanted: dict[str, set[str]] = {}
    for each in (each for each in one.fields if direction == "to-marketo" or each.owner):
        for parent in each.parents:
            ids = {change.values.get(each.name) for change in changes} - {None}
            wanted.setdefault(parent.object, set()).update(str(one) for one in ids)
    return {parent: await marketo_ids(connection, parent, list(ids)) for parent, ids in wanted.items()}
