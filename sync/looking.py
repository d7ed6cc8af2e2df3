"""Looking at records on both sides at once, as a comparison and its repair do: 300 of them a call."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Link
from storage.comparisons import Busy, Kept, busy, kept_links, last_skipped, read_at
from storage.ledger.links import links_by, marketo_ids
from sync.blocked import blocked_fields
from sync.echoes import moment
from sync.engine import Engine
from sync.keeping import rules_of, why_left_out
from sync.objects import Object
from sync.pull_marketo import person_fields
from sync.push_dynamics import planned_id
from sync.rows_read import NO_ROLE, is_closed
from sync.values import parent_of
from sync.verdicts import EQUAL, Met, Row, Verdict, judge_gone, judge_row, left_out

UPDATED_AT = "updatedAt"
GUID = "marketoGUID"
MARGIN = timedelta(minutes=2)  # between a side's clock and ours, and from when a feed is read to when that is noted


@dataclass(frozen=True, slots=True)
class Looked:
    """What was made of some records, by Dynamics id; `links` are theirs; `rows` what was read."""

    verdicts: Mapping[str, Verdict]
    rows: Mapping[str, Row]
    links: Mapping[str, Kept]


async def look(engine: Engine, one: Object, rows: Sequence[Row]) -> Looked:
    """Compares these rows, as sync/meeting.py reads them, with what Marketo holds.

    A record that the sync is not done with is `waiting`, one that no feed told of yet `just edited`. Reads Marketo
    once for 300 records that are linked, and once for those that are not.
    """
    by_id = {str(row[one.dynamics_key]): row for row in rows}
    verdicts = {row_id: left_out(why) for row_id, why in _kept_out(one, by_id).items()}
    wanted = {row_id: row for row_id, row in by_id.items() if row_id not in verdicts}
    async with engine.database.read() as connection:
        links = await kept_links(connection, one.name, list(by_id))
        twins = await _twins(engine, connection, one, [links[row_id].link for row_id in wanted if row_id in links])
        blocked = (await blocked_fields(connection)).get(one.name, set()) if one.is_person else set()
        parents = await _parents(connection, one, list(wanted.values()))
    there = await _in_marketo(engine, one, list(wanted), links)
    for row_id, row in wanted.items():
        link = links[row_id].link if row_id in links else None
        twin = bool(link and link.marketo_id in twins)
        known = References.of(one, row, parents)
        made = bool(link and _made_by_us(engine, one, link))
        met = Met(row, link, there.get(row_id, []), is_closed(one, row), twin, known.names, known.silent, blocked, made)
        verdicts[row_id] = judge_row(one, met)
    doubtful = {row_id: verdicts[row_id] for row_id in wanted if verdicts[row_id] is not EQUAL}
    verdicts |= await _excused(engine, one, doubtful, by_id, links, there)
    return Looked(verdicts, by_id, links)


def _kept_out(one: Object, rows: Mapping[str, Row]) -> dict[str, str]:
    """Why rows are not kept in step, as far as they are not."""
    rules = rules_of(one)
    found = {row_id: why for row_id, row in rows.items() if (why := why_left_out(rules, row))} if rules else {}
    if one.is_role:
        ends = [each for each in one.fields if each.parents]
        others = (
            row_id
            for row_id, row in rows.items()
            if not all(row.get(each.column) and parent_of(each, row) for each in ends)
        )
        found |= dict.fromkeys(others, NO_ROLE)
    return found


def _made_by_us(engine: Engine, one: Object, link: Link) -> bool:
    """Whether the row was created from a person."""
    return bool(link.marketo_id) and link.dynamics_id == planned_id(engine, one, str(link.marketo_id), link.generation)


async def _twins(engine: Engine, connection: AsyncConnection, one: Object, links: Iterable[Link]) -> set[str]:
    """The people among these who are linked as another object as well."""
    ids = [link.marketo_id for link in links if link.marketo_id]
    others = [each.name for each in engine.people if one.is_person and each.name != one.name]
    return {found for name in others for found in await links_by(connection, name, "marketo_id", ids)}


async def _parents(connection: AsyncConnection, one: Object, rows: Sequence[Row]) -> dict[str, dict[str, str]]:
    """Per object, Marketo's ids of the parents that these rows refer to, as far as they are in Marketo."""
    wanted: dict[str, set[str]] = {}
    for each in one.fields:
        for row in rows if each.parents else ():
            if row.get(each.column) and (parent := parent_of(each, row)):
                wanted.setdefault(parent.object, set()).add(str(row[each.column]))
    return {name: await marketo_ids(connection, name, list(ids)) for name, ids in wanted.items()}


