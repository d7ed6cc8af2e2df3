"""Writing to Dynamics: people only, guarded by etags, created with ids of our own making so that replay is safe."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from storage.changes import Link, Postponed, Seen, Settled, Skipped
from storage.ledger.links import forget_plans, save_links
from sync.decide import Insert, agreed_by_insert
from sync.engine import Engine
from sync.errors import Never, SyncFailure
from sync.matching import Matches, in_dynamics
from sync.objects import Object
from sync.outcomes import Outcome, Written
from sync.push import Claim, Item, fail_all, failed, finish, keep_free, take
from sync.push_marketo import sent_link
from sync.values import fingerprints, to_dynamics

LINKED = "linked to a record Dynamics had"


async def push_to_dynamics(engine: Engine, claimed: Claim) -> None:
    """Sends one round and settles it."""
    try:
        links = await _match(engine, claimed)
    except SyncFailure as failure:
        fail_all(engine, claimed, failure)
        await finish(engine, claimed)
        return
    items = [plan(engine, claimed.one, item) for item in take(claimed, links)]
    async with engine.database.write() as connection:
        links_sent = [sent_link(claimed.one, item) for item in items]
        await save_links(connection, links_sent, "marketo_id")
    inserts = [item for item in items if isinstance(item.decision, Insert)]
    await _send(engine, claimed, inserts, created=True)
    await _send(engine, claimed, [item for item in items if item not in inserts], created=False)
    await finish(engine, claimed)


async def _match(engine: Engine, claimed: Claim) -> dict[str, Link]:
    """Links people whom Dynamics has already; one that it has as another object is handed over to that."""
    unlinked = [
        each for each in claimed.waiting() if _to_be_matched(claimed, each.record_id) and each.operation != "delete"
    ]
    if not unlinked:
        return {}
    matches = await in_dynamics(engine, claimed.one, unlinked)
    free, links = await keep_free(engine, claimed, matches.links), {}
    await _make_room(engine, list(free.values()))
    for change in unlinked:
        link = free.get(change.record_id)
        if change.record_id in matches.refused:
            refusal: Never = matches.refused[change.record_id]
            failed(engine, claimed, Item(change, None, Insert({})), refusal, timedelta())
        elif change.record_id in matches.skipped:
            claimed.results.append(Skipped(change, matches.skipped[change.record_id]))
        elif link is not None:
            _announce_match(engine, claimed, link, matches)
            if link.object == claimed.one.name:
                links[change.record_id] = link
            else:
                await _hand_over(engine, link)
                claimed.results.append(Skipped(change, LINKED))
    return links


def _to_be_matched(claimed: Claim, record_id: str) -> bool:
    link = claimed.links.get(record_id)
    return link is None or link.dynamics_deleted


def _announce_match(engine: Engine, claimed: Claim, link: Link, matches: Matches) -> None:
    """Marketo has to learn the Dynamics id, and both what the comparison found to travel."""
    assert link.marketo_id and link.dynamics_id
    one = engine.object_named(link.object)
    row, person = matches.rows[link.marketo_id], matches.values[link.marketo_id]
    there = Seen(link.dynamics_id, "update", row, engine.now(), extra=one.mark(link.dynamics_id))
    claimed.noted.setdefault((link.object, "to-marketo"), []).append(there)
    if link.object != claimed.one.name:
        back = Seen(link.marketo_id, "update", person, engine.now())
        claimed.noted.setdefault((link.object, "to-dynamics"), []).append(back)


async def _make_room(engine: Engine, found: Sequence[Link]) -> None:
    """A row whose person Marketo lost still has a link, to nobody, which would stand in the way of the new one."""
    async with engine.database.write() as connection:
        for one in {link.object for link in found}:
            ids = [link.dynamics_id for link in found if link.object == one and link.dynamics_id]
            await forget_plans(connection, one, "dynamics_id", ids)


async def _hand_over(engine: Engine, link: Link) -> None:
    async with engine.database.write() as connection:
        await save_links(connection, [link], "marketo_id")


def plan(engine: Engine, one: Object, item: Item) -> Item:
    """Gives an insert its GUID before it is sent: the same person always gets the same one, in each generation."""
    if not isinstance(item.decision, Insert):
        return item
    link = item.link or Link(one.name, None, item.change.record_id)
    guid = uuid5(NAMESPACE_URL, f"{engine.instance}/{one.table}/{item.change.record_id}/{link.generation}")
    planned = replace(link, dynamics_id=str(guid), planned=True, dynamics_deleted=False, etag=None, agreed={}, sent={})
    return replace(item, link=planned)


async def _send(engine: Engine, claimed: Claim, items: Sequence[Item], created: bool) -> None:
    if not items:
        return
    one = claimed.one
    try:
        outcomes: Sequence[Outcome]
        if created:
            outcomes = await engine.dynamics.create(
                one.entity_set, one.table, [(_id(item), wire(one, item)) for item in items]
            )
        else:
            rows = [(_id(item), item.link.etag if item.link else None, wire(one, item)) for item in items]
            outcomes = await engine.dynamics.update(one.entity_set, rows)
    except SyncFailure as failure:
        outcomes = [failure] * len(items)
    for item, outcome in zip(items, outcomes, strict=True):
        _file(engine, claimed, item, outcome)


def _id(item: Item) -> str:
    assert item.link is not None and item.link.dynamics_id is not None
    return item.link.dynamics_id


def wire(one: Object, item: Item) -> dict[str, Any]:
    return to_dynamics(one, item.decision.values)


def _file(engine: Engine, claimed: Claim, item: Item, outcome: Outcome) -> None:
    if isinstance(outcome, SyncFailure):
        failed(engine, claimed, item, outcome, timedelta(seconds=1))
    elif isinstance(item.decision, Insert):
        _file_insert(engine, claimed, item, outcome)
    else:
        assert item.link is not None
        values = item.decision.values
        agreed = {**item.link.agreed, **fingerprints(claimed.one.fields, values)}
        sent = {name: pair for name, pair in item.link.sent.items() if name not in values}
        link = replace(item.link, agreed=agreed, sent=sent, etag=outcome.etag or item.link.etag)
        claimed.results.append(Settled(item.change, "update", link, values))


def _file_insert(engine: Engine, claimed: Claim, item: Item, outcome: Written) -> None:
    one, change = claimed.one, item.change
    assert item.link is not None
    there = Seen(outcome.id, "update", {}, engine.now(), change.label, extra=one.mark(outcome.id))
    claimed.noted.setdefault((one.name, "to-marketo"), []).append(there)
    link = replace(item.link, planned=False, etag=outcome.etag, sent={})
    if outcome.created:
        link = replace(link, agreed=agreed_by_insert(one, "to-dynamics", change.values))
        claimed.results.append(Settled(change, "insert", link, item.decision.values))
    else:  # an earlier try made it, perhaps with older values: now that it is linked, write the newest
        message = "created by an earlier try whose reply was lost"
        again = Postponed(change, "retrying", "replayed", message, engine.now(), unsure=True, link=link)
        claimed.results.append(again)
