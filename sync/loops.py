"""Records that go round in a loop through a third system: parked, until a person has found the other end of it."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.activity_log import last_writes
from storage.changes import LOOP, Change, Link, Parked, Result
from sync.brakes import TIMES, Write, loop
from sync.engine import Engine
from sync.objects import Object


async def looping(
    engine: Engine, connection: AsyncConnection, one: Object, changes: Sequence[Change], links: Mapping[str, Link]
) -> list[Result]:
    """Of `changes`, those not to be written any more. Costs nothing but for links with a streak."""
    found: list[Result] = []
    for change in changes:
        link = links.get(change.record_id)
        if link is not None and link.streak >= TIMES and change.operation != "delete":
            writes = [Write(*each) for each in await last_writes(connection, link, TIMES)]
            if said := loop(one, writes, engine.now()):
                found.append(Parked(change, LOOP, said, link.dynamics_id, link.marketo_id))
    return found
