"""Reads: which sync errors an act is about. They are looked up once, and looked at again just before each portion."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import among
from storage.error_search import State, Wanted, ids
from storage.models import errors

LOOK = 10_000


async def choose(
    connection: AsyncConnection, wanted: Wanted | Sequence[int], states: Sequence[State], before: datetime
) -> list[int]:
    """The errors that fit `wanted`, or have these numbers, in one of `states`, that failed no later than `before`."""
    found = await ids(connection, wanted) if isinstance(wanted, Wanted) else wanted
    chosen: list[int] = []
    for portion in portions(found, LOOK):
        chosen += await still(connection, portion, states, before)
    return chosen


async def still(
    connection: AsyncConnection, numbers: Sequence[int], states: Sequence[State], before: datetime
) -> list[int]:
    """Those of `numbers` of which this is true now."""
    these = (among(connection, errors.c.id, numbers), errors.c.state.in_(states), errors.c.failed_at <= before)
    return list(await connection.scalars(select(errors.c.id).where(*these).order_by(errors.c.id)))


def portions(numbers: Sequence[int], size: int) -> Iterator[list[int]]:
    """`numbers` in order, `size` at a time."""
    for start in range(0, len(numbers), size):
        yield list(numbers[start : start + size])


async def state_of(connection: AsyncConnection, number: int) -> State | None:
    """None where there is no such error."""
    found: State | None = await connection.scalar(select(errors.c.state).where(errors.c.id == number))
    return found
