"""An answer of Slack's that a proxy cut short (HTTP 503, labelled JSON, and none) is a refusal like any other."""

from datetime import timedelta

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import make_client
from bot.check import check_slack
from bot.deliver import Refusal, by_message, by_message_or_raise
from bot.delivery import delete_expired_files
from bot.mentions import Ephemeral
from storage.database import Database
from storage.files import note_file
from tests.bot.conftest import NOW, Settle
from tests.bot.conversation import Conversation


@pytest.fixture
async def client(settle: Settle, slack_url: str, http: httpx.AsyncClient) -> AsyncWebClient:
    """Of a Slack whose next answers are cut short."""
    slack = Conversation(slack_url, http)
    for method in ("chat.postMessage", "chat.postEphemeral", "auth.test", "files.delete"):
        await slack.control("refuse", method=method, error="not_json", times=1)
    return make_client(settle())


async def test_as_the_answer_to_a_message(client: AsyncWebClient) -> None:
    assert await by_message(client, "C0OPS").send("words", []) == Refusal("HTTP 503")


async def test_as_the_answer_to_a_message_that_is_sent_again_later(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError):
        await by_message_or_raise(client, "C0OPS").send("words", [{"type": "divider"}])


async def test_as_the_answer_to_a_private_message(client: AsyncWebClient) -> None:
    event = {"user": "U0ADMIN", "channel": "C0OPS"}
    assert (await Ephemeral(client, event)("words")).body == {"error": "HTTP 503"}


async def test_as_the_answer_to_a_check(client: AsyncWebClient) -> None:
    (finding,) = [each async for each in check_slack(client)]
    assert finding.words.startswith("HTTP 503; check SLACK_BOT_TOKEN")


async def test_as_the_answer_to_a_deletion(client: AsyncWebClient, sqlite_database: Database) -> None:
    async with sqlite_database.write() as connection:
        await note_file(connection, "F0ONE", "errors", NOW - timedelta(days=7), NOW)
    assert await delete_expired_files(sqlite_database, client, NOW) == 0
