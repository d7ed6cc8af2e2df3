"""What the sync did, record by record: created, updated, deleted (with a remark, if any), or skipped and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import SILENT, Direction, Settled, Skipped
from storage.models import activity
from storage.rows import insert_rows

OUTCOMES = {"insert": "created", "update": "updated", "delete": "deleted"}


async def log_done(
    connection: AsyncConnection, settled: Sequence[Settled], skipped: Sequence[Skipped], now: datetime
) -> None:
    """One row per change that was written or, for a reason worth telling, was not."""
    rows = [_written(one, now) for one in settled]
    rows += [
        _row(one.change.object, one.change.direction, one.change.record_id, now, "skipped", one.reason)
        | {"other_id": one.other_id}
        for one in skipped
        if one.reason not in SILENT
    ]
    await insert_rows(connection, activity, rows)


async def log_skipped(
    connection: AsyncConnection, object: str, direction: Direction, skipped: Sequence[tuple[str, str]], now: datetime
) -> None:
    """The same for records that were skipped as soon as they were seen: (record id, reason)."""
    rows = [_row(object, direction, record_id, now, "skipped", reason) for record_id, reason in skipped]
    await insert_rows(connection, activity, rows)


def _written(one: Settled, now: datetime) -> dict[str, Any]:
    change, link = one.change, one.link
    row = _row(change.object, change.direction, change.record_id, now, OUTCOMES[one.operation], one.remark)
    if link:
        row["other_id"] = link.marketo_id if change.direction == "to-marketo" else link.dynamics_id
    if one.operation == "update":
        row["fields"] = ",".join(one.written)
    return row


def _row(object: str, direction: Direction, record_id: str, now: datetime, outcome: str, reason: str) -> dict[str, Any]:
    return {
        "at": now,
        "object": object,
        "direction": direction,
        "outcome": outcome,
        "reason": reason[:40],
        "record_id": record_id,
        "other_id": None,
        "fields": "",
    }
