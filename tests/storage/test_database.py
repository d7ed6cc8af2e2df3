from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.models import passes

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_what_one_transaction_writes_the_next_reads(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(passes.insert().values(name="sync", started_at=NOON))
    async with database.read() as connection:
        assert (await connection.execute(select(passes.c.started_at))).scalar_one() == NOON


async def test_a_transaction_that_raises_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(ValueError, match="no"):
        async with database.write() as connection:
            await connection.execute(passes.insert().values(name="sync"))
            raise ValueError("no")
    async with database.read() as connection:
        assert (await connection.execute(select(passes.c.name))).all() == []
