"""Writing to Dynamics: people only, guarded by etags, created with ids of our own making so that replay is safe."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from storage.changes import Link, Postponed, Seen, Settled, Skipped
from storage.ledger.links import forget_plans, links_by, save_links
from storage.ledger.noting import Lane, note
from sync.addresses import park_taken
from sync.claims import Claim, Item
from sync.decide import Insert, agreed_by_insert
from sync.engine import Engine
from sync.errors import Never, SyncFailure
from sync.match_outcomes import file_matches
from sync.matching import Matches, stands_alone
from sync.matching_dynamics import in_dynamics
from sync.naming import with_rows_named
from sync.new_owners import remark_on_owner, with_able_owners
from sync.objects import Object
from sync.opt_outs import send_opt_outs
from sync.outcomes import Outcome, Written
from sync.push import fail_all, failed, finish, take
from sync.push_marketo import sent_link
from sync.roles import roles_in
from sync.roles_again import roles_of
from sync.taken import keep_free
from sync.values import fingerprints, not_an_option, to_dynamics

NO_SUCH_OPTION = "0x8004431a"  # as Dataverse calls it, PicklistValueOutOfRange
LINKED = "linked to a record Dynamics had"


async def push_to_dynamics(engine: Engine, claimed: Claim) -> None:
    """Sends one round and settles it."""
    one = claimed.one
    try:
        links = await _match(engine, claimed)
        items = await with_able_owners(engine, one, take(claimed, links))
        items = [each for each in await park_taken(engine, claimed, items) if not _refused(engine, claimed, each)]
        items = [plan(engine, one, item) for item in items]
    except SyncFailure as failure:
        fail_all(engine, claimed, failure)
        await finish(engine, claimed)
        return
    await _send_alike(engine, claimed, items)
    await send_opt_outs(engine, claimed, _send_alike)
    await finish(engine, claimed)


async def _send_alike(engine: Engine, claimed: Claim, items: Sequence[Item]) -> None:
    async with engine.database.write() as connection:
        await save_links(connection, [sent_link(claimed.one, item) for item in items], "marketo_id")
    for alike in _alike(items):
        await _send(engine, claimed, alike)


def _alike(items: Sequence[Item]) -> list[list[Item]]:
    """Those that can be sent together: inserts, inserts that somebody says are nobody's duplicate, and updates."""
    inserts = [item for item in items if isinstance(item.decision, Insert)]
    alone = [item for item in inserts if stands_alone(item.change)]
    groups = [[item for item in inserts if item not in alone], alone, [item for item in items if item not in inserts]]
    return [group for group in groups if group]


def _refused(engine: Engine, claimed: Claim, item: Item) -> bool:
    """A choice that Dynamics does not have is parked before it is sent, with the choices that it has."""
    message = not_an_option(claimed.one, item.decision.values)
    if message:
        failed(engine, claimed, item, Never(NO_SUCH_OPTION, message), timedelta())
    return message is not None


async def _match(engine: Engine, claimed: Claim) -> dict[str, Link]:
    """Links people whom Dynamics has already; one that it has as another object is handed over to that."""
    unlinked = [
        each for each in claimed.waiting() if _to_be_matched(claimed, each.record_id) and each.operation != "delete"
    ]
    if not unlinked:
        return {}
    matches = await in_dynamics(engine, claimed.one, unlinked)
    free, links = await keep_free(engine, claimed, matches.links), {}
    await _make_room(engine, claimed, list(free.values()))
    file_matches(engine, claimed, unlinked, matches)
    for record_id, link in free.items():
        _announce_match(engine, claimed, link, matches)
        if link.object == claimed.one.name:
            links[record_id] = link
        else:
            await _hand_over(engine, link)
    claimed.results += [
        Skipped(each, LINKED) for each in claimed.waiting() if each.record_id in free.keys() - links.keys()
    ]
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


async def _make_room(engine: Engine, claimed: Claim, found: Sequence[Link]) -> None:
    """A row whose person Marketo lost still has a link, to nobody, which would stand in the way of the new one.

    The roles that went with that person are noted with the link's end: they wait for the new one.
    """
    for one in {link.object: engine.object_named(link.object) for link in found}.values():
        ids = [link.dynamics_id for link in found if link.object == one.name and link.dynamics_id]
        async with engine.database.read() as connection:
            known = await links_by(connection, one.name, "dynamics_id", ids)
        lost = [row_id for row_id, link in known.items() if link.marketo_id is None]
        roles = [seen for those in (await roles_of(engine, one, lost)).values() for seen in those]
        async with engine.database.write() as connection:
            await forget_plans(connection, one.name, "dynamics_id", lost)
            if roles and (held := roles_in(engine)):
                lane = Lane(held.name, "to-marketo", claimed.first_read_at)
                await note(engine.database, connection, lane, roles, engine.now())


async def _hand_over(engine: Engine, link: Link) -> None:
    async with engine.database.write() as connection:
        await save_links(connection, [link], "marketo_id")


def planned_id(engine: Engine, one: Object, marketo_id: str, generation: int) -> str:
    """The id under which a person is created in Dynamics: always the same one, in each generation."""
    return str(uuid5(NAMESPACE_URL, f"{engine.instance}/{one.table}/{marketo_id}/{generation}"))


def plan(engine: Engine, one: Object, item: Item) -> Item:
    """Gives an insert its GUID before it is sent."""
    if not isinstance(item.decision, Insert):
        return item
    link = item.link or Link(one.name, None, item.change.record_id)
    guid = planned_id(engine, one, item.change.record_id, link.generation)
    planned = replace(link, dynamics_id=guid, planned=True, dynamics_deleted=False, etag=None, agreed={}, sent={})
    return replace(item, link=planned)


async def _send(engine: Engine, claimed: Claim, items: Sequence[Item]) -> None:
    try:
        outcomes: Sequence[Outcome] = await _write(engine, claimed, items)
    except SyncFailure as failure:
        outcomes = [failure] * len(items)
    outcomes = engine.suspects.judge([item.change for item in items], outcomes)
    for item, outcome in zip(items, outcomes, strict=True):
        _file(engine, claimed, item, outcome)


async def _write(engine: Engine, claimed: Claim, items: Sequence[Item]) -> Sequence[Outcome]:
    one = claimed.one
    if isinstance(items[0].decision, Insert):
        detect = not stands_alone(items[0].change)
        new = [(_id(item), wire(claimed, item)) for item in items]
        outcomes = await engine.dynamics.create(one.entity_set, one.table, new, detect_duplicates=detect)
        return await with_rows_named(engine, items, outcomes)
    rows = [(_id(item), item.link.etag if item.link else None, wire(claimed, item)) for item in items]
    return await engine.dynamics.update(one.entity_set, rows)


def _id(item: Item) -> str:
    assert item.link is not None and item.link.dynamics_id is not None
    return item.link.dynamics_id


def wire(claimed: Claim, item: Item) -> dict[str, Any]:
    return to_dynamics(claimed.one, item.decision.values, claimed.parents)


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
        remark = remark_on_owner(one, change.values, item.decision.values)
        claimed.results.append(Settled(change, "insert", link, item.decision.values, remark))
    else:  # an earlier try made it, perhaps with older values: now that it is linked, write the newest
        message = "created by an earlier try whose reply was lost"
        again = Postponed(change, "retrying", "replayed", message, engine.now(), unsure=True, link=link)
        claimed.results.append(again)
