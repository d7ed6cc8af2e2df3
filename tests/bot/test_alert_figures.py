"""The numbers that rules go by, read from rows, on both databases."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from bot.alerts.figures import Own, read_figures
from bot.slowed import Slowed
from storage.database import Database
from storage.models import changes, cursors, findings
from tests.bot.watching import HOUR, MINUTE, NOW
from tests.objects import LANES
from tests.rows import change, error, failed, live, put, synced


async def test_the_last_hour_is_summed_by_object(database: Database) -> None:
    await synced(database, "leads", "to-marketo", NOW - 59 * MINUTE, 7)
    await synced(database, "leads", "to-dynamics", NOW, 2)
    await synced(database, "leads", "to-marketo", NOW - 61 * MINUTE, 100)
    await failed(database, error(NOW), error(NOW - 61 * MINUTE), error(NOW, state="resolved"))
    async with database.read() as connection:
        found = await read_figures(connection, LANES, NOW, None)
    assert (found.synced, found.failed) == ({"leads": 9}, {"leads": 1})


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


@pytest.mark.parametrize("state", ["retrying", "unknown"])
async def test_what_is_tried_in_vain_counts_like_the_queue_where_it_is_more_than_a_few(
    database: Database, state: str
) -> None:
    await live(database, ("leads", "to-marketo"))
    tried = [change("leads", "to-marketo", "update", NOW - HOUR, state=state) for _ in range(19)]
    await put(database, changes, *tried)

    async def queued_since(own: Own | None = None) -> Mapping[str, datetime]:
        async with database.read() as connection:
            return (await read_figures(connection, LANES, NOW, own)).queued_since

    assert await queued_since() == {}
    await put(database, changes, change("leads", "to-marketo", "update", NOW - HOUR, state=state))
    assert await queued_since() == {"leads": NOW - HOUR}
    assert await queued_since(Own(may_retry=False)) == {}


async def test_when_anything_was_synced_last_is_known_for_what_waits(database: Database) -> None:
    await live(database, *LANES)
    for name in ("leads", "accounts"):
        await put(database, changes, change(name, "to-marketo", "update", NOW - HOUR))
        await synced(database, name, "to-marketo", NOW - 3 * HOUR, 1)
    await synced(database, "leads", "to-marketo", NOW - 40 * MINUTE, 1)
    await synced(database, "leads", "to-dynamics", NOW - 31 * MINUTE, 1)
    await synced(database, "contacts", "to-marketo", NOW, 1)
    async with database.read() as connection:
        found = await read_figures(connection, LANES, NOW, None)
    assert found.synced_at == {"leads": NOW - 31 * MINUTE}


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
