"""What is edited while it is in the file of a bulk import, which takes so long that passes note meanwhile.

The edit folds into the very change that is in flight. To settle that as over would lose it, so it waits once more.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Operation, Postponed, Result, Seen, Settled, Skipped
from storage.database import among
from storage.models import changes

IMPORTING = "importing"  # the code of a change that is in a file
OVERTAKEN = "overtaken"  # of one that is in a file with values, or an operation, that are not its newest


def code_of_fold(existing: Row[Any], one: Seen, operation: Operation) -> str | None:
    """The code of `existing` once `one` was folded into it, which makes it an `operation`."""
    if existing.state != "in_flight" or existing.code != IMPORTING:
        return existing.code  # type: ignore[no-any-return]
    is_news = operation != existing.operation or one.extra or {**existing.values, **one.values} != existing.values
    return OVERTAKEN if is_news else IMPORTING


async def but_for_overtaken(connection: AsyncConnection, results: Sequence[Result]) -> Sequence[Result]:
    """The same results, but that what was overtaken is not over: it waits, and what was written went ahead."""
    ids = [one.change.id for one in results]
    query = select(changes.c.id).where(among(connection, changes.c.id, ids), changes.c.code == OVERTAKEN)
    overtaken = set(await connection.scalars(query.with_for_update())) if ids else set()
    return [_once_more(one) if one.change.id in overtaken else one for one in results]


def _once_more(one: Result) -> Result:
    if isinstance(one, Postponed):
        return one
    again = Postponed(one.change, "waiting", "", "", None)
    if isinstance(one, Skipped):
        return replace(again, link=one.link)
    return replace(again, ahead=one if isinstance(one, Settled) else one.ahead)
