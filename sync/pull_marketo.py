"""One reading of Marketo's activities: whose fields changed, who was deleted, who was merged.

An activity only says who to look at. The person is then read as a whole, unless every field of the activity is an
echo of our own write. Marketo has no feed for companies, opportunities and the like: they are written, never read.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Seen
from storage.ledger.claiming import waiting_values
from storage.ledger.links import links_by, save_links
from storage.ledger.noting import note
from storage.ledger.readings import Cursor, cursor_of, save_cursor
from sync.departures import begin_if_missed, look_for_departures
from sync.echoes import judge
from sync.engine import Engine
from sync.holding import Tally, hold_if_too_much
from sync.marketo.client import Activities
from sync.objects import DELETED, SYNC, TYPE
from sync.people_read import People, lane_of, note_people

NEW_LEAD, CHANGE_DATA_VALUE, MERGE_LEADS = 12, 13, 32

DELETED_IN_MARKETO = "deleted in Marketo"


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
    while more and engine.may_read_on:
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
        moves = await note_people(engine, connection, people, cursor)
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
        await note(engine.database, connection, lane_of(one, cursor), seen, engine.now())
    return counted
