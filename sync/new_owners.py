"""Owners of new records in Dynamics: nobody is given to a user who has left."""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from storage.changes import Finding
from storage.ledger.findings import forget_findings, keep_findings, read_findings
from sync.claims import Item
from sync.decide import Insert
from sync.engine import Engine
from sync.objects import Object
from sync.owners import owner_fields

OWNER_LOST = "owner"
OWNER_REPLACED = "its owner can own nothing in Dynamics"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
log = logging.getLogger(__name__)


async def with_able_owners(engine: Engine, one: Object, items: Sequence[Item]) -> list[Item]:
    """The inserts on their way to Dynamics, whose owner is a user there who can own: else the configured default.

    Without a default, or with one who cannot own either, Dynamics makes our own user the owner. Either is told as a
    finding, and in the log.
    """
    wanted = {owner for item in items for owner in _owners(one, item)}
    if not wanted:
        return list(items)
    able = await _able(engine, one, {*wanted, *([one.default_owner] if one.default_owner else [])})
    await _take_back(engine, one, able)
    lost = sorted(wanted - able)
    if not lost:
        return list(items)
    instead = one.default_owner if one.default_owner in able else ""
    await _tell(engine, one, lost, instead)
    return [_owned(one, item, set(lost), instead) for item in items]


def remark_on_owner(one: Object, wanted: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """OWNER_REPLACED where another owner was `given` to a new row than was `wanted`; else nothing."""
    names = [each.name for each in owner_fields(one) if wanted.get(each.name)]
    same = all(str(wanted[name]).lower() == str(given.get(name) or "").lower() for name in names)
    return "" if same else OWNER_REPLACED


def _owners(one: Object, item: Item) -> list[str]:
    if not isinstance(item.decision, Insert):
        return []
    return [owner for field in owner_fields(one) if (owner := str(item.decision.values.get(field.name) or "").lower())]


async def _able(engine: Engine, one: Object, owners: set[str]) -> set[str]:
    """Those of these ids that are a team, or a user who is not disabled."""
    asked = [each for each in owners if GUID.fullmatch(each)]
    able: set[str] = set()
    for table, entity_set in {
        (parent.table, parent.entity_set) for field in owner_fields(one) for parent in field.parents
    }:
        key = f"{table}id"
        columns = [key, "isdisabled"] if table == "systemuser" else [key]
        rows = await engine.dynamics.find(entity_set, key, asked, columns) if asked else []
        able |= {str(row[key]).lower() for row in rows if not row.get("isdisabled")}
    return able


def _owned(one: Object, item: Item, lost: set[str], instead: str) -> Item:
    values = dict(item.decision.values)
    for field in owner_fields(one) if isinstance(item.decision, Insert) else ():
        if str(values.get(field.name) or "").lower() in lost:
            values.pop(field.name)
            values |= {field.name: instead} if instead else {}
    return replace(item, decision=Insert(values)) if values != item.decision.values else item


async def _take_back(engine: Engine, one: Object, able: set[str]) -> None:
    """What was said of an owner who can own again."""
    async with engine.database.read() as connection:
        told = {each.field for each in await read_findings(connection, [OWNER_LOST]) if each.object == one.name}
    if told & able:
        async with engine.database.write() as connection:
            await forget_findings(connection, OWNER_LOST, one.name, told & able)


async def _tell(engine: Engine, one: Object, lost: Iterable[str], instead: str) -> None:
    then = f"{instead}, the default owner, takes its place" if instead else "our own user takes its place"
    told = {each: f"{each} is no user of Dynamics who can own a record: {then}" for each in lost}
    found = [Finding(OWNER_LOST, one.name, each, words) for each, words in told.items()]
    for finding in found:
        log.warning("%s: %s", one.name, finding.message)
    async with engine.database.write() as connection:
        await keep_findings(engine.database, connection, found, engine.now())
