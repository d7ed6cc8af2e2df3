"""Records that go round in a loop through a third system: parked, until a person has found the other end of it."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.activity_log import last_writes
from storage.changes import LOOP, Change, Link, Parked, Result
from sync.brakes import TIMES, Write, loop, span
from sync.engine import Engine
from sync.objects import Object


async def looping(
    engine: Engine, connection: AsyncConnection, one: Object, changes: Sequence[Change], links: Mapping[str, Link]
) -> list[Result]:
    """Of `changes`, those not to be written any more. Costs nothing but for links with a streak.

    A row that is gone is written no more, so that nothing of it goes round.
    """
    found: list[Result] = []
    for change in changes:
        link = links.get(change.record_id)
        if link is None or link.streak < TIMES or link.dynamics_deleted or change.operation == "delete":
            continue
        writes = [Write(*each) for each in await last_writes(connection, link, TIMES)]
        if said := loop(one, writes, engine.now(), span(engine.spending.apart())):
            found.append(Parked(change, LOOP, said, link.dynamics_id, link.marketo_id))
    return found
