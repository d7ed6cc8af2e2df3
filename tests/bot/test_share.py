"""Sharing: what a channel gets of a private answer, and what it never gets."""

from datetime import timedelta
from typing import Any

import pytest

from bot.grammar import parse
from bot.request import Misunderstood
from bot.sharing import why_not
from storage.database import Database
from storage.models import activity, changes
from tests.bot.conftest import NOW, Settle, connected, running
from tests.bot.conversation import Conversation
from tests.bot.test_status_in_slack import fill
from tests.objects import VOCABULARY
from tests.rows import change, error, failed, put

SECRETS = ("Ada", "Lovelace", "ada@x.example", "+1 555 0199", "Baker Street", "Countess", "Otto Editor")
GUID = "0f9b8a34-7d4e-4c5e-9a0e-0a6c2f5d1b11"
MESSAGE = "Invalid value '+1 555 0199' of ada@x.example, Baker Street"
# Everything one can ask; new commands belong here.
QUESTIONS = (
    "",
    "status",
    "status last-hour",
    "status last-24h",
    "status trend",
    "status leads",
    "status leads trend",
    "status leads by:user",
    "errors",
    "errors code:1003",
    "errors leads since:24h",
    "errors Lovelace",
    "errors ada@x.example",
    'errors code:"Ada Lovelace"',
    "errors csv",
    "activity",
    "activity leads skipped",
    "activity csv",
    "record ada@x.example",
    'record "Ada Lovelace"',
    f"record {GUID}",
    "explain 1003",
    "explain Lovelace",
    "health",
    "audit",
    "retry code:1003",
    "ignore Lovelace",
    "reopen",
    "pause leads",
    "resume leads",
    "run",
    "run record ada@x.example",
    "help",
    "help errors",
    "subscribe leads mention:@otto",
    "alerts",
    "alerts test",
    "quiet leads 2h",
    "quiet",
    "unsubscribe leads",
    "Ada Lovelace",
)


@pytest.fixture
async def private(sqlite_database: Database) -> Database:
    """A database full of what no channel may get."""
    await fill(sqlite_database)
    edited = {"record_id": GUID, "label": "Ada Lovelace", "edited_by": "Otto Editor", "values": {"title": "Countess"}}
    row = change("leads", "to-marketo", "update", NOW - timedelta(days=1), **edited, code="1003", message=MESSAGE)
    await put(sqlite_database, changes, row)
    errors = [
        error(NOW, label=label, message=MESSAGE, code=code)
        for label, code in (("Ada Lovelace", "1003"), ("ada@x.example", "709"), ("Ada Lovelace", "weird"))
    ]
    await failed(sqlite_database, *errors)
    skipped = {"outcome": "skipped", "reason": "not flagged to sync", "record_id": GUID, "direction": "to-marketo"}
    await put(sqlite_database, activity, {"at": NOW, "object": "leads", "fields": "", **skipped})
    return sqlite_database


