"""Reads: sync errors in the plain form an export wants, many at a time; nothing is made into objects on the way."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, literal, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, among
from storage.models import changes, errors

Row = Sequence[Any]
CACHE = -8192  # kilobytes, as SQLite writes them


async def exported(
    database: Database, ids: Sequence[int], owner_fields: Sequence[str], size: int = 2000
) -> AsyncIterator[list[Row]]:
    """The errors with these ids in their order, `size` at a time: a short look for each, never a long read.

    A row is (id, object, direction, operation, code, message, label, dynamics_id, marketo_id, first_failed_at,
    failed_at, attempts, next_at, owner): times as ISO 8601 in UTC, the owner as the first of the change's
    `owner_fields` that holds one; what is not known is empty.
    """
    for start in range(0, len(ids), size):
        wanted = ids[start : start + size]
        async with database.read() as connection, _little_cache(database, connection):
            found = await connection.execute(
                _query(connection, owner_fields).where(among(connection, errors.c.id, wanted))
            )
            by_id = {row[0]: row for row in found}
        yield [by_id[one] for one in wanted if one in by_id]


@asynccontextmanager
async def _little_cache(database: Database, connection: AsyncConnection) -> AsyncIterator[None]:
    """What is read once in passing need not be kept in memory."""
    if not database.is_sqlite:
        yield
        return
    (before,) = (await connection.exec_driver_sql("PRAGMA cache_size")).one()
    await connection.exec_driver_sql(f"PRAGMA cache_size={CACHE}")
    yield
    await connection.exec_driver_sql(f"PRAGMA cache_size={before}")


def _query(connection: AsyncConnection, owner_fields: Sequence[str]) -> Select[Any]:
    held = [changes.c["values"][one].as_string() for one in owner_fields]
    owner = func.coalesce(*held, "") if held else literal("")
    empty = [func.coalesce(one, "") for one in (errors.c.dynamics_id, errors.c.marketo_id)]
    times = [_iso(connection, one) for one in (errors.c.first_failed_at, errors.c.failed_at)]
    known = [errors.c[name] for name in ("id", "object", "direction", "operation", "code", "message", "label")]
    columns = [*known, *empty, *times, errors.c.attempts, _iso(connection, changes.c.next_at), owner]
    return select(*columns).select_from(errors.outerjoin(changes, changes.c.id == errors.c.change_id))


def _iso(connection: AsyncConnection, moment: ColumnElement[Any]) -> ColumnElement[str]:
    """Milliseconds since 1970 as text, made by the database: a million of them take Python seconds."""
    number = type_coerce(moment, BigInteger)
    if connection.dialect.name == "sqlite":
        seconds = cast(number / 1000, BigInteger)
        return func.coalesce(func.strftime("%Y-%m-%dT%H:%M:%SZ", seconds, "unixepoch"), "")
    utc = func.timezone("UTC", func.to_timestamp(func.floor(number / 1000.0)))
    return func.coalesce(func.to_char(utc, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), "")
