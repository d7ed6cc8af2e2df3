"""Deletes of records whose insert may have taken effect, though its reply was lost: Marketo is asked what it has."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from storage.changes import Change, Link
from sync.claims import Claim
from sync.engine import Engine
from sync.roles import LEAD_ID, OPPORTUNITY_ID, ROLE, holders_of

Row = Mapping[str, Any]


async def found_after_all(engine: Engine, claimed: Claim) -> dict[str, Link]:
    """The links of those that Marketo has, by record id. Raises SyncFailure."""
    doubtful = [
        change for change in claimed.waiting() if change.operation == "delete" and _may_be_there(claimed, change)
    ]
    there = await _there(engine, claimed, doubtful) if doubtful else {}
    links = {record_id: claimed.links.get(record_id) or Link(claimed.one.name, record_id, None) for record_id in there}
    return {record_id: replace(link, marketo_id=there[record_id]) for record_id, link in links.items()}


def _may_be_there(claimed: Claim, change: Change) -> bool:
    link = claimed.links.get(change.record_id)
    return change.unsure and (link is None or link.marketo_id is None)


async def _there(engine: Engine, claimed: Claim, changes: Sequence[Change]) -> dict[str, str]:
    """Marketo's ids of these records, as far as they are there."""
    one, ids = claimed.one, [change.record_id for change in changes]
    if one.is_role:
        return await _roles_there(engine, claimed, changes)
    if one.is_person:
        found = await engine.marketo.find_people(one.marketo_key, ids, ["id", one.marketo_key])
    else:
        found = await engine.marketo.find_objects(one.kind, one.marketo_key, ids, [one.marketo_key])
    return {str(row[one.marketo_key]): _id(row) for row in found}


async def _roles_there(engine: Engine, claimed: Claim, changes: Sequence[Change]) -> dict[str, str]:
    """A role is told apart by its opportunity, its person and its name."""
    people = holders_of(claimed.parents, claimed.one)
    deals = list(dict.fromkeys(str(change.values[OPPORTUNITY_ID]) for change in changes))
    rows = await engine.marketo.find_objects(claimed.one.kind, OPPORTUNITY_ID, deals, [OPPORTUNITY_ID, LEAD_ID, ROLE])
    held = {(row[OPPORTUNITY_ID], row[LEAD_ID], row[ROLE]): _id(row) for row in rows}
    keys = {
        each.record_id: (each.values[OPPORTUNITY_ID], people.get(each.values[LEAD_ID]), each.values[ROLE])
        for each in changes
    }
    return {record_id: held[key] for record_id, key in keys.items() if key in held}


def _id(row: Row) -> str:
    return str(row.get("marketoGUID") or row["id"])
