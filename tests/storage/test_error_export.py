from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from storage.database import Database
from storage.error_export import exported
from storage.models import changes, errors
from tests.rows import change, error, failed, put

NOW = datetime(2026, 11, 23, 14, 32, 7, 999_000, tzinfo=UTC)


async def rows_of(database: Database, size: int = 5000) -> list[Any]:
    async with database.read() as connection:
        ids = [row.id for row in await connection.execute(select(errors.c.id).order_by(errors.c.id))]
    return [row async for page in exported(database, ids, "externalSalesPersonId", size) for row in page]


async def test_times_are_iso_8601_in_utc_and_what_is_not_known_is_empty(database: Database) -> None:
    await failed(database, error(NOW, dynamics_id=None))
    ((*_, dynamics_id, marketo_id, first, last, attempts, next_at, owner),) = await rows_of(database)
    assert (first, last) == ("2026-11-23T14:32:07Z", "2026-11-23T14:32:07Z")
    assert (dynamics_id, marketo_id, attempts, next_at, owner) == ("", "", 1, "", "")


async def test_next_try_and_owner_come_from_the_change(database: Database) -> None:
    values = {"externalSalesPersonId": "a-user", "email": "x"}
    later = NOW + timedelta(hours=1)
    await put(database, changes, change("leads", "to-marketo", "update", NOW, id=900_002, next_at=later, values=values))
    await failed(database, error(NOW, change_id=900_002))
    (row,) = await rows_of(database)
    assert tuple(row[-2:]) == ("2026-11-23T15:32:07Z", "a-user")


async def test_every_error_comes_once_in_the_order_of_its_ids(database: Database) -> None:
    await failed(database, *(error(NOW, label=str(n)) for n in range(10)))
    for size in (1, 3, 10, 11):
        assert [row[6] for row in await rows_of(database, size)] == [str(n) for n in range(10)]
