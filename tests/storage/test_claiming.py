"""Who is next in line is found at once, however many of an object are put off."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.ledger.claiming import busy_lanes, in_line
from storage.models import changes

MANY = """INSERT INTO changes (object, direction, record_id, operation, state, "values", waiting_since, noted_at)
SELECT 'leads', 'to-marketo', number, 'insert', 'waiting', '{}', 0, 0 FROM generate_series(1, 5000) number"""


@pytest.fixture
async def server(postgres_url: str) -> AsyncIterator[Database]:
    opened = Database(postgres_url)
    yield opened
    await opened.close()


async def test_postgresql_finds_the_few_that_wait_by_the_queues_index_though_its_statistics_say_that_all_wait(
    server: Database,
) -> None:
    async with server.write() as connection:
        await connection.execute(text(MANY))
        await connection.execute(text("ANALYZE changes"))
        await connection.execute(text("UPDATE changes SET state = 'deferred' WHERE id <= 4990"))
    query = in_line("leads", "to-marketo", "waiting", changes.c.record_id).limit(1)
    spelled = query.compile(dialect=server.engine.dialect, compile_kwargs={"literal_binds": True})
    async with server.read() as connection:
        plan = str(list(await connection.execute(text(f"EXPLAIN {spelled}"))))
        busy = await busy_lanes(connection, [("leads", "to-marketo"), ("leads", "to-dynamics")])
    assert "ix_changes_queue" in plan and "Sort" not in plan
    assert busy == {("leads", "to-marketo")}


async def test_sqlite_finds_them_by_the_queues_index_in_order(sqlite_database: Database) -> None:
    query = in_line("leads", "to-marketo", "waiting", changes.c.id).limit(1)
    spelled = query.compile(dialect=sqlite_database.engine.dialect, compile_kwargs={"literal_binds": True})
    async with sqlite_database.read() as connection:
        plan = str(list(await connection.execute(text(f"EXPLAIN QUERY PLAN {spelled}"))))
    assert "ix_changes_queue (object=? AND direction=? AND state>? AND state<?)" in plan and "B-TREE" not in plan