@dataclass(frozen=True, slots=True)
class References:
    """Of one row: the `names` that Marketo has for the people it refers to, and the references that tell nothing.

    `silent` are those to a record that is not in Marketo: they travel when it is.
    """

    names: Mapping[str, str]
    silent: frozenset[str]

    @classmethod
    def of(cls, one: Object, row: Row, parents: Mapping[str, Mapping[str, str]]) -> "References":
        """Marketo knows people by its own id, everything else by ours."""
        names, silent = {}, set()
        for each in one.fields:
            parent = parent_of(each, row) if each.parents and row.get(each.column) else None
            if parent is None:
                continue
            marketo_id = parents[parent.object].get(str(row[each.column]))
            if marketo_id is None:
                silent.add(each.name)
            elif parent.table in ("lead", "contact"):
                names[each.name] = marketo_id
        return cls(names, frozenset(silent))


async def _in_marketo(
    engine: Engine, one: Object, wanted: Sequence[str], links: Mapping[str, Kept]
) -> dict[str, list[Row]]:
    """What Marketo holds of these rows: by its own id where they are linked, else by ours."""
    own = {row_id: links[row_id].link.marketo_id or "" for row_id in wanted if row_id in links}
    own = {row_id: marketo_id for row_id, marketo_id in own.items() if marketo_id}
    found: dict[str, list[Row]] = {}
    if one.is_person or not one.marketo_key:
        key = "id" if one.is_person else GUID
        by_own = {str(record[key]): record for record in await records_by(engine, one, key, list(own.values()))}
        found = {row_id: [by_own[marketo_id]] for row_id, marketo_id in own.items() if marketo_id in by_own}
        wanted = [row_id for row_id in wanted if row_id not in own]
    for record in await records_by(engine, one, one.marketo_key, wanted) if one.marketo_key else ():
        found.setdefault(str(record[one.marketo_key]).lower(), []).append(record)
    return found


async def records_by(engine: Engine, one: Object, key: str, values: Sequence[str]) -> list[dict[str, Any]]:
    """Marketo's records of this object whose `key` holds one of `values`, with all that has to be compared."""
    if not values:
        return []
    if one.is_person:
        return await engine.marketo.find_people(key, values, [*person_fields(engine), UPDATED_AT])
    asked = [each.rest for each in one.fields] + [name for name in (one.marketo_key, one.deleted_field) if name]
    return await engine.marketo.find_objects(one.kind, key, values, list(dict.fromkeys(asked)))


async def _excused(
    engine: Engine,
    one: Object,
    doubtful: Mapping[str, Verdict],
    rows: Mapping[str, Row],
    links: Mapping[str, Kept],
    there: Mapping[str, Sequence[Row]],
) -> dict[str, Verdict]:
    """Those of whom the sync knows better: in errors, waiting, edited since that side was read, or skipped and why."""
    if not doubtful:
        return {}
    own = {row_id: links[row_id].link.marketo_id for row_id in doubtful if row_id in links}
    async with engine.database.read() as connection:
        known = await busy(connection, one.name, list(doubtful), [each for each in own.values() if each])
        unread = await Unread.of(connection, one)
        skipped = await last_skipped(connection, one.name, [row_id for row_id in doubtful if row_id not in links])
    found = {}
    for row_id, verdict in doubtful.items():
        excuse = why_busy(known, row_id, own.get(row_id))
        synced_at = links[row_id].synced_at if row_id in links else None
        stamps = (rows[row_id], *there.get(row_id, ()))
        made = row_id in links and _made_by_us(engine, one, links[row_id].link)
        if excuse is None and verdict.outcome == "different":
            excuse = unread.excuse(*stamps, since=synced_at, made=made)
        if excuse is not None:
            found[row_id] = excuse
        elif row_id in skipped:
            found[row_id] = left_out(skipped[row_id])
    return found


