"""A process of its own that looks and tells, and may die by SIGKILL around its first message.

    python -m tests.bot.alerts_process DATABASE_URL SLACK_URL NOW_ISO LOOKS LIFE

LIFE is `whole`, `before-posting` or `after-posting`. Looks are a minute apart, beginning at NOW_ISO.
"""

import asyncio
import os
import signal
import sys
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.alerts.tell import Teller
from bot.alerts.watch import watch
from bot.app import make_alerts_client
from bot.settings import read_settings
from storage.database import Database
from tests.bot.alerting import MINUTE, at_once
from tests.bot.clock import Clock
from tests.bot.conftest import REQUIRED
from tests.objects import LANES


class Doomed(AsyncWebClient):
    """Slack's client in a process that dies as it posts."""

    def __init__(self, whole: AsyncWebClient, life: str) -> None:
        super().__init__(token=whole.token, base_url=whole.base_url)
        self.life = life

    async def chat_postMessage(self, **given: Any) -> AsyncSlackResponse:  # noqa: N802 - the name is Slack's
        if self.life == "before-posting":
            os.kill(os.getpid(), signal.SIGKILL)
        posted = await super().chat_postMessage(**given)
        if self.life == "after-posting":
            os.kill(os.getpid(), signal.SIGKILL)
        return posted


async def live(url: str, slack_url: str, begins: str, looks: str, life: str) -> None:
    given = {"slack_app_token": "xapp-demo", "slack_api_url": f"{slack_url}/api/"}
    settings = read_settings(None, **{**REQUIRED, **given, "alert_channel": "C0OPS", "alert_backlog": 1000})
    database, client = Database(url), Doomed(make_alerts_client(settings), life)
    teller = Teller(database, client, wait=at_once)
    for minute in range(int(looks)):
        clock = Clock(datetime.fromisoformat(begins) + minute * MINUTE)
        await watch(database, settings, LANES, clock())
        await teller.tell(clock)
    await database.close()


if __name__ == "__main__":
    asyncio.run(live(*sys.argv[1:]))
