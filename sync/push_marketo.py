"""Writing to Marketo: people by id or by our id field, everything else by its external id, in full calls."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from storage.changes import Change, Link, Operation, Postponed, Seen, Settled, Skipped
from storage.ledger.claiming import keep_extra
from storage.ledger.links import save_links
from sync.decide import Delete, Insert, agreed_by_insert, edited
from sync.engine import CALL, Engine
from sync.errors import SyncFailure
from sync.matching import Matches, in_marketo
from sync.objects import DELETED, SYNC, TYPE, Object
from sync.outcomes import Outcome
from sync.pull_dynamics import CLOSED, ETAG
from sync.push import Claim, Item, defer, fail_all, failed, finish, keep_free, take
from sync.values import fingerprint, fingerprints

LEAD_NOT_FOUND = "1004"
KEPT = "kept in Marketo"


async def push_to_marketo(engine: Engine, claimed: Claim) -> None:
    """Sends one round and settles it."""
    defer(engine, claimed)
    try:
        links = await _match(engine, claimed) if claimed.one.is_person else {}
    except SyncFailure as failure:
        fail_all(engine, claimed, failure)
        await finish(engine, claimed)
        return
    items = [item for item in take(claimed, links) if not _kept(claimed, item)]
    if claimed.one.is_person:
        await _remember_sent(engine, claimed, items)
    await asyncio.gather(*(_send(engine, claimed, call) for call in _calls(claimed.one, items)))
    await finish(engine, claimed)


async def _match(engine: Engine, claimed: Claim) -> dict[str, Link]:
    """Links people whom Marketo has already, and notes what has to travel back from them."""
    unlinked = [
        each
        for each in claimed.waiting()
        if each.operation != "delete" and not ((link := claimed.links.get(each.record_id)) and link.marketo_id)
    ]
    if not unlinked:
        return {}
    by_id = claimed.reading_first or any(each.unsure for each in unlinked)
    matches = await in_marketo(engine, claimed.one, unlinked, by_id)
    for change in unlinked:
        refusal = matches.refused.get(change.record_id)
        if refusal:
            failed(engine, claimed, Item(change, None, Insert({})), refusal, timedelta())
    free = await keep_free(engine, claimed, matches.links)
    for record_id, link in free.items():
        values = matches.values[record_id]
        if edited(claimed.one, "to-dynamics", values, link) and link.marketo_id:
            back = Seen(link.marketo_id, "update", values, engine.now())
            claimed.noted.setdefault((claimed.one.name, "to-dynamics"), []).append(back)
    claimed.changes = [_marked(claimed.one, change, matches) for change in claimed.changes]
    marked = [change for change in claimed.changes if change.record_id in matches.unmarked & free.keys()]
    if marked:
        async with engine.database.write() as connection:
            await keep_extra(connection, marked)
    return free


def _marked(one: Object, change: Change, matches: Matches) -> Change:
    """A person matched otherwise than by our id field has to learn its Dynamics id."""
    if change.record_id not in matches.unmarked:
        return change
    return change._replace(extra={**one.mark(change.record_id), **(change.extra or {})})


def _kept(claimed: Claim, item: Item) -> bool:
    """Users leave, but Marketo keeps its sales persons: their people still refer to them."""
    if not isinstance(item.decision, Delete) or claimed.one.deleted_field or claimed.one.name == "roles":
        return False
    claimed.results.append(Skipped(item.change, KEPT, item.link))
    return True


async def _remember_sent(engine: Engine, claimed: Claim, items: Sequence[Item]) -> None:
    """Before anything is sent: the fingerprints by which its echo is known, even after a crash."""
    links = [sent_link(claimed.one, item) for item in items if not isinstance(item.decision, Delete)]
    async with engine.database.write() as connection:
        await save_links(connection, links, "dynamics_id")


def sent_link(one: Object, item: Item) -> Link:
    link = item.link or Link(one.name, item.change.record_id, None)
    held = {**link.agreed, **fingerprints(one.fields, item.refused)}
    sent = {
        name: (held.get(name, ""), fingerprint(one.field(name), value)) for name, value in item.decision.values.items()
    }
    return replace(link, sent={**link.sent, **sent})


def _calls(one: Object, items: Sequence[Item]) -> list[list[Item]]:
    """Calls of at most 300 records that can be sent alike: inserts, updates and deletes of people go apart."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        together = (
            "write" if not one.is_person and not isinstance(item.decision, Delete) else type(item.decision).__name__
        )
        groups.setdefault("Update" if one.is_person and together == "Delete" else together, []).append(item)
    return [group[start : start + CALL] for group in groups.values() for start in range(0, len(group), CALL)]


