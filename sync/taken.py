"""Records that somebody else is linked to already: a second link to them cannot be."""

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Candidate, Change, Link, Parked, Settled
from storage.ledger.links import taken
from storage.ledger.settling import other_id
from sync.claims import Claim
from sync.engine import Engine
from sync.matching import AMBIGUOUS


async def keep_free(engine: Engine, claimed: Claim, matched: dict[str, Link]) -> dict[str, Link]:
    """Of the links that a match proposes, those whose other record nobody else is linked to; the rest is parked."""
    held: dict[str, str] = {}
    async with engine.database.read() as connection:
        for name in {link.object for link in matched.values()}:
            links = [link for link in matched.values() if link.object == name]
            held |= await taken(connection, name, claimed.key, links)
    for change in claimed.waiting() if held else ():
        if change.record_id in held:
            claimed.results.append(_parked_as_taken(claimed, change, matched[change.record_id], held[change.record_id]))
    return {record_id: link for record_id, link in matched.items() if record_id not in held}


def _parked_as_taken(claimed: Claim, change: Change, link: Link, holder: str) -> Parked:
    found, there, here = other_id(link, claimed.direction), "Dynamics", "Marketo"
    if claimed.direction == "to-marketo":
        there, here = here, there
    message = f"{found} of {link.object} in {there} is {holder} in {here} already"
    named = (Candidate(link.object, found),) if found else ()
    return Parked(change, AMBIGUOUS, message, link.dynamics_id, link.marketo_id, named)


async def park_second_links(connection: AsyncConnection, claimed: Claim) -> None:
    """What was written may turn out to be a record that another one is linked to: two roles that Marketo holds as one.

    A second link cannot be saved, and trying would fail for ever.
    """
    new = {
        result.change.record_id: result.link
        for result in claimed.results
        if isinstance(result, Settled) and result.link and _is_new(claimed, result.change, result.link)
    }
    held = await taken(connection, claimed.one.name, claimed.key, list(new.values())) if new else {}
    claimed.results = [
        _parked_as_taken(claimed, result.change, new[result.change.record_id], held[result.change.record_id])
        if isinstance(result, Settled) and result.change.record_id in held
        else result
        for result in claimed.results
    ]


def _is_new(claimed: Claim, change: Change, link: Link) -> bool:
    before = claimed.links.get(change.record_id)
    return before is None or other_id(before, claimed.direction) != other_id(link, claimed.direction)
