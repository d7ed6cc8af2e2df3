"""One reading of Marketo's activities: whose fields changed, who was deleted, who was merged.

An activity only says who to look at. The person is then read as a whole, unless every field of the activity is an
echo of our own write. Marketo has no feed for companies, opportunities and the like: they are written, never read.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import ECHO, Link, Seen
from storage.ledger.claiming import waiting_values
from storage.ledger.links import links_by, save_links
from storage.ledger.noting import Lane, note
from storage.ledger.readings import Cursor, cursor_of, save_cursor
from storage.ledger.totals import Moves
from sync.blocked import blocked_fields, held_back, report_blocked
from sync.decide import GONE as DELETED_IN_DYNAMICS
from sync.decide import edited
from sync.departures import begin_if_missed, look_for_departures
from sync.echoes import Judged, judge
from sync.engine import Engine
from sync.holding import Tally, hold_if_too_much
from sync.marketo.client import Activities
from sync.objects import DELETED, SYNC, TYPE, Object
from sync.values import flag, from_marketo, person_label

NEW_LEAD, CHANGE_DATA_VALUE, MERGE_LEADS = 12, 13, 32

NOT_FLAGGED = "not flagged to sync"
FROM_DYNAMICS = "its Dynamics record comes first"
DELETED_IN_MARKETO = "deleted in Marketo"
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


async def pull_marketo(engine: Engine) -> None:
    """Reads the feed of edits to its end; those of deletes and merges when they are due (`pace.deletes_every`).

    Marketo tells of people only: where none are kept in step, there is nothing to read.
    """
    if not engine.people:
        return
    await _read_feed(engine, "edits")
    async with engine.database.read() as connection:
        last = await _read_at(connection)
    if last is None or engine.now() - last >= engine.pace.deletes_every:
        await begin_if_missed(engine, last)
        await _read_feed(engine, "deletes")
        await _read_feed(engine, "merges")
        async with engine.database.write() as connection:
            await save_cursor(
                engine.database, connection, "marketo", "rare", Cursor(None, engine.now(), None), engine.now()
            )
    await look_for_departures(engine, part_from)


async def _read_at(connection: AsyncConnection) -> Any:
    found = await cursor_of(connection, "marketo", "rare")
    return found and found.first_read_started_at


async def _read_feed(engine: Engine, feed: str) -> None:
    async with engine.database.read() as connection:
        cursor = await cursor_of(connection, "marketo", feed)
    if cursor is None:
        now = engine.now()
        cursor = Cursor(await engine.marketo.paging_token(now - engine.pace.lookback), now, now)
    # Whom Marketo has no more is not written in Dynamics, but would be made anew in Marketo.
    tallies = [Tally(one.name, "to-marketo" if feed == "deletes" else "to-dynamics") for one in engine.people]
    more = True
    while more and not engine.stopping:
        page = await _page(engine, feed, cursor.cursor or "")
        cursor = replace(cursor, cursor=page.token)
        await _note_activities(engine, feed, page, cursor, tallies)
        more = page.more


async def _page(engine: Engine, feed: str, token: str) -> Activities:
    if feed == "deletes":
        return await engine.marketo.deleted_leads(token)
    if feed == "merges":
        return await engine.marketo.activities(token, [MERGE_LEADS])
    return await engine.marketo.lead_changes(token, watched_fields(engine))


def watched_fields(engine: Engine) -> list[str]:
    """The Marketo fields whose edits matter: all that travel to Dynamics, and the flags that steer creation."""
    names = [each.rest for one in engine.people for each in one.travelling("to-dynamics")]
    return list(dict.fromkeys([*names, SYNC, TYPE]))


async def _note_activities(
    engine: Engine, feed: str, page: Activities, cursor: Cursor, tallies: Sequence[Tally]
) -> None:
    if feed == "deletes":
        gone = list(dict.fromkeys(str(one["leadId"]) for one in page.activities))
        people = await _people(engine, gone)
    elif feed == "merges":
        gone = merged_away(page.activities)
        people = await _people(engine, [str(one["leadId"]) for one in page.activities])
        people.read = await _read_people(engine, people.ids)
    else:
        gone = []
        people = await _people(engine, [str(one["leadId"]) for one in page.activities])
        people.judged = {one: judge(engine.people, one, people.links, page.activities) for one in people.ids}
        await _look_where_something_waits(engine, people)
        people.read = await _read_people(engine, [one for one in people.ids if people.judged[one].look])
    async with engine.database.write() as connection:
        parted = await part_from(engine, connection, gone, cursor)
        moves = await _note_people(engine, connection, people, cursor)
        for tally in tallies:
            tally.moves.update(moves)
            tally.gone += parted.get(tally.object, 0) if feed == "deletes" else 0
            await hold_if_too_much(engine, connection, tally)
        await save_cursor(engine.database, connection, "marketo", feed, cursor, engine.now())


async def _look_where_something_waits(engine: Engine, people: People) -> None:
    """A value that is back to what was agreed looks like an echo, but mends a change that waits to carry another."""
    async with engine.database.read() as connection:
        for one in engine.people:
            for marketo_id in await waiting_values(connection, one.name, "to-dynamics", people.ids):
                people.judged[marketo_id].look = True


def merged_away(activities: Iterable[Mapping[str, Any]]) -> list[str]:
    """The losers of Merge Leads activities: "Merge IDs" lists them, as `[101,102]`."""
    texts = [
        str(each["value"]) for one in activities for each in one.get("attributes", ()) if each["name"] == "Merge IDs"
    ]
    return list(dict.fromkeys(number for text in texts for number in re.findall(r"\d+", text)))


async def _people(engine: Engine, ids: Sequence[str]) -> People:
    unique = list(dict.fromkeys(ids))
    async with engine.database.read() as connection:
        found = {one.name: await links_by(connection, one.name, "marketo_id", unique) for one in engine.people}
    return People(unique, found)


async def _read_people(engine: Engine, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    if not ids:
        return {}
    rows = await engine.marketo.find_people("id", ids, person_fields(engine))
    return {str(row["id"]): row for row in rows}


def person_fields(engine: Engine) -> list[str]:
    """All that is asked for when a person is read: mapped fields, our ids and flags, the native connector's ids."""
    mapped = [each.rest for one in engine.people for each in one.fields]
    ours = [*(one.marketo_key for one in engine.people), TYPE, SYNC, DELETED]
    return list(dict.fromkeys(["id", *mapped, *ours, *engine.native_ids]))


async def part_from(engine: Engine, connection: AsyncConnection, gone: Sequence[str], cursor: Cursor) -> dict[str, int]:
    """Whom Marketo no longer has: touched again in Dynamics, they become new people there. How many, by object."""
    counted = {}
    for one in engine.people if gone else ():
        lost = await links_by(connection, one.name, "marketo_id", gone)
        parted = [replace(link, marketo_id=None, agreed={}, sent={}) for link in lost.values() if link.dynamics_id]
        await save_links(connection, parted, "dynamics_id")
        counted[one.name] = len(parted)
        waiting = await waiting_values(connection, one.name, "to-dynamics", gone)
        seen = [Seen(each, "delete", {}, engine.now(), skip=DELETED_IN_MARKETO) for each in {*lost, *waiting}]
        await note(engine.database, connection, _lane(one, cursor), seen, engine.now())
    return counted


def _lane(one: Object, cursor: Cursor) -> Lane:
    return Lane(one.name, "to-dynamics", cursor.first_read_started_at)


async def _note_people(engine: Engine, connection: AsyncConnection, people: People, cursor: Cursor) -> Moves:
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
        moves.update(await note(engine.database, connection, _lane(one, cursor), seen[one.name], engine.now()))
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
