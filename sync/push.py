"""One round of one object in one direction, whichever side is written to: what is decided, filed and settled alike."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from storage.changes import Change, Link, Parked, Postponed, Skipped
from storage.ledger.noting import Lane, note
from storage.ledger.readings import restart_lane, stop_lane
from storage.ledger.settling import Round, settle
from sync.brakes import span
from sync.claims import Claim, Item
from sync.decide import Insert, Skip, decide
from sync.deferring import go_on_with_parents, wait
from sync.engine import Engine
from sync.errors import Later, Never, PersonMustLook, SyncFailure
from sync.suspects import FEW
from sync.taken import park_second_links
from sync.values import fingerprint

ARRIVING = Later("import-address", "a person with this e-mail address is being imported")


def take(claimed: Claim, match_links: Mapping[str, Link]) -> list[Item]:
    """Decides about all that nothing was decided about yet; a skip is a result, the rest is on its way."""
    items = []
    for change in claimed.waiting():
        link = match_links.get(change.record_id) or claimed.links.get(change.record_id)
        refused = claimed.refused.get(change.record_id, {})
        decision = decide(claimed.one, change, link, claimed.other_side.get(change.record_id), refused)
        if isinstance(decision, Skip):
            claimed.results.append(skipped(claimed, change, link, decision))
        else:
            items.append(Item(change, link, decision, refused))
    return items


def skipped(claimed: Claim, change: Change, link: Link | None, decision: Skip) -> Skipped:
    if link is None:
        return Skipped(change, decision.reason)
    found = {name: fingerprint(claimed.one.field(name), value) for name, value in decision.agreed.items()}
    return Skipped(change, decision.reason, replace(link, agreed={**link.agreed, **found}))


def failed(engine: Engine, claimed: Claim, item: Item, failure: SyncFailure, settles_after: timedelta) -> None:
    """Files a refusal by its kind. `settles_after` is how long a lost call may still take effect on that side."""
    change, now = item.change, engine.now()
    if _may_be_but_one_value(engine, change, failure):
        claimed.held_back.append(item)
    if isinstance(failure, Never):
        there = item.link if item.link and not item.link.planned else Link(claimed.one.name, None, None)
        claimed.results.append(
            Parked(change, failure.code, failure.message, there.dynamics_id, there.marketo_id, failure.candidates)
        )
    elif isinstance(failure, PersonMustLook):
        claimed.stopped = failure
        next_at = now + engine.pace.stopped_for
        claimed.results.append(Postponed(change, "retrying", failure.code, failure.message, next_at))
    elif isinstance(failure, Later) and failure.unknown:
        claimed.delayed = failure
        broken = engine.suspects.breakdowns(change)
        next_at = now + (max(settles_after, wait(broken)) if broken else settles_after)
        claimed.results.append(Postponed(change, "unknown", failure.code, failure.message, next_at, unsure=True))
    else:
        retry_after = failure.retry_after if isinstance(failure, Later) else None
        next_at = now + wait(change.attempts, retry_after)
        claimed.results.append(Postponed(change, "retrying", failure.code, failure.message, next_at))


def _may_be_but_one_value(engine: Engine, change: Change, failure: SyncFailure) -> bool:
    """Whether a failure is the record's own, so that its other values might get through without the one to blame."""
    return isinstance(failure, Never) or failure is ARRIVING or engine.suspects.breakdowns(change) >= FEW


def fail_all(engine: Engine, claimed: Claim, failure: SyncFailure) -> None:
    """Nothing of this round was sent, because the other side could not even be asked."""
    if isinstance(failure, Later):
        claimed.delayed = failure
        failure = Later(failure.code, failure.message, retry_after=failure.retry_after)
    for change in claimed.waiting():
        failed(engine, claimed, Item(change, None, Insert({})), failure, timedelta())


async def finish(engine: Engine, claimed: Claim) -> None:
    """Settles the round, and notes what it taught about the way back, in one transaction."""
    now = engine.now()
    async with engine.database.write() as connection:
        await park_second_links(connection, claimed)
        follows = span(engine.spending.apart())
        done = Round(claimed.one.name, claimed.direction, claimed.results, claimed.one.is_person, follows)
        await settle(engine.database, connection, done, now)
        await go_on_with_parents(connection, claimed)
        for (name, direction), seen in claimed.noted.items():
            await note(engine.database, connection, Lane(name, direction, claimed.first_read_at), seen, now)
        if claimed.stopped:
            lane = (claimed.one.name, claimed.direction)
            await stop_lane(engine.database, connection, *lane, claimed.stopped.code, claimed.stopped.message, now)
        else:
            await restart_lane(connection, claimed.one.name, claimed.direction)
