"""One record read anew on both sides, so that the next pass writes what differs. It never opts anybody in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Direction, Link, Seen
from storage.ledger.links import confirm, links_by, save_links
from storage.ledger.noting import Lane, note
from storage.ledger.readings import cursor_of
from sync.blocked import without_blocked
from sync.dynamics.client import ChangedRows
from sync.engine import Engine
from sync.meeting import rows_by_id
from sync.objects import Object
from sync.pull_marketo import person_fields
from sync.rows_read import Page, note_page, page_of, seen_on, standings
from sync.values import fingerprint, from_dynamics, from_marketo, label, person_label

FEEDS: Mapping[Direction, tuple[Any, str]] = {"to-marketo": ("dynamics", ""), "to-dynamics": ("marketo", "edits")}


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The fields that will be written in each direction, and whether either side has the record at all."""

    fields: Mapping[Direction, tuple[str, ...]] = field(default_factory=dict)
    in_dynamics: bool = True
    in_marketo: bool = True


@dataclass(frozen=True, slots=True)
class Sides:
    """The record as both sides hold it now; None where a side does not have it, or was not asked."""

    row: Mapping[str, Any] | None
    other: Mapping[str, Any] | None


async def refresh_record(engine: Engine, name: str, dynamics_id: str | None, marketo_id: str | None) -> Refreshed:
    """Reads a record of the object `name` and notes what differs from what was agreed. Raises SyncFailure.

    A record that is not linked yet is noted as its next edit in Dynamics would be.
    """
    one = engine.object_named(name)
    sides = Sides(await _row(engine, one, dynamics_id), await _other(engine, one, dynamics_id, marketo_id))
    async with engine.database.write() as connection:
        link = await _link(connection, name, dynamics_id, marketo_id)
        if link is None or not _is_in_step(link, sides, engine, one):
            found = await _note_as_read(engine, connection, one, sides, link)
        else:
            found = await _note_linked(engine, connection, one, sides, link)
    return Refreshed(found, sides.row is not None, sides.other is not None)


async def _row(engine: Engine, one: Object, dynamics_id: str | None) -> Mapping[str, Any] | None:
    if not dynamics_id:
        return None
    found = await rows_by_id(engine, one, [dynamics_id])
    return found[0] if found else None


async def _other(
    engine: Engine, one: Object, dynamics_id: str | None, marketo_id: str | None
) -> Mapping[str, Any] | None:
    """People are found by Marketo's id, all else by ours; a role cannot be looked up."""
    if one.is_person:
        found = await engine.marketo.find_people("id", [marketo_id], person_fields(engine)) if marketo_id else []
    elif one.marketo_key and dynamics_id:
        names = [each.rest for each in one.fields]
        found = await engine.marketo.find_objects(one.kind, one.marketo_key, [dynamics_id], names)
    else:
        found = []
    return found[0] if found else None


async def _link(connection: AsyncConnection, name: str, dynamics_id: str | None, marketo_id: str | None) -> Link | None:
    if dynamics_id:
        return (await links_by(connection, name, "dynamics_id", [dynamics_id])).get(dynamics_id)
    return (await links_by(connection, name, "marketo_id", [marketo_id])).get(marketo_id) if marketo_id else None


def _is_in_step(link: Link, sides: Sides, engine: Engine, one: Object) -> bool:
    if not link.marketo_id or not link.dynamics_id or link.planned or link.dynamics_deleted:
        return False
    return sides.row is None or not page_with(engine, one, sides.row, link).left_out


async def _note_as_read(
    engine: Engine, connection: AsyncConnection, one: Object, sides: Sides, link: Link | None
) -> dict[Direction, tuple[str, ...]]:
    """As the feed of Dynamics would: an insert opts nobody in, because flags that are off are left out of it."""
    if sides.row is None:
        return {}
    page = page_with(engine, one, sides.row, link)
    (seen,) = seen_on(page)
    await note_page(engine, connection, page, await lane_of(engine, connection, one, "to-marketo"))
    if seen.skip:
        return {}
    sent = [each.name for each in one.travelling("to-marketo") if seen.values.get(each.name)]
    return {"to-marketo": tuple(sent)}


