"""Reads: a sync error whose record may be one of several on the other side, and which those are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Candidate, Direction, opposite
from storage.error_index import State
from storage.ledger.links import key_of, links_by
from storage.models import changes, errors


@dataclass(frozen=True, slots=True)
class Doubt:
    """One sync error, and who its record may be. `label` and `values` (what waits to be written) are people's data."""

    id: int
    object: str
    direction: Direction
    record_id: str
    code: str
    state: State
    label: str
    values: Mapping[str, Any]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Ties:
    """What is linked already: the error's own record with `own`, and candidates with other records, by their ids."""

    own: str = ""
    others: Mapping[Candidate, str] = field(default_factory=dict)


async def ties_of(connection: AsyncConnection, doubt: Doubt) -> Ties:
    """Who cannot be linked with whom, because a record of one side is one of the other."""
    here, there = key_of(doubt.direction), key_of(opposite(doubt.direction))
    own = (await links_by(connection, doubt.object, here, [doubt.record_id])).get(doubt.record_id)
    others = {}
    for name in dict.fromkeys(one.object for one in doubt.candidates):
        ids = [one.id for one in doubt.candidates if one.object == name]
        for found, link in (await links_by(connection, name, there, ids)).items():
            if link.is_whole and getattr(link, here) != doubt.record_id:
                others[Candidate(name, found)] = str(getattr(link, here))
    return Ties(str(getattr(own, there)) if own and own.is_whole else "", others)


async def doubt_of(connection: AsyncConnection, error_id: int) -> Doubt | None:
    """The error of this number; None where there is none."""
    query = (
        select(errors, changes.c["values"].label("held"))
        .select_from(errors.outerjoin(changes, changes.c.id == errors.c.change_id))
        .where(errors.c.id == error_id)
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    candidates = tuple(Candidate(**each) for each in row.candidates or ())
    return Doubt(
        row.id, row.object, row.direction, row.record_id, row.code, row.state, row.label, row.held or {}, candidates
    )
