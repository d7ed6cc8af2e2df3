"""Owners whom Marketo lost, as when somebody deleted a sales person: it refuses each record that names one (718)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from storage.changes import Postponed, Result
from storage.ledger.links import links_by, save_links
from storage.ledger.noting import Lane, note
from sync.claims import Claim
from sync.dynamics.access import ChangedRows
from sync.engine import Engine
from sync.errors import SyncFailure
from sync.marketo.codes import NO_SALES_PERSON
from sync.objects import Object
from sync.owners import owner_fields
from sync.rows_read import page_of, seen_on


async def bring_owners_back(engine: Engine, claimed: Claim) -> None:
    """To be called once a round was sent: forgets that the owners of refused records are in Marketo, and notes them.

    What was refused is tried again by itself: with its owner once that is there, without one who does not come.
    """
    lost = lost_owners(claimed.one, claimed.results)
    names = {parent.object for field in owner_fields(claimed.one) for parent in field.parents}
    for parent in [one for one in engine.objects if one.name in names] if lost else ():
        try:
            await _bring_back(engine, claimed, parent, lost)
        except SyncFailure:
            return  # Dynamics cannot be asked: the next refusal is as good


def lost_owners(one: Object, results: Iterable[Result]) -> list[str]:
    """The owners, by their Dynamics ids, of records that were refused for want of their sales person."""
    refused = [each.change for each in results if isinstance(each, Postponed) and each.code == NO_SALES_PERSON]
    owners = [change.values.get(field.name) for change in refused for field in owner_fields(one)]
    return list(dict.fromkeys(str(owner) for owner in owners if owner))


async def _bring_back(engine: Engine, claimed: Claim, parent: Object, owners: Sequence[str]) -> None:
    async with engine.database.read() as connection:
        links = await links_by(connection, parent.name, "dynamics_id", owners)
    links = {owner: replace(link, marketo_id=None, agreed={}) for owner, link in links.items() if link.marketo_id}
    if not links:
        return
    rows = await engine.dynamics.find(parent.entity_set, parent.dynamics_key, list(links), parent.columns)
    seen = seen_on(page_of(engine, parent, ChangedRows(rows, [], cursor="", more=False), links))
    async with engine.database.write() as connection:
        await save_links(connection, links.values(), "dynamics_id")
        lane = Lane(parent.name, "to-marketo", claimed.first_read_at)
        await note(engine.database, connection, lane, seen, engine.now())
