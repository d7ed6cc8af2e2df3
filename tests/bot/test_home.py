"""The home tab, in the sandbox's Slack: drawn when it is opened, answered in messages when pressed."""

from datetime import timedelta
from typing import Any

from storage.database import Database
from storage.models import episodes as episodes_table
from storage.models import totals
from tests.bot.conftest import NOW, Settle, connected, running
from tests.bot.conversation import Conversation
from tests.rows import all_read, error, failed, live, put, total, waiting
from tests.waiting import until

OBJECTS = ["leads", "contacts", "accounts", "opportunities", "users"]


async def opened(talk: Conversation, user: str, holding: str = "") -> dict[str, Any]:
    """What `user` sees after opening the tab, once it holds some words."""
    await talk.control("home", user=user)

    async def drawn() -> dict[str, Any] | None:
        home: dict[str, Any] = (await talk.http.get(f"{talk.url}/sandbox/homes/{user}")).json()
        return home if home["view"] and holding in home["plain"] else None

    return dict(await until(drawn))


async def test_it_shows_the_overview_and_the_errors_by_code(talk: Conversation, sqlite_database: Database) -> None:
    await all_read(sqlite_database, OBJECTS, NOW, timedelta(minutes=1))
    await live(sqlite_database, ("leads", "to-marketo"))
    await waiting(sqlite_database, "leads", "to-marketo", "update", 3310, NOW - timedelta(hours=2, minutes=14))
    await put(sqlite_database, totals, total("leads", "to-marketo", "update", "open", 2))
    await failed(sqlite_database, error(NOW), error(NOW))
    said = (await opened(talk, "U0ADMIN"))["plain"]
    assert "BEHIND  Leads: oldest 2h 14m" in said
    assert "3,310" in said
    assert "1003  2 errors, Leads" in said
    assert "Lovelace" not in said


async def test_a_press_in_it_is_answered_in_the_persons_messages(talk: Conversation) -> None:
    await opened(talk, "U0ADMIN")
    await talk.control("press", user="U0ADMIN", home=True, text="Health")

    async def answered() -> bool:
        return any(
            "Database" in one["plain"] and one["channel"].startswith("D") for one in await talk.messages("U0ADMIN")
        )

    await until(answered)


async def test_refresh_draws_it_anew(talk: Conversation, sqlite_database: Database) -> None:
    await opened(talk, "U0ADMIN")
    await waiting(sqlite_database, "leads", "to-marketo", "update", 4711, NOW)
    await talk.control("press", user="U0ADMIN", home=True, text="Refresh")

    async def anew() -> bool:
        home: dict[str, Any] = (await talk.http.get(f"{talk.url}/sandbox/homes/U0ADMIN")).json()
        return "4,711" in home["plain"]

    await until(anew)


async def test_each_person_reads_what_they_may_do(talk: Conversation) -> None:
    admin = (await opened(talk, "U0ADMIN"))["plain"]
    assert "You may see names, messages and exports." in admin
    assert "You may retry, ignore, match, run, pause and compare." in admin
    reader = (await opened(talk, "U0OPS"))["plain"]
    assert "You may look, and change nothing." in reader
    assert "Who may act: this workspace's admins" in reader


async def test_the_alerts_that_stand_are_told(
    settle: Settle, slack_url: str, sqlite_database: Database, http: Any
) -> None:
    member = {"rule": "backlog", "subject": "leads", "object": "leads", "waiting": 12_000, "age": 60, "value": 12_000}
    detail = {"members": {"backlog:leads": {**member, "limit": 10_000, "level": "warning"}}}
    row = {"channel": "C0OPS", "family": "backlog", "level": "warning", "opened_at": NOW, "detail": detail}
    await put(sqlite_database, episodes_table, row)
    async with running(settle(alert_channel="C0OPS"), sqlite_database):
        await connected(http, slack_url)
        said = (await opened(Conversation(slack_url, http), "U0ADMIN"))["plain"]
    assert "BEHIND  Leads: 12,000 waiting, the oldest for 1m." in said
