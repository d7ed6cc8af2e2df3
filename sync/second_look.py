"""A second look at people whose edits in Marketo were not carried: while their Dynamics row was left out or closed,
or in a field that is kept in step only since then. It never opts anybody in."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Link, Seen
from storage.ledger.claiming import waiting_values
from storage.ledger.links import looked_again, save_links, to_look_at_again
from storage.ledger.noting import note
from sync.blocked import blocked_fields, held_back
from sync.decide import edited, first_agreement
from sync.engine import CALL, Engine
from sync.matching import Person
from sync.objects import Object
from sync.pull_marketo import person_fields
from sync.refresh import lane_of
from sync.values import compared, from_marketo, person_label

TOGETHER = 10 * CALL


async def look_again(engine: Engine) -> None:
    """Reads those people and notes what has to travel to Dynamics; to be done before anything is written."""
    for one in engine.people:
        while engine.may_read_on and await _some(engine, one):
            pass


async def _some(engine: Engine, one: Object) -> bool:
    """One round of people; whether there were any."""
    async with engine.database.read() as connection:
        found = await to_look_at_again(connection, one.name, TOGETHER)
    if not found:
        return False
    people = await engine.marketo.find_people("id", list(found), person_fields(engine))
    async with engine.database.write() as connection:
        await _note(engine, connection, one, {str(person["id"]): person for person in people})
        await looked_again(connection, one.name, list(found))
    return True


async def _note(engine: Engine, connection: AsyncConnection, one: Object, people: Mapping[str, Person]) -> None:
    """What these people, by Marketo id, hold that their Dynamics rows have to hear of."""
    found = await to_look_at_again(connection, one.name, TOGETHER)
    links = {each: link for each, link in found.items() if each in people}
    ours = await waiting_values(connection, one.name, "to-marketo", [str(link.dynamics_id) for link in links.values()])
    agreed = {
        each: with_new_fields(one, link, ours.get(str(link.dynamics_id), {}), people[each])
        for each, link in links.items()
    }
    await save_links(connection, agreed.values(), "marketo_id")
    blocked = (await blocked_fields(connection)).get(one.name, set())
    seen = [back for each, link in agreed.items() if (back := _way_back(engine, one, link, people[each], blocked))]
    await note(engine.database, connection, await lane_of(engine, connection, one, "to-dynamics"), seen, engine.now())


def with_new_fields(one: Object, link: Link, ours: Mapping[str, Any], person: Mapping[str, Any]) -> Link:
    """Fields that nothing was ever agreed on agree as those of two records just matched; `ours` is what waits of it."""
    new = tuple(each for each in one.fields if each.name not in link.agreed)
    if not new:
        return link
    row = {each.name: ours.get(each.name, compared(each, None)) for each in new}
    found = first_agreement(replace(one, fields=new), row, from_marketo(one, person))
    return replace(link, agreed={**link.agreed, **found})


def _way_back(engine: Engine, one: Object, link: Link, person: Person, blocked: AbstractSet[str]) -> Seen | None:
    """Neither an opt-in, nor what Marketo only holds because it did not take it from us."""
    values = from_marketo(one, person)
    stale = blocked | held_back(one, values, link)
    told = [each for each in one.fields if each.name not in stale and (values[each.name] or not each.opt_out)]
    kept = {each.name: values[each.name] for each in told}
    if not edited(one, "to-dynamics", kept, link):
        return None
    return Seen(str(link.marketo_id), "update", kept, engine.now(), person_label(person))
