"""Noting what a source showed: a change joins the backlog, folds into one that waits, or is skipped with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, false, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import LOOP, NOTHING_NEW, SILENT, Direction, Operation, Seen
from storage.database import Database, among
from storage.ledger.activity import log_skipped
from storage.ledger.overtaking import code_of_fold
from storage.ledger.totals import Measure, Moves, Total, move
from storage.models import changes, errors
from storage.rows import insert_rows


@dataclass(frozen=True, slots=True)
class Lane:
    """One object in one direction, as `note` needs it: `first_read_at` bounds how long a change can have waited."""

    object: str
    direction: Direction
    first_read_at: datetime


async def note(
    database: Database, connection: AsyncConnection, lane: Lane, seen: Sequence[Seen], now: datetime
) -> Moves:
    """Notes `seen` (at most one per record) in one transaction with whatever else its caller writes.

    Returns by how much each total moved.
    """
    waiting = await _waiting(connection, lane, [one.record_id for one in seen])
    noted = _Noted(lane, now)
    for one in seen:
        noted.add(one, waiting.get(one.record_id))
    await insert_rows(connection, changes, noted.new)
    if noted.folded:
        await _write_folded(connection, noted.folded)
    if noted.dropped:
        await _drop(connection, noted.dropped, now)
    skipped = [
        one for one in seen if one.skip and one.skip not in SILENT and (one.left_out or one.record_id not in waiting)
    ]
    await log_skipped(connection, lane.object, lane.direction, [(one.record_id, str(one.skip)) for one in skipped], now)
    await move(database, connection, noted.moves)
    return noted.moves


@dataclass(slots=True)
class _Noted:
    """What becomes of what was seen: rows to insert, rows to fold into, numbers to drop, and how the totals move."""

    lane: Lane
    now: datetime
    moves: Moves = field(default_factory=Moves)
    new: list[dict[str, Any]] = field(default_factory=list)
    folded: list[dict[str, Any]] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)

    def add(self, one: Seen, existing: Row[Any] | None) -> None:
        """One record as seen, beside the change it has already."""
        self._count(one, "noted")
        if one.left_out:
            self._count(one, "skipped", str(one.skip))
            if existing is not None and existing.state != "in_flight":  # which is being settled elsewhere
                self.dropped.append(_dropped(self.lane, existing, one, self.moves))
        elif existing is not None and not _adds_nothing(existing, one):
            self.folded.append(_fold(self.lane, existing, one, self.moves, self.now))
        elif one.skip or existing is not None:
            self._count(one, "skipped", one.skip or NOTHING_NEW)
        else:
            self._count(one, "backlog")
            self.new.append(_new(self.lane, one, self.now))

    def _count(self, one: Seen, measure: Measure, reason: str = "") -> None:
        self.moves[Total(self.lane.object, self.lane.direction, one.operation, measure, reason)] += 1


async def _waiting(connection: AsyncConnection, lane: Lane, record_ids: Sequence[str]) -> Mapping[str, Row[Any]]:
    query = (
        select(changes)
        .where(
            changes.c.object == lane.object,
            changes.c.direction == lane.direction,
            among(connection, changes.c.record_id, record_ids),
        )
        .with_for_update()
    )
    return {row.record_id: row for row in await connection.execute(query)}


def _new(lane: Lane, one: Seen, now: datetime) -> dict[str, Any]:
    return {
        "object": lane.object,
        "direction": lane.direction,
        "record_id": one.record_id,
        "operation": one.operation,
        "state": "deferred" if one.not_before else "waiting",
        "next_at": one.not_before,
        "values": one.values,
        "extra": one.extra,
        "label": one.label,
        "waiting_since": max(one.edited_at, lane.first_read_at),
        "noted_at": now,
        "edited_by": one.edited_by,
    }


def _adds_nothing(existing: Row[Any], one: Seen) -> bool:
    """A parked change is only tried again for something new."""
    return (
        existing.state == "parked"
        and one.operation != "delete"
        and not one.extra
        and ({**existing.values, **one.values} == existing.values)
    )


def _fold(lane: Lane, existing: Row[Any], one: Seen, moves: Moves, now: datetime) -> dict[str, Any]:
    operation = folded_operation(existing.operation, one.operation)
    stays = existing.state == "parked" and existing.code == LOOP and operation != "delete"
    healed = existing.state == "parked" and not stays
    moves[Total(lane.object, lane.direction, one.operation, "folded")] += 1
    moves[Total(lane.object, lane.direction, existing.operation, measure_of(existing))] -= 1
    moves[Total(lane.object, lane.direction, operation, measure_of(existing) if stays else "backlog")] += 1
    return {
        "b_id": existing.id,
        "b_operation": operation,
        "b_state": "waiting" if healed else existing.state,
        "b_waiting_since": _waits_anew(existing, one, now) if healed else existing.waiting_since,
        "b_values": {**existing.values, **one.values},
        "b_extra": {**(existing.extra or {}), **(one.extra or {})} or None,
        "b_code": code_of_fold(existing, one, operation),
        "b_label": one.label or existing.label,
        "b_edited_by": one.edited_by or existing.edited_by,
        "b_ignored": existing.ignored and stays,
        "b_healed": healed,
    }


def _waits_anew(existing: Row[Any], one: Seen, now: datetime) -> datetime:
    """An error did not wait: what heals it waits since the edit, or since now where none came after the refused one."""
    return one.edited_at if one.edited_at > existing.waiting_since else now


def _dropped(lane: Lane, existing: Row[Any], one: Seen, moves: Moves) -> int:
    moves[Total(lane.object, lane.direction, existing.operation, measure_of(existing))] -= 1
    moves[Total(lane.object, lane.direction, existing.operation, "skipped", str(one.skip))] += 1
    return int(existing.id)


async def _drop(connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    """What waited of records that are not kept in step any more: it is not sent, and its errors are settled."""
    await connection.execute(delete(changes).where(among(connection, changes.c.id, ids)))
    settled = update(errors).where(among(connection, errors.c.change_id, ids))
    await connection.execute(settled.values(state="resolved", closed_at=now))


def measure_of(change: Row[Any]) -> Measure:
    """Which total counts a change as it stands."""
    if change.state != "parked":
        return "backlog"
    return "ignored" if change.ignored else "open"


def folded_operation(before: Operation, now: Operation) -> Operation:
    """What a waiting operation becomes when the record is seen once more."""
    if now == "delete":
        return "delete"
    return "update" if before == "delete" else before


async def _write_folded(connection: AsyncConnection, folded: list[dict[str, Any]]) -> None:
    statement = (
        update(changes)
        .where(changes.c.id == bindparam("b_id"))
        .values(
            operation=bindparam("b_operation"),
            state=bindparam("b_state"),
            waiting_since=bindparam("b_waiting_since", type_=changes.c.waiting_since.type),
            values=bindparam("b_values", type_=changes.c["values"].type),
            extra=bindparam("b_extra", type_=changes.c.extra.type),
            code=bindparam("b_code"),
            label=bindparam("b_label"),
            edited_by=bindparam("b_edited_by"),
            cautious=false(),
            ignored=bindparam("b_ignored"),
        )
    )
    await connection.execute(statement, [{key: row[key] for key in row if key != "b_healed"} for row in folded])
    healed = [row["b_id"] for row in folded if row["b_healed"]]
    if healed:
        await connection.execute(
            update(errors).where(among(connection, errors.c.change_id, healed)).values(state="retrying")
        )
