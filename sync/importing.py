"""The first sync of many people, by Marketo's bulk import: a handful of calls for thousands, instead of one per 300.

It runs beside the passes, for a file takes minutes, and may queue for hours; of people they write meanwhile only those
who are linked already. A file's rows are upserts on our id field. Marketo tells neither the ids it gave nor whether it
created or updated, so the ids are read from an extract of who was created since, and what the import did not take is
written once more by an ordinary call, which says of each record why.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from storage.changes import Postponed
from storage.ledger.claiming import IMPORT_TAKES, any_in_flight, enough_wait, mark_importing
from storage.ledger.readings import LaneState, lane_states
from storage.ledger.totals import Total, read_totals
from sync.claims import Claim, Item, claim
from sync.decide import Insert
from sync.engine import Engine
from sync.errors import Later, Never, PersonMustLook, SyncFailure
from sync.lanes import may_write
from sync.marketo.bulk import IMPORT_FAILED, NotTaken, files_of
from sync.marketo_rows import inserted
from sync.matching import address
from sync.objects import Object
from sync.outcomes import Outcome, Written
from sync.push import finish
from sync.push_marketo import file_outcome, push_to_marketo, send_calls
from sync.turnstile import Caller, calling_for

log = logging.getLogger(__name__)

CLOCKS_DIFFER = timedelta(minutes=10)
LACKING = ("import-lacking", "imported, but without one of the values")
NOT_SEEN = Later("import-unseen", "imported, but not found in Marketo yet", unknown=True)


async def import_waiting(engine: Engine) -> bool:
    """Brings in people of whom enough wait to be inserted, `pace.import_from` of them; whether there were any.

    Once, so that edits get their turn in the passes before the next so many are brought in.
    """
    for one in engine.people:
        if await _is_worth_it(engine, one):
            with calling_for(Caller(f"{one.name} import")):
                await _import(engine, one)
            return True
    return False


async def _is_worth_it(engine: Engine, one: Object) -> bool:
    """Where Marketo's import is not beside the point: a first sync is under way, and may be written."""
    if engine.stopping or not engine.may_import or engine.fitted != {"dynamics", "marketo"}:
        return False
    enough = engine.pace.import_from
    async with engine.database.read() as connection:
        totals = await read_totals(connection)
        state = (await lane_states(connection)).get((one.name, "to-marketo"), LaneState())
        if totals.get(Total(one.name, "to-marketo", "insert", "backlog"), 0) < enough:
            return False
        in_line = await enough_wait(connection, one.name, "to-marketo", enough)  # rather than were put off
        # What a pass that died left in flight, the next one takes back first.
        left = await any_in_flight(connection, [each.name for each in engine.people])
    return in_line and not left and may_write(engine, state) and engine.spending.plan().calls


async def _import(engine: Engine, one: Object) -> None:
    """A round like others, but for those who are new: of them a file is made when the round is over."""
    try:
        async with engine.people_turns.turn():  # a contact may be the very person of a lead in the file
            engine.importing[one.name] = frozenset()
            claimed, items = await _matched(engine, one)
            engine.importing[one.name] = frozenset(address(item.change.values) for item in items) - {""}
        if claimed and items:
            await send_by_file(engine, claimed, items)
            await finish(engine, claimed)
            log.info("%d of %s came to an end by bulk import", len(claimed.results), one.name)
    finally:
        engine.importing.pop(one.name, None)


async def _matched(engine: Engine, one: Object) -> tuple[Claim | None, list[Item]]:
    """Writes by ordinary calls who is in Marketo already, or was once; those to be imported are still in flight."""
    claimed = await claim(engine, one, "to-marketo", engine.pace.import_from)
    new: list[Item] = []

    async def send_others(engine: Engine, claimed: Claim, items: Sequence[Item]) -> None:
        new.extend(item for item in items if isinstance(item.decision, Insert) and item.link is None)
        apart = {item.change.id for item in new}
        await send_calls(engine, claimed, [item for item in items if item.change.id not in apart])

    if claimed is None:
        return None, new
    await push_to_marketo(engine, claimed, send_others)
    rest = [item.change for item in new]
    async with engine.database.write() as connection:
        await mark_importing(connection, [change.id for change in rest])
    return replace(claimed, changes=rest, results=[], held_back=[], noted={}, awaited=set()), new


async def send_by_file(engine: Engine, claimed: Claim, inserts: Sequence[Item]) -> None:
    """Inserts by file; and by ordinary calls what the import did not take, which may be the file as such."""
    began, taken, refused, lacking = engine.now(), list[Item](), list[Item](), list[Item]()
    for part, file in files_of([inserted(claimed.one, item) for item in inserts]):
        mine, inserts = inserts[: len(part)], inserts[len(part) :]
        try:
            left = await engine.marketo.import_people(claimed.one.marketo_key, file, engine.pace.import_every_seconds)
        except (Never, PersonMustLook) as failure:
            engine.may_import = False
            log.warning("Marketo takes no file of people (%s); they are written by ordinary calls", failure)
            left = NotTaken({item.change.record_id for item in mine}, set())
        except SyncFailure as failure:
            _file_all(engine, claimed, mine, failure)
            continue
        refused += [item for item in mine if item.change.record_id in left.refused]
        lacking += [item for item in mine if item.change.record_id in left.lacking - left.refused]
        taken += [item for item in mine if item.change.record_id not in left.refused | left.lacking]
    await _file_taken(engine, claimed, taken, began)
    claimed.results += [_to_be_found(engine, item) for item in lacking]
    await send_calls(engine, claimed, refused)


def _to_be_found(engine: Engine, item: Item) -> Postponed:
    """Who came without one of their values is found by our id in the next pass, and linked before that is refused."""
    return Postponed(item.change, "retrying", *LACKING, engine.now(), unsure=True)


def _file_all(engine: Engine, claimed: Claim, items: Sequence[Item], failure: SyncFailure) -> None:
    takes = None if failure.code == IMPORT_FAILED else IMPORT_TAKES  # what has failed is over
    for item in items:
        file_outcome(engine, claimed, item, failure, takes)


async def _file_taken(engine: Engine, claimed: Claim, taken: Sequence[Item], began: datetime) -> None:
    if not taken:
        return
    key = claimed.one.marketo_key
    ids = await _created(engine, key, began)
    missing = [item.change.record_id for item in taken if item.change.record_id not in ids]
    try:
        found = await engine.marketo.find_people(key, missing, ["id", key]) if missing else []
        ids |= {str(person[key]): str(person["id"]) for person in found}
    except SyncFailure as failure:
        log.warning("%d imported people could not be looked up: %s", len(missing), failure)
    for item in taken:
        marketo_id = ids.get(item.change.record_id)
        outcome: Outcome = Written(marketo_id, created=True) if marketo_id else NOT_SEEN
        file_outcome(engine, claimed, item, outcome)


async def _created(engine: Engine, key: str, began: datetime) -> dict[str, str]:
    """Marketo's ids by ours of whom it created since; none where it gives no extract (another day's quota, 1029)."""
    window = (began - CLOCKS_DIFFER, engine.now() + CLOCKS_DIFFER)
    try:
        people = await engine.marketo.created_people(["id", key], *window, engine.pace.import_every_seconds)
    except SyncFailure as failure:
        log.warning("no extract of who was imported, they are looked up instead: %s", failure)
        return {}
    return {person[key]: person["id"] for person in people if person[key] not in ("", "null")}
