"""Reads: sync errors, searched, counted up to a limit, paged, and streamed for an export."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Direction, Operation
from storage.database import Database
from storage.models import changes, errors

OPEN = ("open",)
COUNT_STOPS_AT = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What every error found must fit. Each of `words` begins a word of it, an id or its code.

    `by_people` lets words match names and messages too; without it, searching cannot find out whose they are.
    """

    object: str | None = None
    code: str | None = None
    direction: Direction | None = None
    operation: Operation | None = None
    since: datetime | None = None
    words: tuple[str, ...] = ()
    by_people: bool = False


@dataclass(frozen=True, slots=True)
class SyncError:
    """One open error. `label` and `message` are people's data and untrusted text."""

    id: int
    object: str
    direction: Direction
    operation: Operation
    record_id: str
    dynamics_id: str | None
    marketo_id: str | None
    label: str
    code: str
    message: str
    first_failed_at: datetime
    failed_at: datetime
    attempts: int
    next_at: datetime | None


_COLUMNS: tuple[Any, ...] = (
    errors.c.id,
    errors.c.object,
    errors.c.direction,
    errors.c.operation,
    errors.c.record_id,
    errors.c.dynamics_id,
    errors.c.marketo_id,
    errors.c.label,
    errors.c.code,
    errors.c.message,
    errors.c.first_failed_at,
    errors.c.failed_at,
    errors.c.attempts,
    changes.c.next_at,
)
_WITH_NEXT_TRY = select(*_COLUMNS).select_from(errors.outerjoin(changes, changes.c.id == errors.c.change_id))


async def newest(connection: AsyncConnection, wanted: Wanted, *, skip: int, limit: int) -> list[SyncError]:
    """`limit` errors after the newest `skip`. Only ids are sorted, each state straight from its index."""
    keys = _keys(wanted, skip + limit)
    page = select(keys.c.id).order_by(keys.c.failed_at.desc(), keys.c.id.desc()).offset(skip).limit(limit)
    query = _WITH_NEXT_TRY.where(errors.c.id.in_(page.scalar_subquery()))
    rows = await connection.execute(query.order_by(errors.c.failed_at.desc(), errors.c.id.desc()))
    return [SyncError(*row) for row in rows]


async def count(connection: AsyncConnection, wanted: Wanted) -> int:
    """How many errors fit, counted up to COUNT_STOPS_AT + 1."""
    some = select(errors.c.id).where(_fits(wanted), errors.c.state.in_(OPEN)).limit(COUNT_STOPS_AT + 1)
    return (await connection.execute(select(func.count()).select_from(some.subquery()))).scalar_one()


async def stream(database: Database, wanted: Wanted, size: int = 1000) -> AsyncIterator[list[SyncError]]:
    """Every error that fits, newest number first, `size` at a time: a short look for each, never a long read.

    Paged by number, which unlike the time of failing never moves: an error retried meanwhile comes once.
    """
    before: int | None = None
    while True:
        # An expression on the state keeps its index out of it: read that way, every page would sort all errors anew.
        query = _WITH_NEXT_TRY.where(_fits(wanted), func.coalesce(errors.c.state, "").in_(OPEN))
        if before is not None:
            query = query.where(errors.c.id < before)
        async with database.read() as connection:
            found = [
                SyncError(*row) for row in await connection.execute(query.order_by(errors.c.id.desc()).limit(size))
            ]
        if found:
            yield found
        if len(found) < size:
            return
        before = found[-1].id


def _keys(wanted: Wanted, limit: int) -> Subquery:
    """When and which, of the `limit` newest of each state."""
    each = [
        select(errors.c.failed_at, errors.c.id)
        .where(_fits(wanted), errors.c.state == state)
        .order_by(errors.c.failed_at.desc(), errors.c.id.desc())
        .limit(limit)
        .subquery()
        for state in OPEN
    ]
    return union_all(*(select(one.c.failed_at, one.c.id) for one in each)).subquery()


def _fits(wanted: Wanted) -> ColumnElement[bool]:
    columns = {errors.c[name]: getattr(wanted, name) for name in ("object", "code", "direction", "operation")}
    exact = [column == value for column, value in columns.items() if value is not None]
    since = [errors.c.failed_at >= wanted.since] if wanted.since else []
    return and_(true(), *exact, *since, *(_begins_with(word, wanted.by_people) for word in wanted.words))


def _begins_with(word: str, by_people: bool) -> ColumnElement[bool]:
    """Whether a word of the error begins with `word`, in whatever case."""
    number = word.removeprefix("#")
    found = [errors.c.id == int(number)] if number.isascii() and number.isdecimal() and len(number) < 19 else []
    for spelling in _spellings(word):
        start = _escaped(spelling) + "%"
        found += [column.ilike(start, "\\") for column in (errors.c.code, errors.c.dynamics_id, errors.c.marketo_id)]
        if by_people:
            for column in (errors.c.label, errors.c.message):
                found += [column.ilike(start, "\\"), column.ilike(f"% {start}", "\\")]
    return or_(*found)


def _spellings(word: str) -> set[str]:
    """SQLite ignores case in ASCII only: for other letters each usual spelling is looked for."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.title()}


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
