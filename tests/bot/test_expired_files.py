"""Files that expired, where Slack does not delete them."""

from datetime import timedelta

import httpx
import pytest

from bot.app import make_client
from bot.delivery import AT_ONCE, delete_expired_files
from storage.database import Database
from storage.models import files
from tests.bot.conftest import NOW, Settle
from tests.bot.conversation import Conversation
from tests.rows import put


@pytest.fixture
def slack(slack_url: str, http: httpx.AsyncClient) -> Conversation:
    return Conversation(slack_url, http)


async def expired(database: Database, number: int) -> None:
    sent = {"kind": "errors", "made_at": NOW, "expires_at": NOW}
    await put(database, files, *({"slack_file_id": f"F0{each}", **sent} for each in range(number)))


async def test_they_are_tried_again_in_an_hour_and_keep_no_others(
    sqlite_database: Database, slack: Conversation, settle: Settle
) -> None:
    await expired(sqlite_database, AT_ONCE + 1)
    await slack.control("refuse", method="files.delete", error="cant_delete_file", times=AT_ONCE)
    await slack.control("refuse", method="files.delete", error="file_deleted", times=AT_ONCE + 1)
    client = make_client(settle())
    assert [await delete_expired_files(sqlite_database, client, NOW) for _ in range(3)] == [0, 1, 0]
    assert await delete_expired_files(sqlite_database, client, NOW + timedelta(hours=1)) == AT_ONCE


async def test_while_slack_itself_fails_they_wait(
    sqlite_database: Database, slack: Conversation, settle: Settle
) -> None:
    await expired(sqlite_database, 2)
    await slack.control("refuse", method="files.delete", error="internal_error", times=1)
    await slack.control("refuse", method="files.delete", error="file_deleted", times=2)
    client = make_client(settle())
    assert [await delete_expired_files(sqlite_database, client, NOW) for _ in range(2)] == [0, 2]
