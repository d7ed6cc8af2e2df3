"""Writing down what became of the changes that were in flight: outcome, link, throughput and error together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Update, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import LOOP, Change, Direction, Link, Parked, Postponed, Result, Settled, Skipped, opposite
from storage.database import Database, among
from storage.ledger.activity import log_done
from storage.ledger.links import forget_plans, key_of, save_links
from storage.ledger.noting import measure_of
from storage.ledger.overtaking import but_for_overtaken
from storage.ledger.totals import Moves, Total, move
from storage.models import changes, errors, throughput


@dataclass(frozen=True, slots=True)
class Round:
    """The results of one round of one object and direction, sorted by kind; `two_way` objects travel back too.

    Writes of one record that follow each other within `streak_within` may be a loop, and are counted.
    """

    object: str
    direction: Direction
    results: Sequence[Result]
    two_way: bool = True
    streak_within: timedelta = timedelta()

    def of(self, kind: type[Any]) -> list[Any]:
        return [one for one in self.results if isinstance(one, kind)]

    @property
    def written(self) -> list[Settled]:
        """All that the other side took, also of changes that are not over."""
        left = [*self.of(Parked), *self.of(Postponed)]
        return [*self.of(Settled), *(one.ahead for one in left if one.ahead)]


async def settle(database: Database, connection: AsyncConnection, done: Round, now: datetime) -> None:
    """Moves every change of the round to where it now belongs, with its totals, in its caller's transaction."""
    done = replace(done, results=await but_for_overtaken(connection, done.results))
    settled, skipped, parked = done.of(Settled), done.of(Skipped), done.of(Parked)
    await _close(connection, [one.change for one in (*settled, *skipped)], now)
    await log_done(connection, done.written, skipped, now)
    await _link(database, connection, done, now)
    await _postpone(connection, done.of(Postponed))
    await _park(database, connection, parked, now)
    if settled:
        await _count_throughput(database, connection, settled, now)
        await wake_children(connection, [f"{done.object}:{one.link.dynamics_id}" for one in settled if one.link])
    moves = _moves(done)
    if done.written and done.two_way:
        moves.update(await _tell_the_other_side(connection, done, now))
    await move(database, connection, moves)


def _moves(done: Round) -> Moves:
    moves = Moves()
    for one in done.results:
        if isinstance(one, Postponed):
            continue
        moves[Total(done.object, done.direction, one.change.operation, "backlog")] -= 1
        if isinstance(one, Settled):
            moves[Total(done.object, done.direction, one.operation, "synced")] += 1
        elif isinstance(one, Skipped):
            moves[Total(done.object, done.direction, one.change.operation, "skipped", one.reason)] += 1
        else:
            moves[Total(done.object, done.direction, one.change.operation, "open")] += 1
    return moves


async def _close(connection: AsyncConnection, closed: Sequence[Change], now: datetime) -> None:
    if not closed:
        return
    await connection.execute(delete(changes).where(among(connection, changes.c.id, [change.id for change in closed])))
    tried = [change.id for change in closed if change.attempts]
    if tried:
        healed = (
            update(errors).where(among(connection, errors.c.change_id, tried)).values(state="resolved", closed_at=now)
        )
        await connection.execute(healed)


async def _link(database: Database, connection: AsyncConnection, done: Round, now: datetime) -> None:
    by = key_of(done.direction)
    written = [one.link for one in done.written if one.link]
    await save_links(connection, written, by, now, done.streak_within)
    learnt = [one.link for one in (*done.of(Skipped), *done.of(Postponed)) if one.link]
    await save_links(connection, learnt, by)
    refused = [one.change.record_id for one in done.of(Parked)]
    refused += [one.change.record_id for one in done.of(Skipped) if one.link is None]
    if refused:
        await forget_plans(connection, done.object, by, refused)


async def _postpone(connection: AsyncConnection, postponed: Sequence[Postponed]) -> None:
    if not postponed:
        return
    rows = [
        {
            "b_id": one.change.id,
            "b_state": one.state,
            "b_code": one.code,
            "b_message": one.message,
            "b_next_at": one.next_at,
            "b_waits_for": one.waits_for,
            "b_unsure": one.unsure or one.change.unsure,
        }
        for one in postponed
    ]
    await connection.execute(_tried_again(), rows)


def _tried_again() -> Update:
    return (
        update(changes)
        .where(changes.c.id == bindparam("b_id"))
        .values(
            state=bindparam("b_state"),
            code=bindparam("b_code"),
            message=bindparam("b_message"),
            next_at=bindparam("b_next_at"),
            waits_for=bindparam("b_waits_for"),
            unsure=bindparam("b_unsure"),
            attempts=changes.c.attempts + 1,
        )
    )


