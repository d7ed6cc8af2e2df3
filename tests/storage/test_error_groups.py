from datetime import UTC, datetime, timedelta

from storage.database import Database
from storage.error_groups import Group, open_groups
from tests.rows import error, failed

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
DAY = timedelta(days=1)


async def groups(database: Database, only: str | None = None) -> list[Group]:
    async with database.read() as connection:
        return await open_groups(connection, NOW - DAY, only)


async def test_open_errors_are_counted_by_code_most_first(database: Database) -> None:
    await failed(
        database,
        error(NOW - 3 * DAY, code="709", object="leads"),
        error(NOW, code="1003", object="leads"),
        error(NOW - 2 * DAY, code="1003", object="contacts"),
        error(NOW, code="1003", object="contacts", state="ignored"),
        error(NOW, code="timeout", state="resolved"),
    )
    assert await groups(database) == [
        Group("1003", ("contacts", "leads"), 2, 1, NOW - 2 * DAY, {"contacts": 1, "leads": 1}),
        Group("709", ("leads",), 1, 0, NOW - 3 * DAY, {"leads": 1}),
    ]
    assert await groups(database, "contacts") == [Group("1003", ("contacts",), 1, 0, NOW - 2 * DAY, {"contacts": 1})]


async def test_without_open_errors_there_are_no_groups(database: Database) -> None:
    assert await groups(database) == []
    await failed(database, error(NOW, state="retrying"))
    assert await groups(database) == []


async def test_a_group_is_counted_up_to_ten_thousand_and_one(sqlite_database: Database) -> None:
    await failed(sqlite_database, *(error(NOW) for _ in range(10_020)))
    (only,) = await groups(sqlite_database)
    assert (only.errors, only.new) == (10_001, 10_001)
