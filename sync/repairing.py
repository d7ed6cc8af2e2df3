"""What differs on both sides noted as changes, so that the next pass writes it. It never opts anybody in.

Each record is looked at anew first: one that agrees by now, that waits, or that was edited since is left alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Difference, Direction, Link, Seen
from storage.comparisons import busy
from storage.ledger.links import links_by, save_links
from storage.ledger.noting import note
from sync.by_hand import go_on
from sync.differing import mend
from sync.engine import CALL, Engine
from sync.looking import look, look_for_gone, why_busy
from sync.meeting import rows_by_id
from sync.objects import Object
from sync.refresh import lane_of, page_with
from sync.rows_read import seen_on
from sync.values import label
from sync.verdicts import Row, Verdict
from sync.wire import chunks_of


@dataclass(frozen=True, slots=True)
class Queued:
    """How many changes were noted in each direction, and how many records were left alone."""

    to_marketo: int = 0
    to_dynamics: int = 0
    left: int = 0

    def __add__(self, other: "Queued") -> "Queued":
        return Queued(self.to_marketo + other.to_marketo, self.to_dynamics + other.to_dynamics, self.left + other.left)


@dataclass(slots=True)
class Notes:
    """What is to be written down about some records: links as they are from now on, and changes by direction."""

    links: list[Link]
    seen: dict[Direction, list[Seen]]


async def repair(engine: Engine, name: str, differences: Iterable[Difference]) -> Queued:
    """Notes what mends these differences of the object `name`, 300 records at a time. Raises SyncFailure."""
    one = engine.object_named(name)
    ids = list(dict.fromkeys(each.dynamics_id for each in differences if each.dynamics_id))
    queued = Queued()
    for some in chunks_of(ids, CALL):
        await go_on(engine)
        queued += await _repair(engine, one, some)
    return queued


async def _repair(engine: Engine, one: Object, ids: Sequence[str]) -> Queued:
    looked = await look(engine, one, await rows_by_id(engine, one, ids))
    gone = [row_id for row_id in ids if row_id not in looked.verdicts]
    async with engine.database.read() as connection:
        links = (await links_by(connection, one.name, "dynamics_id", gone)).values()
    verdicts = {**looked.verdicts, **await look_for_gone(engine, one, [link for link in links if link.marketo_id])}
    queued = await note_mendings(engine, one, verdicts, looked.rows)
    return queued + Queued(left=len(ids) - len(verdicts))


async def note_mendings(
    engine: Engine, one: Object, verdicts: Mapping[str, Verdict], rows: Mapping[str, Row]
) -> Queued:
    """Notes what mends the records that differ, in one transaction, unless the sync is at them by now."""
    different = {row_id: verdict for row_id, verdict in verdicts.items() if verdict.outcome == "different"}
    if not different:
        return Queued(left=len(verdicts))
    async with engine.database.write() as connection:
        links = await links_by(connection, one.name, "dynamics_id", list(different))
        marketo_ids = [link.marketo_id for link in links.values() if link.marketo_id]
        known = await busy(connection, one.name, list(different), marketo_ids)
        notes = Notes([], {"to-marketo": [], "to-dynamics": []})
        for row_id, verdict in different.items():
            link = links.get(row_id)
            if why_busy(known, row_id, link.marketo_id if link else None) is None:
                _mend(engine, one, row_id, verdict, rows.get(row_id), link, notes)
        await _write(engine, connection, one, notes)
    back = {link.dynamics_id or "": link.marketo_id for link in links.values()}
    there = {seen.record_id for seen in notes.seen["to-dynamics"]}
    touched = {seen.record_id for seen in notes.seen["to-marketo"]}
    touched |= {row_id for row_id in different if back.get(row_id) in there}
    return Queued(len(notes.seen["to-marketo"]), len(there), len(verdicts) - len(touched))


async def _write(engine: Engine, connection: AsyncConnection, one: Object, notes: Notes) -> None:
    await save_links(connection, notes.links, "dynamics_id")
    for direction, seen in notes.seen.items():
        if seen:
            lane = await lane_of(engine, connection, one, direction)
            await note(engine.database, connection, lane, seen, engine.now())


def _mend(
    engine: Engine, one: Object, row_id: str, verdict: Verdict, row: Row | None, link: Link | None, notes: Notes
) -> None:
    kind = verdict.differences[0].kind
    if row is None or kind == "missing in dynamics":
        notes.seen["to-marketo"].append(Seen(row_id, "delete", {}, engine.now()))
    elif kind in ("missing in marketo", "not linked"):
        parted = replace(link, marketo_id=None, agreed={}, sent={}) if link else None
        notes.links += [parted] if parted else []
        notes.seen["to-marketo"] += seen_on(page_with(engine, one, row, parted))
    elif kind == "linked wrongly":
        notes.seen["to-marketo"].append(_marked(engine, one, row, {}, one.mark(row_id)))
    elif verdict.pair is not None and link is not None:
        _mend_values(engine, one, row, verdict, link, notes)


def _marked(engine: Engine, one: Object, row: Row, values: Mapping[str, Any], extra: Mapping[str, Any]) -> Seen:
    return Seen(str(row[one.dynamics_key]), "update", values, engine.now(), label(one, row), extra=extra or None)


def _mend_values(engine: Engine, one: Object, row: Row, verdict: Verdict, link: Link, notes: Notes) -> None:
    """People get the fields that differ, all else is sent as a whole. What is flagged as deleted comes back."""
    assert verdict.pair is not None
    names = [each.field for each in verdict.differences]
    mending = mend([one.field(name) for name in names if name != one.deleted_field], verdict.pair)
    back = one.deleted_field in names
    mended = replace(link, agreed={**link.agreed, **mending.agreed}, dynamics_deleted=link.dynamics_deleted or back)
    notes.links.append(mended)
    if back or (mending.notes["to-marketo"] and not one.is_person):
        notes.seen["to-marketo"] += seen_on(page_with(engine, one, row, mended))
    elif mending.notes["to-marketo"]:
        notes.seen["to-marketo"].append(_marked(engine, one, row, mending.notes["to-marketo"], {}))
    if mending.notes["to-dynamics"]:
        there = mending.notes["to-dynamics"]
        notes.seen["to-dynamics"].append(Seen(str(link.marketo_id), "update", there, engine.now(), label(one, row)))
