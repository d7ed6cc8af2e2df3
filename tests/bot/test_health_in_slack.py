"""`/sync health`, typed and pressed, through the real bot in the sandbox's Slack."""

from datetime import timedelta

from storage.database import Database
from tests.bot.conftest import NOW
from tests.bot.conversation import Conversation
from tests.rows import all_read


async def test_anybody_may_ask_how_the_bot_fares(talk_on_both: Conversation, database: Database) -> None:
    await all_read(database, ["leads"], NOW, timedelta(minutes=1))
    answer = await talk_on_both.say("/sync health", user="U0GUEST")
    assert answer["ephemeral"]
    assert "Dynamics  last read " in answer["plain"]
    assert f"Database  {'SQLite' if database.is_sqlite else 'PostgreSQL'}, " in answer["plain"]
    assert "sync" in answer["plain"]


async def test_refresh_asks_again_in_the_same_message(talk: Conversation) -> None:
    answer = await talk.say("/sync health")
    again = await talk.press(answer, "Refresh")
    assert again["id"] == answer["id"]


async def test_help_explains_it(talk: Conversation) -> None:
    assert "/sync health" in (await talk.say("/sync help health"))["plain"]
