"""The numbers that rules go by, read from rows, on both databases."""

from datetime import timedelta

from bot.alerts.figures import read_figures
from bot.slowed import Slowed
from storage.database import Database
from storage.models import changes, cursors, findings
from tests.bot.watching import HOUR, MINUTE, NOW
from tests.objects import LANES
from tests.rows import change, error, failed, live, put, synced


async def test_the_last_hour_and_half_hour_are_summed_by_object(database: Database) -> None:
    await synced(database, "leads", "to-marketo", NOW - 59 * MINUTE, 7)
    await synced(database, "leads", "to-dynamics", NOW, 2)
    await synced(database, "leads", "to-marketo", NOW - 61 * MINUTE, 100)
    await failed(database, error(NOW), error(NOW - 61 * MINUTE), error(NOW, state="resolved"))
    async with database.read() as connection:
        found = await read_figures(connection, LANES, NOW, None)
    assert (found.synced, found.lately, found.failed) == ({"leads": 9}, {"leads": 2}, {"leads": 1})


async def test_only_what_could_be_written_waits_in_the_queue(database: Database) -> None:
    await live(database, ("leads", "to-marketo"))
    await put(
        database,
        changes,
        change("leads", "to-marketo", "update", NOW - 3 * HOUR, state="deferred"),
        change("leads", "to-marketo", "update", NOW - HOUR),
        change("accounts", "to-marketo", "update", NOW - HOUR),
    )
    async with database.read() as connection:
        found = await read_figures(connection, LANES, NOW, None)
    assert found.queued_since == {"leads": NOW - HOUR}


async def test_fields_that_were_missing_from_the_first_day_on_are_not_lost(database: Database) -> None:
    row = {"side": "dynamics", "feed": "leads", "first_read_started_at": NOW - timedelta(days=3)}
    await put(database, cursors, row)
    told = {"kind": "unknown", "object": "leads", "message": "-"}
    await put(database, findings, {**told, "field": "fax", "since": NOW - timedelta(days=3)})
    await put(database, findings, {**told, "field": "score", "since": NOW})
    async with database.read() as connection:
        found = await read_figures(connection, LANES, NOW, None)
    assert [one.field for one in found.lost_fields] == ["score"]


def test_throttling_is_counted_over_the_last_quarter_of_an_hour() -> None:
    slowed = Slowed()
    for minute in range(0, 40, 5):
        found = slowed.lately({"marketo": {"606": 2 * minute, "615": 1}}, NOW + minute * MINUTE)
    assert found == {"marketo": 30}
