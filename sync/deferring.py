"""Changes that wait for their parents, and how long anything waits before it is tried again."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Change, Postponed, Skipped
from storage.ledger.links import marketo_ids
from storage.ledger.settling import wake_children
from sync.claims import Claim
from sync.engine import Engine
from sync.objects import Field
from sync.orphans import PARENT_LEFT_OUT
from sync.values import beside

LONGEST_WAIT = timedelta(minutes=15)
FIRST_WAIT = timedelta(seconds=5)
MOST_DOUBLINGS = 8


def defer(engine: Engine, claimed: Claim) -> None:
    """A change whose parent is not in Marketo yet waits for it; it has not failed."""
    references = [each for each in claimed.one.fields if each.parents]
    for change in claimed.waiting() if references else ():
        for each in references:
            parent = change.values.get(each.name)
            if parent in claimed.left_out and change.operation != "delete":
                claimed.results.append(Skipped(change, PARENT_LEFT_OUT))
                break
            if parent and change.operation != "delete" and not _is_there(claimed, each, parent):
                found = for_parent(engine, change, each)
                claimed.awaited.add(str(found.waits_for))
                claimed.results.append(found)
                break


def for_parent(engine: Engine, change: Change, reference: Field) -> Postponed:
    """The change waits for the parent that it refers to, and is tried again now and then all the same."""
    parent = change.values.get(reference.name)
    waits_for = f"{change.values.get(beside(reference)) or reference.parents[0].object}:{parent}"
    next_at = engine.now() + wait(change.attempts)
    return Postponed(change, "deferred", "parent", f"waits for {waits_for}", next_at, waits_for)


def _is_there(claimed: Claim, reference: Field, parent: str) -> bool:
    return any(parent in claimed.parents.get(each.object, {}) for each in reference.parents)


def wait(attempts: int, retry_after: float | None = None) -> timedelta:
    """5 s, 10 s, 20 s … up to a quarter of an hour, unless the service named its own."""
    if retry_after is not None:
        return timedelta(seconds=retry_after)
    return min(FIRST_WAIT * (1 << min(attempts, MOST_DOUBLINGS)), LONGEST_WAIT)


async def go_on_with_parents(connection: AsyncConnection, claimed: Claim) -> None:
    """Parents that came while this round was under way could not wake those that were not waiting for them yet."""
    for name in {waits_for.split(":")[0] for waits_for in claimed.awaited}:
        ids = [waits_for.split(":")[1] for waits_for in claimed.awaited if waits_for.startswith(f"{name}:")]
        await wake_children(connection, [f"{name}:{there}" for there in await marketo_ids(connection, name, ids)])
