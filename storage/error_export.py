"""Reads: sync errors as lines of CSV, put together by the database: Python would take a million of them half a minute.

Lines are as RFC 4180 has them, every text in quotes. No cell begins as a formula does: a spreadsheet takes what begins
with = + - @, a tab or a carriage return for one, and an apostrophe before it makes it text (OWASP, "CSV injection").
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, func, literal, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, among
from storage.models import changes, errors

CACHE = -8192  # kilobytes, as SQLite writes them
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
END = "\r\n"
LINE = '%s,%s,%s,%s,%s,"%s","%s","%s","%s","%s","%s","%s",%s,%s,%s,%s,"%s"' + END

Around = Mapping[str, tuple[str, str]]
"""By object, what stands before and behind an id in the address of a record; an object without one is left out."""


async def csv_lines(
    database: Database,
    ids: Sequence[int],
    owner_fields: Sequence[str],
    dynamics: Around,
    marketo: Around,
    size: int = 5000,
) -> AsyncIterator[tuple[str, int]]:
    """The errors with these ids in their order, and how many: at most `size` at a time, each a short look.

    A line is id, object, direction, operation, state, code, message, label, dynamics_id, marketo_id, their two
    addresses, first_failed_at, failed_at, attempts, next_at, owner: times as ISO 8601 in UTC, the owner as the first
    of the change's `owner_fields` that holds one; what is not known is empty.
    """
    line = _line(database.is_sqlite, owner_fields, dynamics, marketo)
    query = select(errors.c.id, line).outerjoin(changes, changes.c.id == errors.c.change_id)
    for start in range(0, len(ids), size):
        wanted = ids[start : start + size]
        async with database.read() as connection, _little_cache(database, connection):
            found = await connection.execute(query.where(among(connection, errors.c.id, wanted)))
            by_id: dict[int, str] = {row[0]: row[1] for row in found}
        lines = [by_id[one] for one in wanted if one in by_id]
        yield "".join(lines), len(lines)


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


Text = ColumnElement[str]


def _line(sqlite: bool, owner_fields: Sequence[str], dynamics: Around, marketo: Around) -> Text:
    held = [changes.c["values"][one].as_string() for one in owner_fields]
    cells = [
        errors.c.id,
        *(errors.c[name] for name in ("object", "direction", "operation", "state")),  # our own words
        *(_safe(sqlite, errors.c[name]) for name in ("code", "message", "label", "dynamics_id", "marketo_id")),
        _address(errors.c.dynamics_id, dynamics),
        _address(errors.c.marketo_id, marketo),
        *(_iso(sqlite, errors.c[name]) for name in ("first_failed_at", "failed_at")),
        errors.c.attempts,
        _iso(sqlite, changes.c.next_at),
        _safe(sqlite, func.coalesce(*held, "") if held else literal("")),
    ]
    # In one go, for every || would copy the line so far; either database writes nothing for NULL.
    formatted = func.printf if sqlite else func.format
    return formatted(LINE, *cells)


def _safe(sqlite: bool, text: ColumnElement[Any]) -> Text:
    """A cell of untrusted text, its quotes doubled."""
    first = func.unicode(text) if sqlite else func.ascii(text)
    text = case((first.in_([ord(each) for each in FORMULAS]), literal("'") + text), else_=text)
    return func.replace(text, '"', '""')


def _address(record_id: ColumnElement[str | None], around: Around) -> Text:
    """The address of a record, none where it has no id or its object no address. What is the same is quoted once."""
    quoted = {name: [part.replace('"', '""') for part in parts] for name, parts in around.items()}
    within = func.replace(record_id, '"', '""')
    made = [(errors.c.object == name, literal(before) + within + after) for name, (before, after) in quoted.items()]
    return case(*made, else_="") if made else literal("")


def _iso(sqlite: bool, moment: ColumnElement[object]) -> Text:
    """Milliseconds since 1970 as text."""
    number = type_coerce(moment, BigInteger)
    if sqlite:
        seconds = number.op("/")(1000)
        return func.strftime("%Y-%m-%dT%H:%M:%SZ", seconds, "unixepoch")
    utc = func.timezone("UTC", func.to_timestamp(func.floor(number / 1000.0)))
    return func.to_char(utc, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
