"""A person's choice among the candidates of a sync error: kept with the change, which goes back into the backlog."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Change
from storage.database import Database
from storage.ledger.acting import retry
from storage.ledger.claiming import COLUMNS
from storage.models import changes, errors


async def parked_change(connection: AsyncConnection, error_id: int) -> tuple[Change, str] | None:
    """The change that waits for a person under this error's number, and its code; None where none does (any more)."""
    query = (
        select(*COLUMNS, errors.c.code.label("error_code"))
        .join(errors, errors.c.change_id == changes.c.id)
        .where(errors.c.id == error_id, changes.c.state == "parked")
    )
    found = (await connection.execute(query)).one_or_none()
    return None if found is None else (Change._make(found[:-1]), found.error_code)


async def retry_chosen(
    database: Database, connection: AsyncConnection, error_id: int, chosen: Mapping[str, Any], now: datetime
) -> bool:
    """Adds `chosen` to the change's values and puts it back into the backlog; False where it is not parked any more."""
    found = await parked_change(connection, error_id)
    if found is None:
        return False
    change, _code = found
    values = {**change.values, **chosen}
    await connection.execute(update(changes).where(changes.c.id == change.id).values(values=values))
    return await retry(database, connection, [error_id], now, cautious=False) == 1
