"""Rows put into a database by hand, for tests of what reads them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from storage.database import Database
from storage.models import changes, cursors, errors, lanes, passes, samples, services, throughput, totals

_numbers = count(1)


async def put(database: Database, table: Any, *rows: dict[str, Any]) -> None:
    async with database.write() as connection:
        for start in range(0, len(rows), 5000):
            await connection.execute(table.insert(), list(rows[start : start + 5000]))


def change(object: str, direction: str, operation: str, since: datetime, **given: Any) -> dict[str, Any]:
    number = next(_numbers)
    usual = {"record_id": f"record-{number}", "state": "waiting", "values": {}, "noted_at": since}
    named = {"object": object, "direction": direction, "operation": operation, "waiting_since": since}
    return {**usual, **named, **given}


def total(object: str, direction: str, operation: str, measure: str, value: int) -> dict[str, Any]:
    named = {"object": object, "direction": direction, "operation": operation}
    return {**named, "measure": measure, "reason": "", "value": value}


def error(at: datetime, **given: Any) -> dict[str, Any]:
    number = next(_numbers)
    usual = {
        "change_id": number,
        "object": "leads",
        "direction": "to-marketo",
        "operation": "update",
        "record_id": f"record-{number}",
        "dynamics_id": f"{number:08}-0000-4000-8000-000000000000",
        "marketo_id": None,
        "label": "Ada Lovelace",
        "code": "1003",
        "message": "Invalid email address",
        "state": "open",
        "first_failed_at": at,
        "failed_at": at,
        "attempts": 1,
    }
    return {**usual, **given}


async def waiting(
    database: Database, object: str, direction: str, operation: str, number: int, since: datetime
) -> None:
    """`number` changes in the totals, and the oldest of them as a row."""
    await put(database, totals, total(object, direction, operation, "backlog", number))
    await put(database, changes, change(object, direction, operation, since))


async def live(database: Database, *names: tuple[str, str]) -> None:
    await put(database, lanes, *({"object": name, "direction": way, "live": True} for name, way in names))


async def all_read(database: Database, names: Sequence[str], at: datetime, every: timedelta) -> None:
    """Both services in reach and every object read at `at`; the next pass is `every` later."""
    await put(database, services, *({"name": name, "read_at": at} for name in ("dynamics", "marketo")))
    await put(database, cursors, *({"side": "dynamics", "feed": name, "read_at": at} for name in names))
    await put(database, passes, {"name": "sync", "started_at": at, "finished_at": at, "next_at": at + every})


async def synced(database: Database, object: str, direction: str, minute: datetime, records: int) -> None:
    named = {"object": object, "direction": direction, "operation": "update"}
    await put(database, throughput, {"minute": minute, **named, "records": records})


async def sampled(database: Database, object: str, direction: str, at: datetime, backlog: int) -> None:
    await put(database, samples, {"at": at, "object": object, "direction": direction, "backlog": backlog})


async def failed(database: Database, *rows: dict[str, Any]) -> None:
    await put(database, errors, *rows)