def why_busy(known: Busy, *ids: str | None) -> Verdict | None:
    """A record that is parked in one direction and waits in the other is an error first."""
    if known.parked & set(ids):
        return Verdict("in errors")
    return Verdict("waiting") if known.waiting & set(ids) else None


@dataclass(frozen=True, slots=True)
class Unread:
    """When the feeds of either side were last read: what was edited after that is not news to be found by comparing.

    None where nothing was read yet.
    """

    dynamics: datetime | None
    marketo: datetime | None

    @classmethod
    async def of(cls, connection: AsyncConnection, one: Object) -> "Unread":
        """Marketo has a feed of people only."""
        dynamics = await read_at(connection, "dynamics", one.name)
        return cls(dynamics, await read_at(connection, "marketo", "edits") if one.is_person else dynamics)

    def excuse(self, row: Row, *there: Row, since: datetime | None, made: bool) -> Verdict | None:
        """Of a record that seems to differ, whether that is news; `made` rows were created by us, at `since`."""
        if self.dynamics is None or self.marketo is None:
            return Verdict("waiting")
        if (made and self.unseen(since)) or self._edited(row, *there, since=since):
            return Verdict("just edited")
        return None

    def unseen(self, written_at: datetime | None) -> bool:
        """Whether we wrote after Dynamics was last read, which then has not told us of it."""
        return written_at is not None and (self.dynamics is None or written_at > self.dynamics)

    def _edited(self, row: Row, *there: Row, since: datetime | None) -> bool:
        """Whether either side was edited after it was read, and after its last write of ours took effect (`since`)."""
        stamps = [(self.dynamics, row.get("modifiedon")), *((self.marketo, each.get(UPDATED_AT)) for each in there)]
        edits = [(read, moment(str(stamp)) if stamp else None) for read, stamp in stamps]
        return any(
            read is None or (edit is not None and edit > read - MARGIN and (since is None or edit > since))
            for read, edit in edits
        )


async def look_for_gone(engine: Engine, one: Object, links: Sequence[Link]) -> dict[str, Verdict]:
    """What is to be made of links whose row Dynamics does not have, by Dynamics id; of planned ones, nothing yet."""
    own = {str(link.dynamics_id): str(link.marketo_id) for link in links}
    key = "id" if one.is_person else one.marketo_key or GUID
    by_key = own if key in ("id", GUID) else {each: each for each in own}
    records = await records_by(engine, one, key, list(by_key.values()))
    held = {str(record[key]).lower(): record for record in records}
    async with engine.database.read() as connection:
        twins = await _twins(engine, connection, one, links)
        known = await busy(connection, one.name, list(own), list(own.values()))
        kept = await kept_links(connection, one.name, list(own))
        unread = await Unread.of(connection, one)
    verdicts = {}
    for link in links:
        row_id = str(link.dynamics_id)
        record = held.get(by_key[row_id].lower())
        verdict = judge_gone(one, link, [record] if record else [], link.marketo_id in twins)
        excuse = Verdict("waiting") if link.planned else why_busy(known, row_id, link.marketo_id)
        if excuse is None and row_id in kept and unread.unseen(kept[row_id].synced_at):
            excuse = Verdict("just edited")
        verdicts[row_id] = verdict if verdict.outcome == "equal" or excuse is None else excuse
    return verdicts
