"""Writing to Marketo: people by id or by our id field, everything else by its external id, in full calls."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from storage.changes import Change, Link, Operation, Postponed, Seen, Settled, Skipped
from storage.ledger.claiming import keep_extra
from storage.ledger.links import save_links
from sync.addresses import park_taken
from sync.claims import Claim, Item, Sending
from sync.decide import Delete, Insert, agreed_by_insert, edited
from sync.deferring import defer, for_parent
from sync.engine import CALL, Engine
from sync.errors import SyncFailure
from sync.lead_and_contact import give_way
from sync.lost_inserts import found_after_all
from sync.lost_owners import bring_owners_back
from sync.marketo_rows import write
from sync.match_outcomes import file_matches, forget_former
from sync.matching import Matches
from sync.matching_marketo import in_marketo
from sync.objects import Object
from sync.opt_outs import send_opt_outs
from sync.outcomes import Outcome
from sync.push import fail_all, failed, finish, take
from sync.roles import LEAD_ID, roles_in
from sync.roles_again import roles_of
from sync.rows_read import CLOSED, ETAG
from sync.suspects import calls_apart
from sync.taken import keep_free
from sync.values import fingerprint, fingerprints

LEAD_NOT_FOUND = "1004"
KEPT = "kept in Marketo"


async def push_to_marketo(engine: Engine, claimed: Claim, send: Sending | None = None) -> None:
    """Sends one round, by calls of 300 records or as `send` does it, and settles it."""
    defer(engine, claimed)
    try:
        lost = [change.record_id for change in claimed.waiting() if _was_lost(claimed, change)]
        roles = await roles_of(engine, claimed.one, lost)
        items = await _decided(engine, claimed)
    except SyncFailure as failure:
        fail_all(engine, claimed, failure)
        await finish(engine, claimed)
        return
    if claimed.one.is_person:
        await _remember_sent(engine, claimed, items)
    await (send or send_calls)(engine, claimed, items)
    await send_opt_outs(engine, claimed, _send_opt_outs)
    _note_roles(engine, claimed, roles)
    await bring_owners_back(engine, claimed)
    await finish(engine, claimed)


def _was_lost(claimed: Claim, change: Change) -> bool:
    """Whether this record was in Marketo once (or an insert of it was begun), and is not known to be any more."""
    link = claimed.links.get(change.record_id)
    return link is not None and link.marketo_id is None and change.operation != "delete"


def _note_roles(engine: Engine, claimed: Claim, roles: Mapping[str, list[Seen]]) -> None:
    """People who are in Marketo again take up the roles they had."""
    back = [each.change.record_id for each in claimed.results if isinstance(each, Settled)] if roles else []
    again = [seen for person in back for seen in roles.get(person, ())]
    if again and (one := roles_in(engine)):
        claimed.noted.setdefault((one.name, "to-marketo"), []).extend(again)


async def _decided(engine: Engine, claimed: Claim) -> list[Item]:
    found = await found_after_all(engine, claimed)
    links = await keep_free(engine, claimed, found) if found else {}
    if claimed.one.is_person:
        links |= await _match(engine, claimed)
        await give_way(engine, claimed, {**claimed.links, **links})
    items = [item for item in take(claimed, links) if not _kept(claimed, item)]
    return await park_taken(engine, claimed, items) if claimed.one.is_person else items


async def _match(engine: Engine, claimed: Claim) -> dict[str, Link]:
    """Links people whom Marketo has already, and notes what has to travel back from them."""
    unlinked = [
        each
        for each in claimed.waiting()
        if each.operation != "delete" and not ((link := claimed.links.get(each.record_id)) and link.marketo_id)
    ]
    if not unlinked:
        return {}
    # Whose link was lost may be somebody since: who survived a merge in Marketo holds the loser's ids.
    by_id = claimed.reading_first or any(each.unsure or each.record_id in claimed.links for each in unlinked)
    matches = await in_marketo(engine, claimed.one, unlinked, by_id)
    file_matches(engine, claimed, unlinked, matches)
    await forget_former(engine, matches.former)
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
    """Users and teams leave, but Marketo keeps its sales persons: their people still refer to them."""
    one = claimed.one
    if not isinstance(item.decision, Delete) or one.deleted_field or one.is_role or one.is_custom:
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


def _calls(engine: Engine, one: Object, items: Sequence[Item]) -> list[Sequence[Item]]:
    """Calls of at most 300 records that can be sent alike: inserts, updates and deletes of people go apart."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        together = (
            "write" if not one.is_person and not isinstance(item.decision, Delete) else type(item.decision).__name__
        )
        groups.setdefault("Update" if one.is_person and together == "Delete" else together, []).append(item)

    def breakdowns(item: Item) -> int:
        return engine.suspects.breakdowns(item.change)

    return [call for group in groups.values() for call in calls_apart(group, breakdowns, CALL)]


async def send_calls(engine: Engine, claimed: Claim, items: Sequence[Item]) -> None:
    """Sends what was decided in as few calls as there can be, side by side, and files what became of each."""
    calls = _calls(engine, claimed.one, items)
    sent = [item for call in calls for item in call]
    outcomes = [
        each for call in await asyncio.gather(*(_send(engine, claimed, call) for call in calls)) for each in call
    ]
    judged = engine.suspects.judge([item.change for item in sent], outcomes)
    for item, outcome in zip(sent, judged, strict=True):
        file_outcome(engine, claimed, item, outcome)


async def _send_opt_outs(engine: Engine, claimed: Claim, items: Sequence[Item]) -> None:
    await _remember_sent(engine, claimed, items)
    await send_calls(engine, claimed, items)


async def _send(engine: Engine, claimed: Claim, items: Sequence[Item]) -> Sequence[Outcome]:
    try:
        return await write(engine, claimed, items)
    except SyncFailure as failure:
        return [failure] * len(items)


def file_outcome(
    engine: Engine, claimed: Claim, item: Item, outcome: Outcome, settles_after: timedelta | None = None
) -> None:
    """Makes a result of what became of an item; a lost call may take effect for as long as `settles_after`."""
    one, change = claimed.one, item.change
    settles_after = settles_after or timedelta(seconds=engine.pace.settle_seconds)
    if isinstance(outcome, SyncFailure):
        if outcome.code == LEAD_NOT_FOUND and one.is_role:  # whose person is gone, as the deletes will tell
            claimed.results.append(for_parent(engine, change, one.field(LEAD_ID)))
        elif outcome.code == LEAD_NOT_FOUND and item.link is not None:
            lost = replace(item.link, marketo_id=None, agreed={}, sent={})
            # Unsure, for somebody may hold this Dynamics id since a merge: our id field is looked up first.
            again = Postponed(change, "retrying", outcome.code, outcome.message, engine.now(), unsure=True, link=lost)
            claimed.results.append(again)
        else:
            failed(engine, claimed, item, outcome, settles_after)
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
