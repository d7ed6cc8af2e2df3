"""A second look at people whose edits in Marketo were not carried: while their Dynamics row was left out or closed,
or in a field that is kept in step only since then. It never opts anybody in."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from storage.changes import Link, Seen
from storage.ledger.claiming import waiting_values
from storage.ledger.links import looked_again, save_links, to_look_at_again
from storage.ledger.noting import Lane, note
from storage.ledger.readings import cursor_of
from sync.decide import edited, first_agreement
from sync.engine import CALL, Engine
from sync.objects import Object
from sync.pull_marketo import person_fields
from sync.values import compared, from_marketo, person_label

TOGETHER = 10 * CALL


async def look_again(engine: Engine) -> None:
    """Reads those people and notes what has to travel to Dynamics; to be done before anything is written."""
    for one in engine.people:
        while not engine.stopping and await _some(engine, one):
            pass


async def _some(engine: Engine, one: Object) -> bool:
    """One round of people; whether there were any."""
    async with engine.database.read() as connection:
        found = await to_look_at_again(connection, one.name, TOGETHER)
    if not found:
        return False
    people = await engine.marketo.find_people("id", list(found), person_fields(engine))
    read = {str(person["id"]): person for person in people}
    async with engine.database.write() as connection:
        links = {
            each: link
            for each, link in (await to_look_at_again(connection, one.name, TOGETHER)).items()
            if each in read
        }
        rows = [str(link.dynamics_id) for link in links.values()]
        ours = await waiting_values(connection, one.name, "to-marketo", rows)
        agreed = {
            each: with_new_fields(one, link, ours.get(str(link.dynamics_id), {}), read[each])
            for each, link in links.items()
        }
        await save_links(connection, agreed.values(), "marketo_id")
        cursor = await cursor_of(connection, "marketo", "edits")
        lane = Lane(one.name, "to-dynamics", cursor.first_read_started_at if cursor else engine.now())
        seen = [back for each, link in agreed.items() if (back := _way_back(engine, one, link, read[each]))]
        await note(engine.database, connection, lane, seen, engine.now())
        await looked_again(connection, one.name, list(found))
    return True


def with_new_fields(one: Object, link: Link, ours: Mapping[str, Any], person: Mapping[str, Any]) -> Link:
    """Fields that nothing was ever agreed on agree as those of two records just matched; `ours` is what waits of it."""
    new = tuple(each for each in one.fields if each.name not in link.agreed)
    if not new:
        return link
    row = {each.name: ours.get(each.name, compared(each, None)) for each in new}
    found = first_agreement(replace(one, fields=new), row, from_marketo(one, person))
    return replace(link, agreed={**link.agreed, **found})


def _way_back(engine: Engine, one: Object, link: Link, person: Mapping[str, Any]) -> Seen | None:
    values = from_marketo(one, person)
    kept = {each.name: values[each.name] for each in one.fields if values[each.name] or not each.opt_out}
    if not edited(one, "to-dynamics", kept, link):
        return None
    return Seen(str(link.marketo_id), "update", kept, engine.now(), person_label(person))
