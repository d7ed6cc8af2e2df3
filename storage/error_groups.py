"""Reads: open errors by code, each code counted up to a limit. Walks an index from group to group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Integer, Row, String, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.error_index import COUNT_STOPS_AT
from storage.models import Moment

_GROUPS = text(
    """
    WITH RECURSIVE codes(code) AS (
        SELECT (SELECT min(code) FROM errors WHERE state = 'open')
        UNION ALL
        SELECT (SELECT min(e.code) FROM errors AS e WHERE e.state = 'open' AND e.code > codes.code)
        FROM codes WHERE codes.code IS NOT NULL
    ), pairs(code, object) AS (
        SELECT code, (SELECT min(e.object) FROM errors AS e WHERE e.state = 'open' AND e.code = codes.code)
        FROM codes WHERE code IS NOT NULL
        UNION ALL
        SELECT code, (
            SELECT min(e.object) FROM errors AS e
            WHERE e.state = 'open' AND e.code = pairs.code AND e.object > pairs.object
        ) FROM pairs WHERE object IS NOT NULL
    )
    SELECT g.code, g.object,
        (SELECT count(*) FROM (
            SELECT 1 FROM errors AS e WHERE e.state = 'open' AND e.code = g.code AND e.object = g.object LIMIT :most
        ) AS few) AS errors,
        (SELECT count(*) FROM (
            SELECT 1 FROM errors AS e WHERE e.state = 'open' AND e.code = g.code AND e.object = g.object
            AND e.first_failed_at >= :since LIMIT :most
        ) AS few) AS new,
        (SELECT min(e.first_failed_at) FROM errors AS e
         WHERE e.state = 'open' AND e.code = g.code AND e.object = g.object) AS oldest
    FROM pairs AS g WHERE g.object IS NOT NULL ORDER BY g.code, g.object
    """
).columns(code=String, object=String, errors=Integer, new=Integer, oldest=Moment)


@dataclass(frozen=True, slots=True)
class Group:
    """The open errors of one code; `errors`, `new` and `counts` (by object) count up to COUNT_STOPS_AT + 1."""

    code: str
    objects: tuple[str, ...]
    errors: int
    new: int
    oldest: datetime
    counts: Mapping[str, int] = field(default_factory=dict)


async def open_groups(connection: AsyncConnection, since: datetime, only: str | None = None) -> list[Group]:
    """Each code with open errors, most first. `since` says which are new; `only` leaves one object."""
    found = await connection.execute(_GROUPS, {"most": COUNT_STOPS_AT + 1, "since": round(since.timestamp() * 1000)})
    rows = [row for row in found if only in (None, row.object)]
    groups = [_group(code, list(each)) for code, each in groupby(rows, key=lambda row: row.code)]
    return sorted(groups, key=lambda group: (-group.errors, group.code))


def _group(code: str, rows: Sequence[Row[Any]]) -> Group:
    most = COUNT_STOPS_AT + 1
    return Group(
        code,
        tuple(row.object for row in rows),
        min(most, sum(row.errors for row in rows)),
        min(most, sum(row.new for row in rows)),
        min(row.oldest for row in rows),
        {row.object: row.errors for row in rows},
    )
