"""Somebody in Marketo who is a lead and a contact in Dynamics: what both rows say of them, the contact says."""

from collections.abc import Mapping
from dataclasses import replace

from storage.changes import Change, Link, Skipped
from storage.ledger.links import links_by
from sync.claims import Claim
from sync.engine import Engine
from sync.objects import TYPE, Object

STILL_THERE = "still there as another record"


async def give_way(engine: Engine, claimed: Claim, links: Mapping[str, Link]) -> None:
    """Takes out of a round on its way to Marketo what the other row of the same person has to say.

    Of the lead's values those that travel one way and that a contact has too (state, owner, account …), and the type.
    A row that is deleted is not told while the other lives on; `links` are the round's, by record id.
    """
    other = _other(engine, claimed.one)
    people = {link.marketo_id for link in links.values() if link.marketo_id}
    if other is None or not people:
        return
    async with engine.database.read() as connection:
        found = await links_by(connection, other.name, "marketo_id", sorted(people))
    living = {person for person, link in found.items() if _lives(other, link)}
    twice = {record_id: link for record_id, link in links.items() if link.marketo_id in living}
    for change in claimed.waiting() if twice else ():
        link = twice.get(change.record_id)
        if link and change.operation == "delete" and not link.planned:
            gone = replace(link, dynamics_deleted=True, generation=link.generation + 1, sent={}, agreed={})
            claimed.results.append(Skipped(change, STILL_THERE, gone))
    if claimed.one.table == "lead":
        claimed.changes = [
            _lesser(claimed.one, other, each) if each.record_id in twice else each for each in claimed.changes
        ]


def _other(engine: Engine, one: Object) -> Object | None:
    return next((each for each in engine.people if each.name != one.name), None)


def _lives(one: Object, link: Link) -> bool:
    """A lead that was closed, as by qualifying it, is history."""
    there = link.dynamics_id is not None and not link.planned and not link.dynamics_deleted and not link.left_out
    return there and not (one.table == "lead" and link.closed)


def _lesser(one: Object, contacts: Object, change: Change) -> Change:
    names = {each.name for each in contacts.fields}
    theirs = {each.name for each in one.fields if each.directions == ("to-marketo",) and each.name in names}
    values = {name: value for name, value in change.values.items() if name not in theirs}
    extra = {name: value for name, value in (change.extra or {}).items() if name != TYPE}
    return change._replace(values=values, extra=extra or None)
