"""The job that deletes what need not be kept any longer."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from bot.housekeeping import EVERY, GOES_ON_AFTER, housekeeping_job
from bot.settings import Settings, read_settings
from storage.database import Database
from storage.ledger.purging import STEP
from storage.models import activity, samples
from tests.bot.conftest import REQUIRED
from tests.rows import put, sampled

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
DAY = timedelta(days=1)


def settings(**given: Any) -> Settings:
    return read_settings(None, **REQUIRED, slack_app_token="xapp-demo", **given)


async def number_of(database: Database, table: Any) -> int:
    async with database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


async def test_it_keeps_what_the_settings_say(sqlite_database: Database) -> None:
    for days in (9, 11):
        await sampled(sqlite_database, "leads", "to-marketo", NOW - days * DAY, 5)
    job = housekeeping_job(settings(keep_samples_days=10), sqlite_database, lambda: NOW)
    assert (job.name, job.every) == ("housekeeping", EVERY)
    assert await job.run() is None
    assert await number_of(sqlite_database, samples) == 1


async def test_what_takes_longer_than_it_may_goes_on_a_minute_later(sqlite_database: Database) -> None:
    deed = {"at": NOW - 100 * DAY, "object": "leads", "direction": "to-marketo", "outcome": "updated"}
    await put(sqlite_database, activity, *({**deed, "record_id": f"{n}"} for n in range(2 * STEP)))
    job = housekeeping_job(settings(), sqlite_database, lambda: NOW, at_most=0)
    assert await job.run() == GOES_ON_AFTER
    assert await number_of(sqlite_database, activity) == STEP
    assert await housekeeping_job(settings(), sqlite_database, lambda: NOW).run() is None
    assert await number_of(sqlite_database, activity) == 0