def page_with(engine: Engine, one: Object, row: Mapping[str, Any], link: Link | None) -> Page:
    rows = ChangedRows([dict(row)], [], "", more=False)
    return page_of(engine, one, rows, {row[one.dynamics_key]: link} if link else {})


async def _note_linked(
    engine: Engine, connection: AsyncConnection, one: Object, sides: Sides, link: Link
) -> dict[Direction, tuple[str, ...]]:
    ours = from_dynamics(one, sides.row) if sides.row else None
    theirs = from_marketo(one, sides.other) if sides.other else None
    if ours is not None and theirs is not None:
        link = replace(link, agreed={**link.agreed, **_drifted(one, ours, theirs, link)})
        await save_links(connection, [link], "dynamics_id")
    found: dict[Direction, tuple[str, ...]] = {}
    if sides.row is not None and ours is not None:
        await confirm(connection, one.name, standings(page_with(engine, one, sides.row, link)))
        seen = Seen(str(link.dynamics_id), "update", ours, engine.now(), label(one, sides.row))
        found |= await _note(engine, connection, one, "to-marketo", seen, link)
    if sides.other is not None and theirs is not None and "to-dynamics" in one.directions:
        values = await without_blocked(connection, one, theirs, link)
        seen = Seen(str(link.marketo_id), "update", values, engine.now(), person_label(sides.other))
        found |= await _note(engine, connection, one, "to-dynamics", seen, link)
    return found


def _drifted(one: Object, ours: Mapping[str, Any], theirs: Mapping[str, Any], link: Link) -> dict[str, str]:
    """What travels one way only and was changed on the far side: that side's value is what has to be replaced.

    Not where somebody said no there: taken as agreed, it would be replaced with the next edit of anything.
    """
    drifted = {}
    for each in one.fields:
        near = (ours if each.directions[0] == "to-marketo" else theirs)[each.name]
        nothing_to_give = (each.directions == ("to-dynamics",) and near is None) or (each.opt_out and not near)
        if len(each.directions) == 1 and each.kind != "reference" and not nothing_to_give:
            far = fingerprint(each, (theirs if each.directions[0] == "to-marketo" else ours)[each.name])
            if _is_news(far, link, each.name):
                drifted[each.name] = far
    return drifted


async def _note(
    engine: Engine, connection: AsyncConnection, one: Object, direction: Direction, seen: Seen, link: Link
) -> dict[Direction, tuple[str, ...]]:
    """Notes the fields that are neither agreed nor on their way. An opt-in is left to the feed, which knows edits."""
    differ = {
        each.name: value
        for each in one.travelling(direction)
        if each.name in seen.values and ((value := seen.values[each.name]) or not each.opt_out)
        if _is_news(fingerprint(each, value), link, each.name)
    }
    if not differ:
        return {}
    lane = await lane_of(engine, connection, one, direction)
    values = differ if one.is_person else seen.values  # anything else is written as a whole
    await note(engine.database, connection, lane, [seen._replace(values=values)], engine.now())
    return {direction: tuple(differ)}


def _is_news(found: str, link: Link, name: str) -> bool:
    """Neither agreed nor on its way."""
    sent = link.sent.get(name)
    return found != link.agreed.get(name, "") and (sent is None or found != sent[1])


async def lane_of(engine: Engine, connection: AsyncConnection, one: Object, direction: Direction) -> Lane:
    side, feed = FEEDS[direction]
    cursor = await cursor_of(connection, side, feed or one.name)
    first: datetime = cursor.first_read_started_at if cursor else engine.now()
    return Lane(one.name, direction, first)
