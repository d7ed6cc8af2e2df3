"""Which errors fit, and in what order: a query for their ids, straight from an index on either database.

SQLite answers from a full-text table (migration 0003) whose rows go by second of failing and id, and in which the
columns one filters by are words too: every filter, word and span of time is one walk along it, already in order.
PostgreSQL answers from a GIN index on words and from plain indexes on the rest.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Direction, Operation
from storage.models import EPOCH, errors
from storage.search_words import OF_PEOPLE, searched

State = Literal["open", "retrying", "resolved", "ignored"]
Sort = Literal["newest", "oldest", "tried"]
COUNT_STOPS_AT = 10_000

_FILTER, _NUMBER = "\ue000", "\ue002"  # marks of the words that migration 0003 adds
_NOTHING = f'"{_FILTER}nothing"'
_ID = (1 << 31) - 1
_TABLE = table("error_words", column("rowid"))
_KEY = _TABLE.c.rowid


@dataclass(frozen=True, slots=True)
class Wanted:
    """What every error found must fit; `since` is the first moment and `until` the first one after.

    Each of `words` begins a word of it or an id, or is its number or begins its code. `by_people` lets words match
    names and messages too; without it, searching cannot find out whose they are.
    """

    object: str | None = None
    code: str | None = None
    direction: Direction | None = None
    operation: Operation | None = None
    since: datetime | None = None
    words: tuple[str, ...] = ()
    by_people: bool = False
    state: State = "open"
    until: datetime | None = None
    sort: Sort = "newest"


async def ids_page(connection: AsyncConnection, wanted: Wanted, skip: int, limit: int) -> list[int]:
    """`limit` ids after the first `skip`, in order."""
    if wanted.sort != "tried":
        return await _fetched(connection, _ids(connection, wanted).offset(skip).limit(limit))
    found: list[int] = []
    async for attempts in _attempts(connection, wanted.state):
        left = skip + limit - len(found)
        found += await _fetched(connection, _ids(connection, wanted, attempts).limit(left))
        if len(found) >= skip + limit:
            break
    return found[skip:]


async def ids_in_parts(connection: AsyncConnection, wanted: Wanted, size: int) -> AsyncIterator[list[int]]:
    """Every id, in order, `size` at a time."""
    tried: list[int | None] = [None]
    if wanted.sort == "tried":
        tried = [attempts async for attempts in _attempts(connection, wanted.state)]
    for attempts in tried:
        found = await connection.stream(_ids(connection, wanted, attempts))
        async for part in found.partitions(size):
            yield [row.id for row in part]


async def count(connection: AsyncConnection, wanted: Wanted) -> int:
    """How many errors fit, counted up to COUNT_STOPS_AT + 1."""
    some = _unsorted(connection, wanted).limit(COUNT_STOPS_AT + 1).subquery()
    return (await connection.execute(select(func.count()).select_from(some))).scalar_one()


async def _fetched(connection: AsyncConnection, query: Select[tuple[int]]) -> list[int]:
    return [row.id for row in await connection.execute(query)]


async def _attempts(connection: AsyncConnection, state: State) -> AsyncIterator[int]:
    """How often errors in a state were tried: each number there is, greatest first."""
    most = select(func.max(errors.c.attempts)).where(errors.c.state == state)
    attempts = await connection.scalar(most)
    while attempts is not None:
        yield attempts
        attempts = await connection.scalar(most.where(errors.c.attempts < attempts))


def _ids(connection: AsyncConnection, wanted: Wanted, attempts: int | None = None) -> Select[tuple[int]]:
    query = _unsorted(connection, wanted, attempts)
    if connection.dialect.name == "sqlite":
        return query.order_by(_KEY.asc() if wanted.sort == "oldest" else _KEY.desc())
    if wanted.sort == "oldest":
        return query.order_by(errors.c.failed_at, errors.c.id)
    return query.order_by(errors.c.failed_at.desc(), errors.c.id.desc())


def _unsorted(connection: AsyncConnection, wanted: Wanted, attempts: int | None = None) -> Select[tuple[int]]:
    if connection.dialect.name == "sqlite":
        return _on_sqlite(wanted, attempts)
    return _on_postgresql(wanted, attempts)


def _on_sqlite(wanted: Wanted, attempts: int | None) -> Select[tuple[int]]:
    match = text("error_words MATCH :match").bindparams(match=_match(wanted, attempts))
    query = select(_KEY.op("&")(literal_column(str(_ID))).label("id")).where(match)
    if wanted.since:
        query = query.where(_first_key(wanted.since) <= _KEY)
    if wanted.until:
        query = query.where(_first_key(wanted.until) > _KEY)
    return query


def _match(wanted: Wanted, attempts: int | None) -> str:
    """FTS5's query. Its words hold letters and digits only, so none can be taken for an operator or end its quotes."""
    state = wanted.state
    filters = [
        f"o{state}{wanted.object}" if wanted.object else "",
        f"d{state}{wanted.direction.replace('-', '')}" if wanted.direction else "",
        f"p{state}{wanted.operation}" if wanted.operation else "",
        f"c{state}{wanted.code.encode().hex().upper()}" if wanted.code else "",
        f"a{state}{attempts}" if attempts is not None else "",
    ]
    exact = [f'"{_FILTER}{one}"' for one in filters if one] or [f'"{_FILTER}s{state}"']
    words = [_word(*one, wanted.by_people) for typed in wanted.words for one in _parts(typed)]
    return " AND ".join([*exact, *words])


