"""Fields that Marketo blocks ("Block Field Updates"): it answers "updated", keeps its value, and logs nothing."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Finding, Link
from storage.ledger.findings import forget_findings, keep_findings, read_findings
from sync.engine import Engine
from sync.objects import Object
from sync.values import fingerprint

BLOCKED = "blocked"


def held_back(one: Object, values: Mapping[str, Any], link: Link, touched: Collection[str] = ()) -> set[str]:
    """The fields that hold what they held before our last write, which was taken, though nobody `touched` them since.

    Taken for edits, they would overwrite Dynamics with what it has long left behind.
    """
    found = set()
    for each in one.travelling("to-dynamics"):
        before, after = link.sent.get(each.name, ("", ""))
        if before != after == link.agreed.get(each.name, "") and each.name in values and each.name not in touched:
            found |= {each.name} if fingerprint(each, values[each.name]) == before else set()
    return found


async def blocked_fields(connection: AsyncConnection) -> dict[str, set[str]]:
    """The fields that Marketo is known to block, by object."""
    found: dict[str, set[str]] = {}
    for each in await read_findings(connection, [BLOCKED]):
        found.setdefault(each.object, set()).add(each.field)
    return found


async def without_blocked(
    connection: AsyncConnection, one: Object, values: Mapping[str, Any], link: Link
) -> dict[str, Any]:
    """A person's values as just read, without those that only still hold what we could not overwrite."""
    stale = (await blocked_fields(connection)).get(one.name, set()) | held_back(one, values, link)
    return {name: value for name, value in values.items() if name not in stale}


async def report_blocked(
    engine: Engine, connection: AsyncConnection, one: Object, blocked: set[str], landed: set[str]
) -> None:
    """Once per field; and no more once a write of ours was seen to have `landed` in it."""
    if landed & blocked:
        await forget_findings(connection, BLOCKED, one.name, landed & blocked)
    found = [_finding(one.name, name) for name in sorted(blocked - landed)]
    await keep_findings(engine.database, connection, found, engine.now())


def _finding(object: str, field: str) -> Finding:
    message = f"Marketo says it takes {field}, and keeps the value it had: unblock the field's updates there"
    return Finding(BLOCKED, object, field, message)