async def _park(database: Database, connection: AsyncConnection, parked: Sequence[Parked], now: datetime) -> None:
    if not parked:
        return
    await connection.execute(
        update(changes)
        .where(among(connection, changes.c.id, [one.change.id for one in parked]))
        .values(state="parked", next_at=None, unsure=False, attempts=changes.c.attempts + 1, code=None)
    )
    if loops := [one.change.id for one in parked if one.code == LOOP]:
        await connection.execute(update(changes).where(among(connection, changes.c.id, loops)).values(code=LOOP))
    statement = database.upsert(errors)
    news = ["operation", "dynamics_id", "marketo_id", "label", "code", "message", "words"]
    news += ["state", "failed_at", "attempts", "candidates"]
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["change_id"], set_={name: statement.excluded[name] for name in news}
        ),
        [_error(one, now) for one in parked],
    )


def _error(one: Parked, now: datetime) -> dict[str, Any]:
    change = one.change
    own = {"dynamics_id": change.record_id} if change.direction == "to-marketo" else {"marketo_id": change.record_id}
    return {
        "change_id": change.id,
        "object": change.object,
        "direction": change.direction,
        "operation": change.operation,
        "record_id": change.record_id,
        "dynamics_id": one.dynamics_id,
        "marketo_id": one.marketo_id,
        **own,
        "label": change.label,
        "code": one.code[:40],
        "message": one.message,
        "state": "open",
        "first_failed_at": now,
        "failed_at": now,
        "attempts": change.attempts + 1,
        "candidates": [asdict(each) for each in one.candidates] or None,
    }


async def _count_throughput(
    database: Database, connection: AsyncConnection, settled: Sequence[Settled], now: datetime
) -> None:
    counted = Counter((one.change.object, one.change.direction, one.operation) for one in settled)
    minute = now.replace(second=0, microsecond=0)
    statement = database.upsert(throughput)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=throughput.primary_key,
            set_={"records": throughput.c.records + statement.excluded.records},
        ),
        [
            {"minute": minute, "object": object, "direction": direction, "operation": operation, "records": records}
            for (object, direction, operation), records in counted.items()
        ],
    )


async def wake_children(connection: AsyncConnection, parents: Sequence[str]) -> None:
    """Parents ("accounts:GUID") that are there at last let those that waited for them go on."""
    if (
        await connection.execute(select(changes.c.id).where(changes.c.waits_for.is_not(None)).limit(1))
    ).first() is None:
        return
    waiting = among(connection, changes.c.waits_for, parents)
    await connection.execute(update(changes).where(waiting).values(state="waiting", waits_for=None, next_at=None))


async def _tell_the_other_side(connection: AsyncConnection, done: Round, now: datetime) -> Moves:
    """What was just written is the newest known value of the side written to, also in a change waiting from there.

    Without this the loser of a collision would come back: its change still holds the value that lost. A parked change
    that it mends is tried again, but for one that went round in a loop. So is whatever is parked of a record that was
    deleted: it was refused for that, where the delete was held back, and is not to be written any more.
    """
    told = {other_id(one.link, done.direction): one.written for one in done.written if one.link and one.written}
    gone = {other_id(one.link, done.direction) for one in done.written if one.link and one.operation == "delete"}
    query = select(changes).where(
        changes.c.object == done.object,
        changes.c.direction == opposite(done.direction),
        among(connection, changes.c.record_id, [one for one in {*told, *gone} if one]),
    )
    found = list(await connection.execute(query)) if told or gone else []
    newest = {row.id: {**row.values, **told.get(row.record_id, {})} for row in found}
    rows = [{"b_id": row.id, "b_values": newest[row.id]} for row in found if row.record_id in told]
    if rows:
        newer = bindparam("b_values", type_=changes.c["values"].type)
        await connection.execute(update(changes).where(changes.c.id == bindparam("b_id")).values(values=newer), rows)
    parked = [row for row in found if row.state == "parked"]
    mended = [row for row in parked if row.record_id in gone or (row.code != LOOP and newest[row.id] != row.values)]
    return await _reopen(connection, mended, now) if mended else Moves()


async def _reopen(connection: AsyncConnection, parked: Sequence[Row[Any]], now: datetime) -> Moves:
    """Takes parked changes back into the backlog, where they wait from now on."""
    ids = [row.id for row in parked]
    again = {"state": "waiting", "ignored": False, "waiting_since": now}
    await connection.execute(update(changes).where(among(connection, changes.c.id, ids)).values(**again))
    await connection.execute(update(errors).where(among(connection, errors.c.change_id, ids)).values(state="retrying"))
    moves = Moves()
    for row in parked:
        moves[Total(row.object, row.direction, row.operation, measure_of(row))] -= 1
        moves[Total(row.object, row.direction, row.operation, "backlog")] += 1
    return moves


def other_id(link: Link, direction: Direction) -> str | None:
    """The id of the record that a write in `direction` wrote to."""
    return link.marketo_id if direction == "to-marketo" else link.dynamics_id