def _parts(typed: str) -> list[tuple[str, bool, int | None]]:
    """(word, whether it may go on, the number it may be) of each word typed; one that no error has for none at all."""
    number = _number(typed)
    if typed.startswith("#"):
        return [("", False, number)]
    found = searched(typed)
    if not found:
        return [("", False, None)]
    last = len(found) - 1
    return [(word, at == last, number) for at, word in enumerate(found)]


def _number(typed: str) -> int | None:
    digits = typed.strip().removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else None


def _word(word: str, goes_on: bool, number: int | None, by_people: bool) -> str:
    """One letter alone begins too many ids to look through: of those it must be the whole."""
    either = [f'"{word}"{" *" if goes_on and len(word) > 1 else ""}'] if word else []
    either += [f'"{OF_PEOPLE}{word}"{" *" if goes_on else ""}'] if word and by_people else []
    either += [f'"{_NUMBER}{number}"'] if number is not None else []
    return f"({' OR '.join(either or [_NOTHING])})"


def _first_key(moment: datetime) -> int:
    """The least key of the second that `moment` is in; of a moment that no key reaches, the nearest that is one."""
    second = (moment - EPOCH) // timedelta(seconds=1)
    return min(max(second, 0), (1 << 32) - 1) << 31


def _on_postgresql(wanted: Wanted, attempts: int | None) -> Select[tuple[int]]:
    names = ("object", "code", "direction", "operation", "state")
    fits = [errors.c[name] == value for name in names if (value := getattr(wanted, name)) is not None]
    fits += [errors.c.failed_at >= wanted.since] if wanted.since else []
    fits += [errors.c.failed_at < wanted.until] if wanted.until else []
    fits += [errors.c.attempts == attempts] if attempts is not None else []
    fits += [_begins(*one, wanted.by_people) for typed in wanted.words for one in _parts(typed)]
    return select(errors.c.id).where(*fits)


def _begins(word: str, goes_on: bool, number: int | None, by_people: bool) -> ColumnElement[bool]:
    tail = ":*" if goes_on else ""
    either = [f"'{word}'{tail if len(word) > 1 else ''}"] if word else []
    either += [f"'{OF_PEOPLE}{word}'{tail}"] if word and by_people else []
    found: list[ColumnElement[bool]] = []
    if either:
        any_of: BindParameter[str] = bindparam("query", " | ".join(either), unique=True)
        query = text("found_by @@ CAST(:query AS tsquery)").bindparams(any_of)
        found.append(query)  # type: ignore[arg-type] # a text clause stands where a condition does
    found += [errors.c.id == number] if number is not None else []
    return or_(*found) if found else literal_column("false")