def public(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What more than one person reads, of the bot's."""
    return [
        one for one in messages if not one["only_for"] and not one["channel"].startswith("D") and one["user"] == "U0BOT"
    ]


async def test_a_press_posts_the_answer_for_all_and_says_who_shared_it(private: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync status leads")
    shared = await talk.press(answer, "Share")
    assert shared["only_for"] == ""
    assert shared["channel"] == "C0OPS"
    assert shared["plain"].startswith("Shared by Ada Admin: /sync status leads")
    assert shared["mentions"] == []
    assert "1,204" in shared["plain"]
    assert "[Share]" not in shared["plain"]


async def test_whose_clock_it_is_stands_above_times_that_are_shared(private: Database, talk: Conversation) -> None:
    shared = await talk.say("/sync share status last-hour")
    head = shared["plain"].splitlines()[0]
    assert head == "Shared by Ada Admin: /sync status last-hour · times in Europe/Berlin"
    assert "times in" not in (await talk.say("/sync share explain 1003"))["plain"]


async def test_typed_and_pressed_share_the_same(private: Database, talk: Conversation) -> None:
    pressed = await talk.press(await talk.say("/sync errors"), "Share")
    assert (await talk.say("/sync share errors"))["plain"] == pressed["plain"]


async def test_buttons_of_a_shared_answer_answer_whoever_presses_privately(
    private: Database, talk: Conversation
) -> None:
    shared = await talk.say("/sync share status leads")
    answer = await talk.press(shared, "Refresh", "U0OPS")
    assert answer["only_for"] == "U0OPS"
    assert public(await talk.messages())[-1]["id"] == shared["id"]


async def test_names_and_messages_are_left_out_of_what_a_reader_shares(private: Database, talk: Conversation) -> None:
    mine = await talk.say("/sync errors code:1003")
    shared = await talk.press(mine, "Share")
    assert "1003" in shared["plain"]
    assert not [secret for secret in SECRETS if secret in _said(shared)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("record ada@x.example", "not for a channel"),
        ("errors csv", "A file is not for a channel"),
        ("errors Lovelace", "may be somebody's name"),
        ('errors code:"Ada Lovelace"', "may be somebody's name"),
        ("pause leads", "not for a channel"),
    ],
)
async def test_what_is_not_for_a_channel_is_refused_privately_with_the_reason(
    private: Database, talk: Conversation, words: str, sentence: str
) -> None:
    refused = await talk.say(f"/sync share {words}")
    assert refused["only_for"] == "U0ADMIN"
    assert sentence in refused["plain"]
    assert public(await talk.messages()) == []


async def test_there_is_nobody_to_share_with_in_direct_messages(private: Database, talk: Conversation) -> None:
    talk.channel = "D0ADMIN"
    assert "[Share]" not in (await talk.say("/sync status"))["plain"]
    assert "nobody here to share it with" in (await talk.say("/sync share status"))["plain"]


async def test_a_channel_that_takes_no_post_is_told_privately(private: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync status")
    await talk.control("refuse", method="chat.postMessage", error="not_in_channel", times=9)
    await talk.control("refuse", method="response_url", error="invalid_blocks", times=3)
    assert "I could not post it here" in (await talk.press(answer, "Share"))["plain"]


async def test_in_a_channel_shared_with_outsiders_nobody_gets_peoples_data(
    private: Database, talk: Conversation
) -> None:
    talk.channel = "C0SHARED"
    answer = await talk.say("/sync errors")
    assert not [secret for secret in SECRETS if secret in _said(answer)]
    assert "shared with another organization" in answer["plain"]
    assert "SYNC_PEOPLE_READERS" in (await talk.say("/sync record ada@x.example"))["plain"]
    talk.channel = "D0ADMIN"
    assert "Lovelace" in (await talk.say("/sync errors Lovelace"))["plain"]


async def test_a_channel_slack_does_not_tell_about_counts_as_shared(private: Database, talk: Conversation) -> None:
    await talk.control("workspace", scopes=["commands", "chat:write", "users:read"])
    assert "Lovelace" not in _said(await talk.say("/sync errors"))


async def test_no_name_address_number_or_value_reaches_a_channel(
    settle: Settle, slack_url: str, private: Database, http: Any
) -> None:
    settings = settle(sync_people_readers="U0ADMIN,U0OPS", sync_operators="U0ADMIN")
    async with running(settings, private):
        await connected(http, slack_url)
        for channel in ("C0OPS", "C0SHARED"):
            talk = Conversation(slack_url, http, channel)
            for words in QUESTIONS:
                await talk.say(f"/sync {words}")
                answer = await talk.say(f"/sync share {words}")
                assert not answer["only_for"] or why_not_typed(words)
                if "[Share]" in answer["plain"]:
                    await talk.press(answer, "Share")
        await _check_all(Conversation(slack_url, http))


async def _check_all(talk: Conversation) -> None:
    """Reads every message and every file that reached a channel."""
    posted = public(await talk.messages())
    assert len(posted) >= 20
    for message in posted:
        assert not [secret for secret in SECRETS if secret in _said(message)]
        assert message["mentions"] == []
        assert message["files"] == []
    files = (await talk.http.get(f"{talk.url}/sandbox/files")).json()["files"]
    assert files
    assert all(place.startswith("D") for file in files for place in file["channels"])


def why_not_typed(words: str) -> bool:
    request = parse(words, VOCABULARY)
    return isinstance(request, Misunderstood) or bool(why_not(request))


def _said(message: dict[str, Any]) -> str:
    """All of a message, without whom it was shared by."""
    everything = f"{message['plain']} {message['text']} {message['blocks']}"
    return everything.replace("Ada Admin", "somebody")
