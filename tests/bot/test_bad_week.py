"""A bad week, on a moved clock: everything that each channel gets, in order and in words."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.settings import Settings
from storage import models as tables
from storage.alerting import Subscription
from storage.database import Database
from storage.ledger.subscribing import subscribe
from tests.bot.bad_week.heard import Listener
from tests.bot.bad_week.process import Process
from tests.bot.bad_week.sync import Sync
from tests.bot.clock import Clock
from tests.bot.conftest import Settle
from tests.bot.conversation import Conversation
from tests.bot.every_message import expect_mention
from tests.databases import Postgres
from tests.waiting import until

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIVE, SELDOM, BUSY_FOR = 5 * MINUTE, 30 * MINUTE, 40 * MINUTE
TOLD = Path(__file__).parent / "bad_week" / "told.txt"
MOST_ROOTS = 12
CHANNELS = ("C0OPS", "C0LEADS", "C0MAIL", "C0WEEKLY", "C0OLD")


def at(day: str, time: str) -> datetime:
    """`at("Tue", "14:05")` of that week."""
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    hours, minutes = time.split(":")
    return MONDAY + days.index(day) * DAY + int(hours) * HOUR + int(minutes) * MINUTE


SUBSCRIPTIONS = (
    *(
        Subscription("C0LEADS", "alerts", "U0OPS", MONDAY, "leads", what, terms, "S0OPS")
        for what, terms in (("backlog", {"backlog": 15_000}), ("oldest", {"oldest": 4 * 3600}))
    ),
    Subscription("C0MAIL", "alerts", "U0ADMIN", MONDAY, None, "errors", {"code": "1003"}),
    Subscription("C0WEEKLY", "digest", "U0ADMIN", MONDAY, terms={"every": "weekly", "at": "09:00", "weekday": 6}),
    Subscription("C0OLD", "alerts", "U0ADMIN", MONDAY, None, "backlog"),
    Subscription("C0OLD", "alerts", "U0ADMIN", MONDAY, None, "oldest"),
)


class Week:
    """What happens when; between, the sync passes, the bot looks, and the listener listens."""

    def __init__(self, url: str, settings: Settings, slack: Conversation) -> None:
        self._url, self._settings = url, settings
        self.slack, self.listener, self.clock = slack, Listener(slack), Clock(MONDAY)
        self.database = Database(url)
        self.sync = Sync(self.database, MONDAY)
        self.process = Process(self.database, settings, self.clock)
        self.bad: list[str] = []

    async def begin(self) -> None:
        members = ["U0ADMIN", "U0OPS", "U0READER", "U0BOT"]
        await self.slack.control("workspace", channels=[{"id": one, "members": members} for one in CHANNELS])
        await self.sync.begin()
        async with self.database.write() as connection:
            for wanted in SUBSCRIPTIONS:
                await subscribe(connection, wanted)

    async def live(self, happenings: dict[datetime, Callable[[], Awaitable[None]]], end: datetime) -> None:
        """Looks every five minutes after something happened, and now and then while nothing does."""
        busy_until = MONDAY
        while self.clock() <= end:
            await self.sync.pass_by(self.clock())
            if happening := happenings.pop(self.clock(), None):
                await happening()
                busy_until = self.clock() + BUSY_FOR
            await self.process.look(self.clock(), self.sync.own)
            await self.listener.listen(self.clock())
            self.clock.at = self._next(busy_until, happenings)
        assert not happenings

    def _next(self, busy_until: datetime, happenings: Iterable[datetime]) -> datetime:
        step = FIVE if self.clock() < busy_until else SELDOM
        return min([self.clock() + step, *happenings])

    async def restart(self) -> None:
        await self.database.close()
        self.database = self.sync.database = Database(self._url)
        self.process = Process(self.database, self._settings, self.clock)

    async def dynamics_is_away(self) -> None:
        self.sync.down["dynamics"] = "http-503"

    async def marketo_is_away(self) -> None:
        self.sync.down["marketo"] = "http-502"

    async def marketo_refuses(self) -> None:
        self.sync.down["marketo"] = "invalid_client"

    async def services_are_back(self) -> None:
        self.sync.down.clear()

    def used(self, share: float) -> Callable[[], Awaitable[None]]:
        async def use() -> None:
            self.sync.own = replace(self.sync.own, used=share, may_call=share < self.sync.own.stops_at)

        return use

    async def leads_are_edited(self) -> None:
        await self.sync.bulk_edit("leads", 200_000, self.clock())

    async def accounts_are_edited(self) -> None:
        self.sync.much_at_once = 5_001
        await self.sync.bulk_edit("accounts", 60_000, self.clock())

    async def somebody_acknowledges(self) -> None:
        async with self.process.listening(self.slack.url):
            newest = [one for one in self.listener.heard if one.channel == "C0OPS" and one.how == "root"][-1]
            asked = {"channel": "C0OPS", "message": newest.ts, "text": "Acknowledge", "user": "U0OPS"}
            pressed = await self.slack.control("press", **asked)

            async def answered() -> bool:
                return any(one["answers"] == pressed["id"] for one in await self.slack.messages("U0OPS"))

            await until(answered)

    async def bad_records_come(self) -> None:
        self.bad = await self.sync.bad_records(700, self.clock())

    async def they_are_mended(self) -> None:
        await self.sync.mended(self.bad, self.clock())

    async def old_channel_is_archived(self) -> None:
        await self.slack.control("workspace", channels=[{"id": "C0OLD", "is_archived": True}])

    async def nothing(self) -> None:
        """An hour at which the bot is to look."""

    def slack_is_away(self, away: bool) -> Callable[[], Awaitable[None]]:
        async def change() -> None:
            await self.slack.control("weather", down=away)

        return change


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def week_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh migrated database."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
async def week(week_url: str, settle: Settle, slack_url: str, http: Any) -> Week:
    expect_mention(slack_url, "!subteam^S0OPS")
    found = Week(week_url, settle(alert_channel="C0OPS"), Conversation(slack_url, http))
    await found.begin()
    return found


async def test_a_bad_week(week: Week) -> None:
    """told.txt is what they are to get; what they got is in the failure, to be read before it is taken over."""
    happenings = {
        at("Mon", "09:00"): week.dynamics_is_away,
        at("Mon", "10:30"): week.restart,
        at("Mon", "12:00"): week.services_are_back,
        at("Tue", "14:00"): week.used(0.66),
        at("Tue", "17:00"): week.used(0.8),
        at("Wed", "06:00"): week.used(0.0),
        at("Wed", "10:00"): week.leads_are_edited,
        at("Wed", "10:10"): week.somebody_acknowledges,
        at("Wed", "10:20"): week.restart,
        at("Wed", "18:00"): week.old_channel_is_archived,
        at("Thu", "13:00"): week.bad_records_come,
        at("Thu", "16:00"): week.they_are_mended,
        at("Fri", "13:00"): week.slack_is_away(True),
        at("Fri", "13:30"): week.marketo_refuses,
        at("Fri", "14:10"): week.services_are_back,
        at("Fri", "15:30"): week.accounts_are_edited,
        at("Fri", "16:10"): week.slack_is_away(False),
        at("Sat", "02:00"): week.marketo_is_away,
        at("Sat", "04:00"): week.restart,
        at("Sat", "08:00"): week.services_are_back,
        at("Sun", "09:00"): week.nothing,
    }
    await week.live(happenings, at("Sun", "12:00"))
    assert week.listener.told() == TOLD.read_text(encoding="utf-8")
    await everything_was_told_once(week)
    await week.database.close()


async def everything_was_told_once(week: Week) -> None:
    """No episode has two messages or none (but for those of the channel that was archived), and no turn is untold."""
    async with week.database.read() as connection:
        episodes = list(await connection.execute(select(tables.episodes)))
        untold = list(await connection.execute(select(tables.turns).where(tables.turns.c.told_at.is_(None))))
    assert untold == []
    posted = [one for channel in CHANNELS for one in week.listener.roots(channel)]  # in place of one comes a DM
    messages = {(one.channel, one.ts) for one in posted if " · alert " in one.words}
    assert messages == {(one.channel, one.ts) for one in episodes if not one.lost}
    assert len(messages) == len([one for one in episodes if not one.lost])
    assert [one.family for one in episodes if one.closed_at is None] == ["undelivered"]
    assert max(len(week.listener.roots(channel)) for channel in CHANNELS) <= MOST_ROOTS
