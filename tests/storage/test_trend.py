from datetime import UTC, datetime, timedelta

from storage.database import Database
from storage.trend import STEPS, in_longer_steps, read_trend
from tests.rows import sampled

END = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def test_the_highest_of_every_two_hours_is_read_oldest_first(database: Database) -> None:
    for at, backlog in ((END, 1), (END - HOUR, 5), (END - 2 * HOUR, 7), (END - 120 * HOUR + MINUTE, 9)):
        await sampled(database, "leads", "to-marketo", at, backlog)
    await sampled(database, "leads", "to-marketo", END - 120 * HOUR, 1000)
    async with database.read() as connection:
        trend = await read_trend(connection, END)
    assert trend.parts == {"leads": (9, *(None,) * (STEPS - 3), 7, 5)}
    assert trend.total == trend.parts["leads"]


async def test_what_waited_at_one_moment_is_summed_before_the_highest_is_taken(database: Database) -> None:
    for at, ways in ((END, (10, 1)), (END - MINUTE, (1, 8))):
        for direction, backlog in zip(("to-marketo", "to-dynamics"), ways, strict=True):
            await sampled(database, "leads", direction, at, backlog)
        await sampled(database, "users", "to-marketo", at, 100)
    async with database.read() as connection:
        everything = await read_trend(connection, END)
        leads = await read_trend(connection, END, only="leads")
    assert {name: peaks[-1] for name, peaks in everything.parts.items()} == {"leads": 11, "users": 100}
    assert everything.total[-1] == 111
    assert {name: peaks[-1] for name, peaks in leads.parts.items()} == {"to-marketo": 10, "to-dynamics": 8}
    assert leads.total[-1] == 11


async def test_without_samples_nobody_looked(database: Database) -> None:
    async with database.read() as connection:
        trend = await read_trend(connection, END)
    assert (trend.parts, trend.total) == ({}, (None,) * STEPS)


def test_longer_steps_keep_their_highest_and_say_where_nobody_looked() -> None:
    assert in_longer_steps((1, 3, None, 2, None, None), 2) == (3, 2, None)
