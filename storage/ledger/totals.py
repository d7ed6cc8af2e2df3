"""The running totals: noted = synced + skipped + folded + backlog + open + ignored, at every moment."""

from collections import Counter
from typing import Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Direction, Operation
from storage.database import Database
from storage.models import totals

Measure = Literal["noted", "synced", "skipped", "folded", "backlog", "open", "ignored"]


class Total(NamedTuple):
    object: str
    direction: Direction
    operation: Operation
    measure: Measure
    reason: str = ""


Moves = Counter[Total]


async def move(database: Database, connection: AsyncConnection, moves: Moves) -> None:
    """Adds `moves` (which may be negative) to the totals, in one statement."""
    rows = [{**total._asdict(), "value": by} for total, by in moves.items() if by]
    if not rows:
        return
    statement = database.upsert(totals)
    added = totals.c.value + statement.excluded.value
    await connection.execute(
        statement.on_conflict_do_update(index_elements=totals.primary_key, set_={"value": added}), rows
    )


async def read_totals(connection: AsyncConnection) -> Moves:
    """Every total as it stands."""
    found = await connection.execute(select(totals))
    return Counter({Total(*row[:5]): row.value for row in found})


def unbalanced(found: Moves) -> dict[tuple[str, str], int]:
    """By how much the sum is off, per object and direction; empty when all is accounted for."""
    off: Counter[tuple[str, str]] = Counter()
    for total, value in found.items():
        off[total.object, total.direction] += value if total.measure == "noted" else -value
    return {lane: by for lane, by in off.items() if by}