async def _send(engine: Engine, claimed: Claim, items: Sequence[Item]) -> None:
    try:
        outcomes: Sequence[Outcome] = await _write(engine, claimed, items)
    except SyncFailure as failure:
        outcomes = [failure] * len(items)
    for item, outcome in zip(items, outcomes, strict=True):
        _file(engine, claimed, item, outcome)


async def _write(engine: Engine, claimed: Claim, items: Sequence[Item]) -> list[Outcome]:
    one = claimed.one
    if one.is_person and isinstance(items[0].decision, Insert):
        rows = [
            {one.marketo_key: item.change.record_id, TYPE: one.person_type, **item.decision.values} for item in items
        ]
        return await engine.marketo.write_people("createOrUpdate", one.marketo_key, rows)
    if one.is_person:
        return await engine.marketo.write_people("updateOnly", "id", [_person_update(one, item) for item in items])
    if one.name == "roles":
        return await _write_roles(engine, claimed, items)
    return await engine.marketo.write_objects(one.kind, [_object_row(one, item) for item in items])


def _person_update(one: Object, item: Item) -> dict[str, Any]:
    assert item.link is not None
    row: dict[str, Any] = {"id": int(item.link.marketo_id or 0)}
    if isinstance(item.decision, Delete):
        return {**row, DELETED: True, SYNC: False}
    if item.link.dynamics_deleted:
        row |= {DELETED: False}
    return {**row, **item.decision.values, **(item.change.extra or {})}


def _object_row(one: Object, item: Item) -> dict[str, Any]:
    """The whole record every time: it costs no more calls, and mends what was edited in Marketo meanwhile."""
    key = {one.marketo_key: item.change.record_id}
    if isinstance(item.decision, Delete):
        return {**key, DELETED: True}
    values = {each.name: item.change.values.get(each.name) for each in one.fields}
    if isinstance(item.decision, Insert):
        values = {name: value for name, value in values.items() if value is not None}
    return {**key, **values}


async def _write_roles(engine: Engine, claimed: Claim, items: Sequence[Item]) -> list[Outcome]:
    """A role's opportunity, person and name are its key in Marketo: one that changed is another role there."""
    old = [{"marketoGUID": item.link.marketo_id} for item in items if item.link and item.link.marketo_id]
    deleted = await engine.marketo.delete_objects(claimed.one.kind, old) if old else []
    if isinstance(items[0].decision, Delete):
        return deleted
    contacts = claimed.parents["contacts"]
    rows = [{**_values(claimed.one, item), "leadId": int(contacts[item.change.values["leadId"]])} for item in items]
    return await engine.marketo.write_objects(claimed.one.kind, rows)


def _values(one: Object, item: Item) -> dict[str, Any]:
    return {each.name: item.change.values.get(each.name) for each in one.fields}


def _file(engine: Engine, claimed: Claim, item: Item, outcome: Outcome) -> None:
    one, change = claimed.one, item.change
    if isinstance(outcome, SyncFailure):
        if outcome.code == LEAD_NOT_FOUND and item.link is not None:
            lost = replace(item.link, marketo_id=None, agreed={}, sent={})
            # Unsure, for somebody may hold this Dynamics id since a merge: our id field is looked up first.
            again = Postponed(change, "retrying", outcome.code, outcome.message, engine.now(), unsure=True, link=lost)
            claimed.results.append(again)
        else:
            failed(engine, claimed, item, outcome, timedelta(seconds=engine.pace.settle_seconds))
        return
    if isinstance(item.decision, Delete):
        link = replace(item.link or Link(one.name, change.record_id, outcome.id), dynamics_deleted=True)
        link = replace(link, generation=link.generation + 1, sent={}, agreed={})
        claimed.results.append(Settled(change, "delete", link))
        return
    operation: Operation = "insert" if outcome.created else "update"
    link = _agreed(one, item, outcome.id)
    claimed.results.append(Settled(change, operation, link, item.decision.values))


def _agreed(one: Object, item: Item, marketo_id: str) -> Link:
    """The link as it stands once a write took effect."""
    change, link = item.change, item.link
    generation = link.generation if link else 0
    if not one.is_person:
        agreed = fingerprints(one.fields, change.values)
        return Link(one.name, change.record_id, marketo_id, agreed, generation=generation)
    link = link or Link(one.name, change.record_id, None)
    if isinstance(item.decision, Insert):
        link = replace(link, agreed=agreed_by_insert(one, "to-marketo", change.values), sent={})
    else:
        written = fingerprints(one.fields, item.decision.values)
        link = replace(link, agreed={**link.agreed, **written}, sent=sent_link(one, item).sent)
    return replace(
        link,
        marketo_id=marketo_id,
        dynamics_deleted=False,
        etag=change.values.get(ETAG) or link.etag,
        closed=bool(change.values.get(CLOSED, link.closed)),
    )
