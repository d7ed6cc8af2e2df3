"""Records on their way to Marketo whose parent is left out there: they go without it, for it will not come."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Change
from storage.ledger.links import left_out_of
from sync.objects import Object

PARENT_LEFT_OUT = "its parent is not kept in step"


async def left_out_parents(
    connection: AsyncConnection, one: Object, changes: Sequence[Change], present: Mapping[str, Mapping[str, str]]
) -> set[str]:
    """Of the parents that are not among those `present` in Marketo, the Dynamics ids of those that are left out."""
    found: set[str] = set()
    for field in one.fields:
        for parent in field.parents:
            wanted = {str(change.values[field.name]) for change in changes if change.values.get(field.name)}
            if missing := wanted - present.get(parent.object, {}).keys():
                found |= await left_out_of(connection, parent.object, list(missing))
    return found


def without_parents(one: Object, change: Change, left_out: set[str]) -> Change:
    """It takes them along with its next edit after they came. A role is nothing without its parents, and keeps them."""
    cut = {field.name for field in one.fields if field.parents and change.values.get(field.name) in left_out}
    if not cut or one.is_role:
        return change
    return change._replace(values={name: value for name, value in change.values.items() if name not in cut})
