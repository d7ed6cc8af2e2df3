"""Digests as channels and subscribers get them."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from bot.alerts.digests import LIST_KEPT_FOR, Sender, send_due_digests
from bot.alerts.tell import Teller
from bot.app import make_client
from bot.askers import Askers
from bot.deliver import Deliverer
from bot.delivery import delete_expired_files
from bot.settings import Settings
from bot.world import World
from storage.alerting import Subscription
from storage.database import Database
from storage.ledger.digesting import CLAIM_HOLDS, claim_digests, digest_told
from storage.ledger.subscribing import subscribe
from storage.models import files, subscriptions
from sync.catalogue import default_objects
from tests.bot.conftest import NOW, Settle
from tests.bot.conversation import Conversation
from tests.journeys.world import world_of
from tests.objects import LANES
from tests.rows import all_read, error, failed, live, synced, waiting

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
DUE = NOW.replace(hour=14, minute=0)  # 15:00 in Brussels; NOW is 14:32
ASKED = Subscription(
    "C0OPS", "digest", "U0ADMIN", DUE - HOUR, terms={"every": "daily", "at": "15:00"}, zone="Europe/Brussels"
)
QUIET = "Daily digest, Sun 22 Nov 15:00 to Mon 23 Nov 15:00"


@pytest.fixture
def settings(settle: Settle) -> Settings:
    return settle()


def sender(database: Database, settings: Settings) -> Sender:
    """As a process has it."""
    client = make_client(settings)
    world = World(settings, database, lambda: NOW, client, {}, default_objects())
    askers = Askers(client, settings.sync_people_readers, settings.sync_operators, lambda: NOW)
    return Sender(world, askers, Deliverer(settings.slack_tables, lambda: NOW), Teller(database, client).wait_for)


async def ask(database: Database, wanted: Subscription = ASKED) -> int:
    async with database.write() as connection:
        return await subscribe(connection, wanted)


@pytest.fixture
async def asked(database: Database) -> AsyncIterator[Database]:
    """Everything is live and in step, and a digest was asked for."""
    await live(database, *LANES)
    await all_read(database, [one.name for one in default_objects()], DUE, MINUTE)
    await ask(database)
    yield database


@pytest.fixture
def channel(slack_url: str, http: httpx.AsyncClient) -> Conversation:
    return Conversation(slack_url, http)


async def posted(talk: Conversation, channel: str = "C0OPS") -> list[str]:
    return [one["plain"] for one in await talk.messages(channel=channel)]


async def sent_files(talk: Conversation, user: str = "U0ADMIN") -> list[dict[str, Any]]:
    return [file for one in await talk.messages(user) for file in one["files"]]


async def test_a_digest_is_posted_once_at_its_hour_and_again_the_next_day(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    process = sender(asked, settings)
    await send_due_digests(process, DUE - timedelta(seconds=1))
    assert await posted(channel) == []
    for minutes in range(4):
        await send_due_digests(process, DUE + minutes * MINUTE)
    (said,) = await posted(channel)
    assert said.startswith(QUIET)
    await send_due_digests(process, DUE + DAY)
    assert len(await posted(channel)) == 2


async def test_it_tells_what_was_synced_what_waits_and_what_failed(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    await synced(asked, "leads", "to-marketo", DUE - DAY, 1204)
    await synced(asked, "leads", "to-marketo", DUE - DAY - MINUTE, 999)  # before
    await synced(asked, "contacts", "to-dynamics", DUE, 888)  # after
    await waiting(asked, "leads", "to-marketo", "update", 5, DUE - HOUR)
    await failed(asked, error(DUE - HOUR), error(DUE - 2 * HOUR), error(DUE - 40 * HOUR, code="709"))
    await send_due_digests(sender(asked, settings), DUE)
    (said,) = await posted(channel)
    leads = next(line for line in said.splitlines() if line.startswith("Leads") and "1,204" in line)
    assert leads.split() == ["Leads", "1,204", "0", "5", "1h"]
    assert "888" not in said
    assert "2 records failed in this time; 3 errors are open, by cause:" in said
    assert "1003  2 open · 2 new · oldest first failed 2h ago" in said
    assert "709  1 open · 0 new · oldest first failed 1d 16h ago" in said
    assert "Ada Lovelace" not in str(await channel.messages(channel="C0OPS"))


async def test_two_processes_send_it_once(
    database_url: str, asked: Database, settings: Settings, channel: Conversation
) -> None:
    await failed(asked, error(DUE - HOUR))
    other = Database(database_url)
    for each in range(3):
        at = DUE + each * DAY
        await asyncio.gather(*(send_due_digests(sender(one, settings), at) for one in (asked, other, asked, other)))
        assert len(await posted(channel)) == each + 1
    assert len(await sent_files(channel)) == 1  # nothing failed on the other days
    await other.close()


async def test_one_that_was_killed_while_it_sent_is_followed_by_another(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    async with asked.write() as connection:
        assert await claim_digests(connection, lambda one: True, DUE)
    await send_due_digests(sender(asked, settings), DUE + CLAIM_HOLDS - MINUTE)
    assert await posted(channel) == []
    await send_due_digests(sender(asked, settings), DUE + CLAIM_HOLDS)
    assert len(await posted(channel)) == 1


async def test_one_that_was_killed_after_the_post_sends_the_list_only(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    await failed(asked, error(DUE - HOUR))
    async with asked.write() as connection:
        (claimed,) = await claim_digests(connection, lambda one: True, DUE)
        await digest_told(connection, claimed.id, DUE)
    await send_due_digests(sender(asked, settings), DUE + CLAIM_HOLDS)
    assert await posted(channel) == []
    assert len(await sent_files(channel)) == 1


async def test_while_slack_fails_it_waits_and_nothing_is_sent_twice(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    await failed(asked, error(DUE - HOUR))
    await channel.control("refuse", method="chat.postMessage", error="not_json", times=1)
    await send_due_digests(sender(asked, settings), DUE)
    assert await posted(channel) == []
    await channel.control("refuse", method="files.completeUploadExternal", error="internal_error", times=1)
    await send_due_digests(sender(asked, settings), DUE + CLAIM_HOLDS)
    assert (len(await posted(channel)), await sent_files(channel)) == (1, [])
    for more in (2, 3):
        await send_due_digests(sender(asked, settings), DUE + more * CLAIM_HOLDS)
    assert (len(await posted(channel)), len(await sent_files(channel))) == (1, 1)


async def test_what_was_missed_comes_at_once_with_the_list_of_all_that_time_and_says_how_late_it_is(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    await failed(asked, error(DUE - HOUR), error(DUE + HOUR), error(DUE + DAY + HOUR))
    for minutes in range(2):
        await send_due_digests(sender(asked, settings), DUE + 2 * DAY + 5 * HOUR + minutes * MINUTE)
    (said,) = await posted(channel)
    assert said.startswith("Daily digest, Sun 22 Nov 15:00 to Wed 25 Nov 15:00 · late by 5h")
    assert "3 records failed in this time" in said
    (file,) = await sent_files(channel)
    assert len(await channel.csv(file["id"])) == 3
    await send_due_digests(sender(asked, settings), DUE + 3 * DAY)
    assert (await posted(channel))[1].startswith("Daily digest, Wed 25 Nov 15:00 to Thu 26 Nov 15:00")


async def test_a_week_is_told_however_late(asked: Database, settings: Settings, channel: Conversation) -> None:
    await ask(asked, replace(ASKED, terms={"every": "weekly", "weekday": 0, "at": "15:00"}))
    await send_due_digests(sender(asked, settings), DUE + 3 * DAY)
    (said,) = await posted(channel)
    assert said.startswith("Weekly digest, Mon 16 Nov 15:00 to Mon 23 Nov 15:00 · late by 3d")


async def test_whoever_asks_anew_in_another_zone_gets_it_at_that_hour_from_then_on(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    process = sender(asked, settings)
    await send_due_digests(process, DUE)
    await ask(asked, replace(ASKED, zone="America/New_York", created_at=DUE + HOUR))
    await send_due_digests(process, DUE + 2 * HOUR)
    assert len(await posted(channel)) == 1
    await send_due_digests(process, DUE + 6 * HOUR)
    assert (await posted(channel))[1].startswith(QUIET)


async def test_nobody_who_asked_for_no_digest_gets_one(
    database: Database, settings: Settings, channel: Conversation
) -> None:
    await ask(database, replace(ASKED, kind="alerts", terms={}))
    await send_due_digests(sender(database, settings), DUE)
    assert await posted(channel) == []


async def test_a_channel_that_is_gone_sends_it_to_who_asked_once(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    await channel.control("refuse", method="chat.postMessage", error="is_archived", times=1)
    for minutes in range(3):
        await send_due_digests(sender(asked, settings), DUE + minutes * MINUTE)
    (told,) = await channel.messages("U0ADMIN")
    assert told["channel"].startswith("D")
    assert "a channel that I can no longer post in" in told["plain"]
    assert QUIET in told["plain"]


async def test_a_person_who_is_gone_too_is_not_tried_again(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    await failed(asked, error(DUE - HOUR))
    await channel.control("refuse", method="chat.postMessage", error="channel_not_found", times=2)
    await channel.control("refuse", method="conversations.open", error="user_disabled", times=1)
    for more in range(2):
        await send_due_digests(sender(asked, settings), DUE + more * CLAIM_HOLDS)
    assert await channel.messages("U0ADMIN") == []


async def test_the_records_that_failed_are_sent_to_who_asked_whatever_became_of_them(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    await failed(
        asked,
        error(DUE - HOUR, label="Open", message="=1+1"),
        error(DUE - DAY, label="First", state="resolved"),
        error(DUE - 2 * HOUR, label="Ignored", state="ignored"),
        error(DUE - DAY - MINUTE, label="Before"),
        error(DUE, label="After"),
    )
    await send_due_digests(sender(asked, settings), DUE)
    (file,) = await sent_files(channel)
    rows = {row["record_name"]: row for row in await channel.csv(file["id"])}
    assert {name: row["state"] for name, row in rows.items()} == {
        "Open": "open",
        "First": "resolved",
        "Ignored": "ignored",
    }
    assert rows["Open"]["message"] == "'=1+1"
    (message,) = [one for one in await channel.messages("U0ADMIN") if one["files"]]
    assert "3 records failed from 22 Nov 15:00 to 15:00" in message["plain"]
    assert message["channel"].startswith("D")


async def test_who_may_not_read_about_people_gets_no_list(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    await failed(asked, error(DUE - HOUR))
    await ask(asked, replace(ASKED, created_by="U0OPS"))
    await send_due_digests(sender(asked, settings), DUE)
    assert len(await posted(channel)) == 1
    assert await sent_files(channel, "U0OPS") == []


async def test_while_slack_does_not_tell_who_that_is_the_list_waits(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    await failed(asked, error(DUE - HOUR))
    await channel.control("refuse", method="users.info", error="internal_error", times=2)
    await send_due_digests(sender(asked, settings), DUE)
    assert await sent_files(channel) == []
    await send_due_digests(sender(asked, settings), DUE + CLAIM_HOLDS)
    assert len(await sent_files(channel)) == 1
    assert len(await posted(channel)) == 1


async def test_where_nothing_failed_there_is_no_file(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    await send_due_digests(sender(asked, settings), DUE)
    assert await sent_files(channel) == []


async def test_the_list_is_deleted_from_slack_after_thirty_days(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    await failed(asked, error(DUE - HOUR))
    await send_due_digests(sender(asked, settings), DUE)
    client = make_client(settings)
    assert await delete_expired_files(asked, client, DUE + LIST_KEPT_FOR - MINUTE) == 0
    assert len(await sent_files(channel)) == 1
    assert await delete_expired_files(asked, client, DUE + LIST_KEPT_FOR) == 1
    assert await sent_files(channel) == []
    async with asked.read() as connection:
        assert [(row.kind, row.deleted_at) for row in await connection.execute(select(files))] == [
            ("digest", DUE + timedelta(days=30))
        ]


async def test_where_blocks_are_refused_it_is_complete_in_plain_text(
    asked: Database, settings: Settings, channel: Conversation
) -> None:
    await channel.control("blocks", refuse=["rich_text", "data_visualization", "table"], where="everywhere")
    await failed(asked, error(DUE - HOUR))
    await send_due_digests(sender(asked, settings), DUE)
    (message,) = await channel.messages(channel="C0OPS")
    assert message["blocks"] == []
    assert "1003  1 open · 1 new · oldest first failed 1h ago" in message["text"]


async def test_marketos_calls_are_told_where_this_process_syncs(
    sqlite_database: Database, settings: Settings, channel: Conversation, tmp_path: Path
) -> None:
    async with world_of(sqlite_database, tmp_path) as world:
        await ask(
            sqlite_database, replace(ASKED, created_at=world.now - HOUR, terms={"at": f"{world.now:%H:%M}"}, zone="UTC")
        )
        await synced(sqlite_database, "leads", "to-marketo", world.now - HOUR, 5)
        plain = sender(sqlite_database, settings)
        syncing = replace(plain, world=replace(plain.world, engine=world.engine))
        await send_due_digests(syncing, world.now)
    (said,) = await posted(channel)
    assert re.search(r"Marketo calls: \d+ today so far, 0 on \w+ \d+ \w+, of 50,000 a day", said)


async def test_nothing_is_written_while_nothing_is_due(sqlite_database: Database, settings: Settings) -> None:
    """A look every few seconds must not stand in line with those who write."""
    await ask(sqlite_database)
    async with sqlite_database.write() as connection:
        await connection.execute(update(subscriptions).values(told_at=DUE, listed_at=DUE))
    async with sqlite_database.write():
        await asyncio.wait_for(send_due_digests(sender(sqlite_database, settings), DUE + HOUR), 5)
