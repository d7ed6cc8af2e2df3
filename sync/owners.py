"""Owners on their way to Marketo: nobody is held back for want of one."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Change
from storage.ledger.claiming import on_their_way
from storage.ledger.readings import LaneState, cursor_of, lane_states
from sync.objects import Field, Object

OWNER = "_ownerid_value"


def owner_fields(one: Object) -> tuple[Field, ...]:
    return tuple(each for each in one.fields if each.column == OWNER and each.parents)


async def without_absent_owners(
    connection: AsyncConnection, one: Object, changes: Sequence[Change], present: Mapping[str, Mapping[str, str]]
) -> list[Change]:
    """The changes on their way to Marketo, without owners who are neither there nor on their way there.

    `present` are Marketo's ids of the parents that are there, by object and Dynamics id. An owner is waited for while
    the first reading of the users is under way, and while the user is in the backlog of a lane that writes. Anybody
    else may never come (a user we may not read, one that was refused): the record goes without, and takes its owner
    along when it is edited next.
    """
    for field in owner_fields(one):
        here = {owner for parent in field.parents for owner in present.get(parent.object, ())}
        wanted = {owner for change in changes if (owner := change.values.get(field.name)) and owner not in here}
        absent = wanted - await _awaited(connection, field, wanted) if wanted else wanted
        changes = [_without(change, field) if change.values.get(field.name) in absent else change for change in changes]
    return list(changes)


def _without(change: Change, field: Field) -> Change:
    return change._replace(values={name: value for name, value in change.values.items() if name != field.name})


async def _awaited(connection: AsyncConnection, field: Field, wanted: set[str]) -> set[str]:
    states = await lane_states(connection)
    found: set[str] = set()
    for parent in field.parents:
        state = states.get((parent.object, "to-marketo"), LaneState())
        if not state.live or state.paused or state.held or state.stopped_at:
            continue
        cursor = await cursor_of(connection, "dynamics", parent.object)
        if cursor is None or cursor.first_read_done_at is None:
            return wanted
        found |= await on_their_way(connection, parent.object, "to-marketo", list(wanted))
    return found
