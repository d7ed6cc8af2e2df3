"""In threads slash commands do not work: the bot is called by name there. In direct messages plain words do."""

from dataclasses import replace
from typing import Any

import pytest
from slack_bolt.async_app import AsyncBoltRequest

from bot.app import make_app
from bot.mentions import words_of
from storage.database import Database
from tests.bot.conftest import NOW, Settle
from tests.bot.conversation import Conversation
from tests.bot.test_status_in_slack import fill
from tests.waiting import until


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<@U0BOT> status leads", "status leads"),
        ("hey <@U0BOT|sync>: errors", "hey : errors"),
        ("<@U0BOT> record <mailto:ada@x.example|ada@x.example>", "record ada@x.example"),
        ("<@U0BOT> errors &lt;b&gt; &amp;amp;", "errors <b> &amp;"),
        ("<@U0BOT> errors <https://x.example/a|x.example>", "errors https://x.example/a"),
        ("<@U0BOT>", ""),
        ("<@U0BOT> subscribe leads mention:<@U0ADMIN|ada>", "subscribe leads mention:@U0ADMIN"),
        ("<@U0BOT> subscribe mention: <!subteam^S0OPS|@crm-ops>", "subscribe mention: @S0OPS"),
    ],
)
def test_what_slack_makes_of_typed_words_is_undone(text: str, words: str) -> None:
    assert words_of(text) == words


async def in_thread(talk: Conversation, text: str, channel: str = "C0OPS", user: str = "U0ADMIN") -> dict[str, Any]:
    """What `user` reads after calling the bot in a thread."""
    first = await talk.control("say", user=user, channel=channel, text="Is it slow?")
    thread = next(one["ts"] for one in await talk.messages(user) if one["id"] == first["id"])
    before = {one["id"] for one in await talk.messages(user)}
    await talk.control("say", user=user, channel=channel, text=text, thread_ts=thread)

    async def answered() -> dict[str, Any] | None:
        new = [one for one in await talk.messages(user) if one["id"] not in before and one["user"] == "U0BOT"]
        return new[-1] if new else None

    answer = dict(await until(answered))
    assert answer["channel"].startswith("D") or answer["thread_ts"] == thread
    return answer


async def test_called_in_a_thread_it_answers_there_and_only_to_the_caller(
    sqlite_database: Database, talk: Conversation
) -> None:
    await fill(sqlite_database)
    answer = await in_thread(talk, "@Sync status leads")
    assert answer["only_for"] == "U0ADMIN"
    typed = await talk.say("/sync status leads")
    assert answer["plain"] == typed["plain"]


async def test_buttons_in_a_thread_work_and_sharing_stays_in_it(sqlite_database: Database, talk: Conversation) -> None:
    await fill(sqlite_database)
    answer = await in_thread(talk, "@Sync status")
    drilled = await talk.press(answer, "Leads")
    assert drilled["id"] == answer["id"]
    shared = await talk.press(drilled, "Share")
    assert shared["only_for"] == ""
    assert shared["thread_ts"] == answer["thread_ts"]
    typed = await in_thread(talk, "@Sync share status")
    assert typed["only_for"] == ""


async def test_where_slack_refuses_blocks_the_thread_gets_plain_text(
    sqlite_database: Database, talk: Conversation
) -> None:
    await fill(sqlite_database)
    await talk.control("blocks", refuse=["table", "rich_text"], where="everywhere")
    answer = await in_thread(talk, "@Sync status")
    assert answer["blocks"] == []
    assert "BEHIND" in answer["text"]


async def test_where_the_thread_cannot_be_answered_it_comes_as_a_direct_message(
    sqlite_database: Database, talk: Conversation
) -> None:
    await fill(sqlite_database)
    await talk.control("refuse", method="chat.postEphemeral", error="user_not_in_channel", times=9)
    answer = await in_thread(talk, "@Sync status")
    assert answer["channel"] == "D0ADMIN"
    assert "BEHIND" in answer["plain"]


async def test_words_that_mean_nothing_are_answered_too(sqlite_database: Database, talk: Conversation) -> None:
    assert "Did you mean: /sync status" in (await in_thread(talk, "@Sync statsu"))["plain"]


async def in_direct_messages(talk: Conversation, text: str, **more: str) -> dict[str, Any]:
    """What Ada reads in her direct messages with the bot, once the bot has answered what she wrote there."""
    before = {one["id"] for one in await talk.messages("U0ADMIN")}
    await talk.control("say", user="U0ADMIN", channel="DM", text=text, **more)

    async def answered() -> dict[str, Any] | None:
        said = [one for one in await talk.messages("U0ADMIN") if one["user"] == "U0BOT"]
        return next((one for one in said if one["id"] not in before), None)

    return dict(await until(answered))


@pytest.mark.parametrize("text", ["status leads", "@Sync status leads"])
async def test_plain_words_in_direct_messages_are_answered_there_and_once(
    sqlite_database: Database, talk: Conversation, text: str
) -> None:
    await fill(sqlite_database)
    answer = await in_direct_messages(talk, text)
    typed = await replace(talk, channel="DM").say("/sync status leads")
    assert (answer["channel"], answer["plain"]) == ("D0ADMIN", typed["plain"])
    in_all = [one for one in await talk.messages("U0ADMIN", channel="D0ADMIN") if one["user"] == "U0BOT"]
    assert [one["id"] for one in in_all] == [answer["id"], typed["id"]]


async def test_a_reply_in_direct_messages_is_answered_in_its_thread(
    sqlite_database: Database, talk: Conversation
) -> None:
    await fill(sqlite_database)
    root = await in_direct_messages(talk, "status")
    answer = await in_direct_messages(talk, "status leads", thread_ts=root["ts"])
    assert answer["thread_ts"] == root["ts"]
    drilled = await talk.press(answer, "Refresh")
    assert drilled["thread_ts"] == root["ts"]


NOT_WRITTEN_ANEW_BY_A_PERSON: list[dict[str, Any]] = [
    {"user": "U0BOT", "bot_id": "B0SYNC"},
    {"user": "U0OTHER", "bot_id": "B0OTHER"},
    {"subtype": "message_changed", "message": {"user": "U0ADMIN", "text": "status"}},
    {"user": "U0ADMIN", "subtype": "file_share"},
    {"user": "U0ADMIN", "channel": "C0OPS", "channel_type": "channel"},
    {"user": "U0ADMIN", "type": "app_mention"},
]


async def test_only_what_a_person_writes_anew_in_direct_messages_is_answered(
    settle: Settle, sqlite_database: Database, talk: Conversation
) -> None:
    app = make_app(settle(), sqlite_database, lambda: NOW)
    await replace(talk, channel="DM").say("/sync help")
    for said in (*NOT_WRITTEN_ANEW_BY_A_PERSON, {"user": "U0ADMIN", "text": "health"}):
        event = {"type": "message", "channel": "D0ADMIN", "channel_type": "im", "text": "status", "ts": "1.2", **said}
        body = {"type": "event_callback", "team_id": "T0SYNC", "api_app_id": "A0SYNC", "event": event}
        response = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        assert response.status == 200, said

    async def answered() -> bool:
        return "chat.postEphemeral" in await talk.calls()

    await until(answered)
    assert (await talk.calls())["chat.postEphemeral"] == 1
    assert "socket closed" in (await talk.messages("U0ADMIN"))[-1]["plain"]
