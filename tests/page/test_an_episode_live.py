"""An alert as people watch it: one message that changes under their eyes, and the log in its thread."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from storage.database import Database
from tests.bot.alerting import MINUTE, Looks
from tests.bot.conftest import NOW, connected, running
from tests.objects import LANES
from tests.page.conftest import Visit
from tests.rows import live

LOG = [
    "Critical: Leads: 12,040 waiting, the oldest for 15m (leads backlog > 10,000 for 5m: 12,040).",
    "Acknowledged by Otto Ops.",
    "Recovered: Leads was behind for 25m; 12,040 records affected.",
]


@pytest.fixture
async def looks(settle: Any, slack_url: str, sqlite_database: Database, http: Any) -> AsyncIterator[Looks]:
    """The real bot, whose alerts go to the channel; every lane is live."""
    settings = settle(alert_channel="C0OPS", alert_backlog=1000)
    await live(sqlite_database, *LANES)
    async with running(settings, sqlite_database):
        await connected(http, slack_url)
        yield Looks(sqlite_database, settings)


async def test_one_message_gets_worse_is_acknowledged_and_recovers_while_one_reads(looks: Looks, visit: Visit) -> None:
    screen = await visit("U0OPS")
    begun = NOW - 20 * MINUTE
    await looks.backlog("leads", 1204, begun)
    await looks.look_between(begun, begun + 5 * MINUTE, 5 * MINUTE)
    await screen.says("BEHIND  Leads: 1,204 waiting")
    await looks.backlog("leads", 12_040, begun)
    await looks.look_between(begun + 10 * MINUTE, begun + 15 * MINUTE, 5 * MINUTE)
    alert = await screen.says("BEHIND, CRITICAL  Leads: 12,040 waiting")
    await screen.press("Acknowledge alert 1", alert)
    await screen.says("is acknowledged by Otto Ops")
    await looks.look(NOW)
    alert = await screen.says("Acknowledged by Otto Ops at 14:32 UTC")
    assert await alert.get_by_role("button", name="Acknowledge alert 1").count() == 0
    await looks.backlog("leads", 0, begun)
    await looks.look_between(NOW + 5 * MINUTE, NOW + 15 * MINUTE, 5 * MINUTE)
    alert = await screen.says("RECOVERED  Leads was behind for 25m; 12,040 records affected.")
    assert await screen.page.locator("#messages article").filter(has_text="Leads").count() == 1
    await screen.press("3 replies", alert)
    replies = screen.page.locator("#replies")
    await screen.says("Recovered", replies)
    assert [line for line in (await replies.inner_text()).splitlines() if line in LOG] == LOG
