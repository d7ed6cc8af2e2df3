"""Reads: how the backlog rose and fell, from the samples of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, func, literal, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models import samples

Peaks = tuple[int | None, ...]
STEP = timedelta(hours=2)
STEPS = 60


@dataclass(frozen=True, slots=True)
class Trend:
    """The highest backlog of each two hours in the five days up to `end`, the oldest first; None where nobody looked.

    `parts` are those of each object, or of one object by direction; `total` of all of them together.
    """

    end: datetime
    total: Peaks
    parts: dict[str, Peaks]


async def read_trend(connection: AsyncConnection, end: datetime, only: str | None = None) -> Trend:
    """Of all objects, or by direction of the `only` one."""
    by = samples.c.direction if only else samples.c.object
    parts = await _peaks(connection, end, only, by)
    total = await _peaks(connection, end, only, None)
    return Trend(end, total.get("", (None,) * STEPS), parts)


async def _peaks(
    connection: AsyncConnection, end: datetime, only: str | None, by: ColumnElement[str] | None
) -> dict[str, Peaks]:
    """What waited at one moment is summed first: the highest of a sum is not the sum of the highest."""
    part = literal("") if by is None else by
    moments = (
        select(samples.c.at, part.label("part"), func.sum(samples.c.backlog).label("backlog"))
        .where(samples.c.at > end - STEPS * STEP, samples.c.at <= end)
        .group_by(samples.c.at, *([] if by is None else [by]))
    )
    if only:
        moments = moments.where(samples.c.object == only)
    each = moments.subquery()
    milliseconds, size = round(end.timestamp() * 1000), STEP // timedelta(milliseconds=1)
    back = ((milliseconds - type_coerce(each.c.at, BigInteger)) // size).label("back")
    query = select(each.c.part, back, func.max(each.c.backlog).label("highest")).group_by(each.c.part, back)
    found: dict[str, dict[int, int]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.part, {})[int(row.back)] = int(row.highest)
    return {part: tuple(steps.get(back) for back in reversed(range(STEPS))) for part, steps in found.items()}


def in_longer_steps(peaks: Sequence[int | None], together: int) -> Peaks:
    """The highest of each `together` steps; None where nobody looked in any of them."""
    groups = [peaks[at : at + together] for at in range(0, len(peaks), together)]
    return tuple(max((one for one in group if one is not None), default=None) for group in groups)
