"""What the search for matches found, filed: refusals, records that stand back, and those that wait for another."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from storage.changes import Change, Link, Postponed, Skipped
from storage.ledger.links import save_links
from sync.claims import Claim, Item
from sync.decide import Insert
from sync.deferring import wait
from sync.engine import Engine
from sync.matching import Matches
from sync.push import failed


def file_matches(engine: Engine, claimed: Claim, unlinked: Sequence[Change], matches: Matches) -> None:
    """Gives a result to each of `unlinked` that is not to be written now."""
    for change in unlinked:
        refusal = matches.refused.get(change.record_id)
        stands_back = matches.skipped.get(change.record_id)
        waits_for = matches.waits.get(change.record_id)
        if refusal:
            failed(engine, claimed, Item(change, None, Insert({})), refusal, timedelta())
        elif stands_back:
            claimed.results.append(Skipped(change, stands_back.reason, other_id=stands_back.other_id or None))
        elif waits_for is not None:
            claimed.results.append(_postponed(engine, change, waits_for))


def _postponed(engine: Engine, change: Change, waits_for: str) -> Postponed:
    message = f"waits for {waits_for or 'another record'}, which has the same e-mail address"
    next_at = engine.now() + wait(change.attempts)
    return Postponed(change, "deferred", "parent", message, next_at, waits_for or None)


async def forget_former(engine: Engine, former: Sequence[Link]) -> None:
    """A row that is gone from Dynamics gives its person up to the row that came after it."""
    if not former:
        return
    parted = [replace(link, marketo_id=None, agreed={}, sent={}) for link in former]
    async with engine.database.write() as connection:
        await save_links(connection, parted, "dynamics_id")
