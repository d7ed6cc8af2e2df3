"""A person settles an error by choosing: this change is about that record, or about none of them."""

import re
from dataclasses import dataclass
from typing import Literal

from storage.changes import Candidate, Change
from storage.ledger.choosing import parked_change, retry_chosen
from storage.ledger.links import key_of, links_by
from sync.addresses import EMAIL_TAKEN
from sync.engine import Engine
from sync.matching import CHOSEN, NONE_OF_THESE
from sync.objects import Object

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

WhyNot = Literal[
    "",
    "this error is settled already",
    "only people can be matched",
    "this record is linked already",
    "the chosen record is of another object",
    "the chosen record does not exist any more",
    "the chosen record is linked to another record",
]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What became of a choice: done, or `why_not`; `held_by` is the id of who is linked to the chosen record."""

    why_not: WhyNot = ""
    held_by: str = ""


def is_only_retried(code: str, linked: bool) -> bool:
    """Whether choosing settles nothing: a linked record stays linked, and of those only an address can be allowed."""
    return linked and code != EMAIL_TAKEN


async def choose(engine: Engine, error_id: int, candidate: Candidate | None) -> Chosen:
    """Settles an open or ignored error: its change is about `candidate`, a record of the side written to.

    The next pass links the two, as if matching had found them, and writes what differs. None means "none of these":
    the record becomes one of its own, whoever else looks like it. Raises SyncFailure where the side cannot be asked.
    """
    if (found := await refusal(engine, error_id, candidate)).why_not:
        return found
    chosen = {"object": candidate.object, "id": candidate.id} if candidate else NONE_OF_THESE
    async with engine.database.write() as connection:
        done = await retry_chosen(engine.database, connection, error_id, {CHOSEN: chosen}, engine.now())
    return Chosen() if done else Chosen("this error is settled already")


async def refusal(engine: Engine, error_id: int, candidate: Candidate | None) -> Chosen:
    """Why this choice cannot be made, if so; nothing is changed. Raises SyncFailure where the side cannot be asked."""
    async with engine.database.read() as connection:
        found = await parked_change(connection, error_id)
    if found is None:
        return Chosen("this error is settled already")
    change, code = found
    one = engine.object_named(change.object)
    if not one.is_person:
        return Chosen("only people can be matched")
    if candidate:
        return await _why_not(engine, one, change, candidate)
    linked = await _is_linked(engine, one, change)
    return Chosen("this record is linked already") if is_only_retried(code, linked) else Chosen()


async def _is_linked(engine: Engine, one: Object, change: Change) -> bool:
    async with engine.database.read() as connection:
        links = await links_by(connection, one.name, key_of(change.direction), [change.record_id])
    return any(link.is_whole for link in links.values())


async def _why_not(engine: Engine, one: Object, change: Change, candidate: Candidate) -> Chosen:
    to_marketo = change.direction == "to-marketo"
    people = {each.name: each for each in engine.people}
    if candidate.object not in ({one.name} if to_marketo else people):
        return Chosen("the chosen record is of another object")
    other = people[candidate.object]
    async with engine.database.read() as connection:
        theirs = await links_by(connection, other.name, "marketo_id" if to_marketo else "dynamics_id", [candidate.id])
    if await _is_linked(engine, one, change):
        return Chosen("this record is linked already")
    for link in theirs.values():
        holder = link.dynamics_id if to_marketo else link.marketo_id
        if holder not in (None, change.record_id) and link.is_whole:
            return Chosen("the chosen record is linked to another record", str(holder))
    if not await _exists(engine, other, candidate.id, to_marketo):
        return Chosen("the chosen record does not exist any more")
    return Chosen()


async def _exists(engine: Engine, one: Object, record_id: str, in_marketo: bool) -> bool:
    if in_marketo:
        return record_id.isdigit() and bool(await engine.marketo.find_people("id", [record_id], ["id"]))
    if not GUID.fullmatch(record_id):
        return False
    return bool(await engine.dynamics.find(one.entity_set, one.dynamics_key, [record_id], [one.dynamics_key]))
