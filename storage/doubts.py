"""Reads: a sync error whose record may be one of several on the other side, and which those are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Candidate, Direction
from storage.error_index import State
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
