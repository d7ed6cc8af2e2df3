"""One round of one object in one direction: claim, decide, send, settle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import (
    Candidate,
    Change,
    Direction,
    Link,
    Parked,
    Postponed,
    Result,
    Seen,
    Settled,
    Skipped,
    opposite,
)
from storage.ledger.claiming import mark_in_flight, next_in_line, waiting_values
from storage.ledger.links import Key, links_by, marketo_ids, taken
from storage.ledger.noting import Lane, note
from storage.ledger.readings import cursor_of, restart_lane, stop_lane
from storage.ledger.settling import Round, settle, wake_children
from sync.decide import Insert, Skip, Write, decide
from sync.engine import Engine
from sync.errors import Later, Never, PersonMustLook, SyncFailure
from sync.loops import looping
from sync.matching import AMBIGUOUS
from sync.objects import Field, Object
from sync.orphans import PARENT_LEFT_OUT, left_out_parents, without_parents
from sync.owners import without_absent_owners
from sync.values import beside, fingerprint

LONGEST_WAIT = timedelta(minutes=15)
FIRST_WAIT = timedelta(seconds=5)
MOST_DOUBLINGS = 8


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
    """The changes of one round, and what deciding about them needs."""

    one: Object
    direction: Direction
    changes: list[Change]
    links: dict[str, Link]
    other_side: Mapping[str, Mapping[str, Any]]
    refused: Mapping[str, Mapping[str, Any]]
    parents: Mapping[str, Mapping[str, str]]
    first_read_at: datetime
    reading_first: bool
    results: list[Result] = field(default_factory=list)
    noted: dict[tuple[str, Direction], list[Seen]] = field(default_factory=dict)
    stopped: PersonMustLook | None = None
    delayed: Later | None = None
    left_out: set[str] = field(default_factory=set)
    awaited: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return "dynamics_id" if self.direction == "to-marketo" else "marketo_id"

    def waiting(self) -> list[Change]:
        """Those that nothing was decided about yet."""
        done = {result.change.id for result in self.results}
        return [change for change in self.changes if change.id not in done]


async def claim(engine: Engine, one: Object, direction: Direction, size: int) -> Claim | None:
    """Takes the next round, of at most `size`, out of the line and marks it in flight; None where nothing waits."""
    key: Key = "dynamics_id" if direction == "to-marketo" else "marketo_id"
    left_out: set[str] = set()
    async with engine.database.write() as connection:
        changes = await next_in_line(connection, one.name, direction, size)
        if not changes:
            return None
        await mark_in_flight(connection, [change.id for change in changes])
        ids = [change.record_id for change in changes]
        links = await links_by(connection, one.name, key, ids)
        others = {other: record for record, link in links.items() if (other := _other(link, direction))}
        theirs = await waiting_values(connection, one.name, opposite(direction), list(others)) if one.is_person else {}
        valid = await _valid_edits(connection, one, opposite(direction), list(theirs)) if theirs else {}
        cursor = await cursor_of(connection, "dynamics", one.name)
        parents = await _parents(connection, one, direction, changes)
        if direction == "to-marketo":
            changes = await without_absent_owners(connection, one, changes, parents)
            left_out = await left_out_parents(connection, one, changes, parents)
            changes = [without_parents(one, change, left_out) for change in changes] if left_out else changes
        parked = await looping(engine, connection, one, changes, links)
    return Claim(
        one,
        direction,
        changes,
        links,
        {others[other]: values for other, values in valid.items()},
        {others[other]: values for other, values in theirs.items() if other not in valid},
        parents,
        cursor.first_read_started_at if cursor else engine.now(),
        cursor is None or cursor.first_read_done_at is None or _within_first_read(cursor.first_read_done_at, changes),
        left_out=left_out,
        results=parked,
    )


async def _valid_edits(
    connection: AsyncConnection, one: Object, direction: Direction, ids: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """What may collide with a write. A value that was refused does not: it cannot win over one that is not."""
    return await waiting_values(connection, one.name, direction, ids, parked=False)


def _within_first_read(done_at: datetime, changes: Sequence[Change]) -> bool:
    """Whether any of these was noted by the first read, when Marketo may hold our ids of an earlier life already."""
    return any(change.waiting_since <= done_at for change in changes)


def _other(link: Link, direction: Direction) -> str | None:
    return link.marketo_id if direction == "to-marketo" else link.dynamics_id


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


def take(claimed: Claim, match_links: Mapping[str, Link]) -> list[Item]:
    """Decides about all that nothing was decided about yet; a skip is a result, the rest is on its way."""
    items = []
    for change in claimed.waiting():
        link = match_links.get(change.record_id) or claimed.links.get(change.record_id)
        decision = decide(claimed.one, change, link, claimed.other_side.get(change.record_id))
        if isinstance(decision, Skip):
            claimed.results.append(skipped(claimed, change, link, decision))
        else:
            items.append(Item(change, link, decision, claimed.refused.get(change.record_id, {})))
    return items


def skipped(claimed: Claim, change: Change, link: Link | None, decision: Skip) -> Skipped:
    if link is None:
        return Skipped(change, decision.reason)
    found = {name: fingerprint(claimed.one.field(name), value) for name, value in decision.agreed.items()}
    return Skipped(change, decision.reason, replace(link, agreed={**link.agreed, **found}))


def defer(engine: Engine, claimed: Claim) -> None:
    """A change whose parent is not in Marketo yet waits for it; it has not failed."""
    references = [each for each in claimed.one.fields if each.parents]
    for change in claimed.waiting() if references else ():
        for each in references:
            parent = change.values.get(each.name)
            if parent in claimed.left_out and change.operation != "delete":
                claimed.results.append(Skipped(change, PARENT_LEFT_OUT))
                break
            if parent and change.operation != "delete" and not _is_there(claimed, each, parent):
                found = for_parent(engine, change, each)
                claimed.awaited.add(str(found.waits_for))
                claimed.results.append(found)
                break


def for_parent(engine: Engine, change: Change, reference: Field) -> Postponed:
    """The change waits for the parent that it refers to, and is tried again now and then all the same."""
    parent = change.values.get(reference.name)
    waits_for = f"{change.values.get(beside(reference)) or reference.parents[0].object}:{parent}"
    next_at = engine.now() + wait(change.attempts)
    return Postponed(change, "deferred", "parent", f"waits for {waits_for}", next_at, waits_for)


def _is_there(claimed: Claim, reference: Field, parent: str) -> bool:
    return any(parent in claimed.parents.get(each.object, {}) for each in reference.parents)


def wait(attempts: int, retry_after: float | None = None) -> timedelta:
    """5 s, 10 s, 20 s … up to a quarter of an hour, unless the service named its own."""
    if retry_after is not None:
        return timedelta(seconds=retry_after)
    return min(FIRST_WAIT * (1 << min(attempts, MOST_DOUBLINGS)), LONGEST_WAIT)


def failed(engine: Engine, claimed: Claim, item: Item, failure: SyncFailure, settles_after: timedelta) -> None:
    """Files a refusal by its kind. `settles_after` is how long a lost call may still take effect on that side."""
    change, now = item.change, engine.now()
    if isinstance(failure, Never):
        there = item.link if item.link and not item.link.planned else Link(claimed.one.name, None, None)
        claimed.results.append(
            Parked(change, failure.code, failure.message, there.dynamics_id, there.marketo_id, failure.candidates)
        )
    elif isinstance(failure, PersonMustLook):
        claimed.stopped = failure
        next_at = now + engine.pace.stopped_for
        claimed.results.append(Postponed(change, "retrying", failure.code, failure.message, next_at))
    elif isinstance(failure, Later) and failure.unknown:
        claimed.delayed = failure
        next_at = now + settles_after
        claimed.results.append(Postponed(change, "unknown", failure.code, failure.message, next_at, unsure=True))
    else:
        retry_after = failure.retry_after if isinstance(failure, Later) else None
        next_at = now + wait(change.attempts, retry_after)
        claimed.results.append(Postponed(change, "retrying", failure.code, failure.message, next_at))


def fail_all(engine: Engine, claimed: Claim, failure: SyncFailure) -> None:
    """Nothing of this round was sent, because the other side could not even be asked."""
    if isinstance(failure, Later):
        claimed.delayed = failure
        failure = Later(failure.code, failure.message, retry_after=failure.retry_after)
    for change in claimed.waiting():
        failed(engine, claimed, Item(change, None, Insert({})), failure, timedelta())


async def keep_free(engine: Engine, claimed: Claim, matched: dict[str, Link]) -> dict[str, Link]:
    """Of the links that a match proposes, those whose other record nobody else is linked to; the rest is parked."""
    held: dict[str, str] = {}
    async with engine.database.read() as connection:
        for name in {link.object for link in matched.values()}:
            links = [link for link in matched.values() if link.object == name]
            held |= await taken(connection, name, claimed.key, links)
    for change in claimed.waiting() if held else ():
        if change.record_id in held:
            claimed.results.append(_parked_as_taken(claimed, change, matched[change.record_id], held[change.record_id]))
    return {record_id: link for record_id, link in matched.items() if record_id not in held}


def _parked_as_taken(claimed: Claim, change: Change, link: Link, holder: str) -> Parked:
    found, there, here = _other(link, claimed.direction), "Dynamics", "Marketo"
    if claimed.direction == "to-marketo":
        there, here = here, there
    message = f"{found} of {link.object} in {there} is {holder} in {here} already"
    named = (Candidate(link.object, found),) if found else ()
    return Parked(change, AMBIGUOUS, message, link.dynamics_id, link.marketo_id, named)


async def _park_taken(connection: AsyncConnection, claimed: Claim) -> None:
    """What was written may turn out to be a record that another one is linked to: two roles that Marketo holds as one.

    A second link cannot be saved, and trying would fail for ever.
    """
    new = {
        result.change.record_id: result.link
        for result in claimed.results
        if isinstance(result, Settled) and result.link and _is_new(claimed, result.change, result.link)
    }
    held = await taken(connection, claimed.one.name, claimed.key, list(new.values())) if new else {}
    claimed.results = [
        _parked_as_taken(claimed, result.change, new[result.change.record_id], held[result.change.record_id])
        if isinstance(result, Settled) and result.change.record_id in held
        else result
        for result in claimed.results
    ]


def _is_new(claimed: Claim, change: Change, link: Link) -> bool:
    before = claimed.links.get(change.record_id)
    return before is None or _other(before, claimed.direction) != _other(link, claimed.direction)


async def _go_on_with_parents(connection: AsyncConnection, claimed: Claim) -> None:
    """Parents that came while this round was under way could not wake those that were not waiting for them yet."""
    for name in {waits_for.split(":")[0] for waits_for in claimed.awaited}:
        ids = [waits_for.split(":")[1] for waits_for in claimed.awaited if waits_for.startswith(f"{name}:")]
        await wake_children(connection, [f"{name}:{there}" for there in await marketo_ids(connection, name, ids)])


async def finish(engine: Engine, claimed: Claim) -> None:
    """Settles the round, and notes what it taught about the way back, in one transaction."""
    now = engine.now()
    async with engine.database.write() as connection:
        await _park_taken(connection, claimed)
        done = Round(claimed.one.name, claimed.direction, claimed.results, two_way=claimed.one.is_person)
        await settle(engine.database, connection, done, now)
        await _go_on_with_parents(connection, claimed)
        for (name, direction), seen in claimed.noted.items():
            await note(engine.database, connection, Lane(name, direction, claimed.first_read_at), seen, now)
        if claimed.stopped:
            lane = (claimed.one.name, claimed.direction)
            await stop_lane(engine.database, connection, *lane, claimed.stopped.code, claimed.stopped.message, now)
        else:
            await restart_lane(connection, claimed.one.name, claimed.direction)
