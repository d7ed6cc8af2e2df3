"""People of Marketo as just read: what each one's look means, noted for Dynamics."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import ECHO, Link, Seen
from storage.ledger.links import links_by, save_links
from storage.ledger.noting import Lane, note
from storage.ledger.readings import Cursor
from storage.ledger.totals import Moves
from sync.blocked import blocked_fields, held_back, report_blocked
from sync.decide import GONE as DELETED_IN_DYNAMICS
from sync.decide import edited
from sync.echoes import Judged
from sync.engine import Engine
from sync.objects import SYNC, TYPE, Object
from sync.values import flag, from_marketo, person_label

NOT_FLAGGED = "not flagged to sync"
FROM_DYNAMICS = "its Dynamics record comes first"
GONE = "no longer in Marketo"


@dataclass(slots=True)
class People:
    """The people a page of activities speaks of: their links per object, and what is known of them.

    `blocked` are the fields that Marketo is known not to take from us, by object.
    """

    ids: list[str]
    links: dict[str, dict[str, Link]]
    judged: dict[str, Judged] = field(default_factory=dict)
    read: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    blocked: dict[str, set[str]] = field(default_factory=dict)


def lane_of(one: Object, cursor: Cursor) -> Lane:
    return Lane(one.name, "to-dynamics", cursor.first_read_started_at)


async def note_people(engine: Engine, connection: AsyncConnection, people: People, cursor: Cursor) -> Moves:
    seen: dict[str, list[Seen]] = {one.name: [] for one in engine.people}
    people.blocked = await blocked_fields(connection)
    for marketo_id in people.ids:
        linked = [one for one in engine.people if marketo_id in people.links[one.name]]
        for one in linked:
            seen[one.name].append(_seen_linked(engine, people, one, marketo_id))
        if not linked:
            await _adopt(engine, connection, people, marketo_id, seen)
    moves = Moves()
    for one in engine.people:
        await _write_restores(engine, connection, people, one, cursor)
        landed = {name for judged in people.judged.values() for name in judged.landed.get(one.name, ())}
        await report_blocked(engine, connection, one, people.blocked.get(one.name, set()), landed)
        moves.update(await note(engine.database, connection, lane_of(one, cursor), seen[one.name], engine.now()))
    return moves


def _seen_linked(engine: Engine, people: People, one: Object, marketo_id: str) -> Seen:
    link = people.links[one.name][marketo_id]
    person = people.read.get(marketo_id)
    if person is None:
        looked = people.judged.get(marketo_id)
        return Seen(marketo_id, "update", {}, engine.now(), skip=GONE if looked and looked.look else ECHO)
    values = _own_values(people, one, marketo_id, from_marketo(one, person))
    again = link.dynamics_deleted and flag(person.get(SYNC))
    left = DELETED_IN_DYNAMICS if link.dynamics_deleted else None  # among others, the echo of our own mark
    skip = None if again else left if edited(one, "to-dynamics", values, link) else ECHO
    edited_at = people.judged[marketo_id].edited_at if marketo_id in people.judged else engine.now()
    return Seen(marketo_id, "insert" if again else "update", values, edited_at, person_label(person), skip)


def _own_values(people: People, one: Object, marketo_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Without the fields that only still hold what we could not overwrite."""
    judged = people.judged.get(marketo_id)
    touched = judged.touched.get(one.name, set()) if judged else set()
    blocked = people.blocked.setdefault(one.name, set())
    blocked |= held_back(one, values, people.links[one.name][marketo_id], touched)
    stale = blocked - touched
    return {name: value for name, value in values.items() if name not in stale}


async def _adopt(
    engine: Engine, connection: AsyncConnection, people: People, marketo_id: str, seen: dict[str, list[Seen]]
) -> None:
    """A person without a link: one that our own insert made, one that is flagged to be created, or none of ours."""
    person = people.read.get(marketo_id)
    if person is None:
        if marketo_id in people.judged:
            seen[_meant(engine, {}).name].append(Seen(marketo_id, "update", {}, engine.now(), skip=GONE))
        return
    mine = [one for one in engine.people if person.get(one.marketo_key)]
    for one in mine:
        held = await links_by(connection, one.name, "dynamics_id", [person[one.marketo_key]])
        link = held.get(person[one.marketo_key])
        if link is not None and link.marketo_id is None:
            link = replace(link, marketo_id=marketo_id)
            await save_links(connection, [link], "dynamics_id")
            people.links[one.name][marketo_id] = link
            seen[one.name].append(_seen_linked(engine, people, one, marketo_id))
            return
    one = _meant(engine, person)
    skip = FROM_DYNAMICS if mine else None if flag(person.get(SYNC)) else NOT_FLAGGED
    values = from_marketo(one, person)
    edited_at = people.judged[marketo_id].edited_at if marketo_id in people.judged else engine.now()
    seen[one.name].append(Seen(marketo_id, "insert", values, edited_at, person_label(person), skip))


def _meant(engine: Engine, person: Mapping[str, Any]) -> Object:
    """What a person is to become in Dynamics: what its type says, else a lead, else whatever people there are."""
    kind = "contact" if person.get(TYPE) == "Contact" else "lead"
    return next((one for one in engine.people if one.table == kind), engine.people[0])


async def _write_restores(
    engine: Engine, connection: AsyncConnection, people: People, one: Object, cursor: Cursor
) -> None:
    """Drops what was sent and has been seen, and puts back the edits that our write ran over and had to yield to."""
    links, restores = [], []
    for marketo_id, judged in people.judged.items():
        link = people.links[one.name].get(marketo_id)
        if link is None or one.name not in judged.met:
            continue
        left = {name: pair for name, pair in link.sent.items() if name not in judged.met[one.name]}
        if left != link.sent:
            links.append(replace(link, sent=left))
        # What a blocked field held before a write of ours that arrives at last is no edit that it ran over.
        blocked = {one.field(name).rest for name in people.blocked.get(one.name, ())}
        extra = {name: value for name, value in judged.restore.get(one.name, {}).items() if name not in blocked}
        if extra and link.dynamics_id:
            restores.append(Seen(link.dynamics_id, "update", {}, judged.edited_at, extra=extra))
    await save_links(connection, links, "marketo_id")
    lane = Lane(one.name, "to-marketo", cursor.first_read_started_at)
    await note(engine.database, connection, lane, restores, engine.now())
