"""One life of the bot's process: what it looks with, tells with, and listens with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import httpx

from bot.alerts.digests import Sender, send_due_digests
from bot.alerts.figures import Own
from bot.alerts.tell import Teller
from bot.alerts.watch import watch
from bot.app import make_alerts_client, make_app, make_client
from bot.askers import Askers
from bot.deliver import Deliverer
from bot.settings import Settings
from bot.world import World
from storage.database import Database
from tests.bot.alerting import at_once
from tests.bot.clock import Clock
from tests.bot.conftest import connected, serving
from tests.objects import LANES, OBJECTS


@dataclass
class Process:
    """Lives on a clock that the test moves."""

    database: Database
    settings: Settings
    clock: Clock

    def __post_init__(self) -> None:
        client = make_client(self.settings)
        alerts = make_alerts_client(self.settings)
        self._teller = Teller(self.database, alerts, self.settings.sync_operators, at_once)
        world = World(self.settings, self.database, self.clock, client, {}, OBJECTS)
        askers = Askers(client, self.settings.sync_people_readers, self.settings.sync_operators, self.clock)
        self._sender = Sender(world, askers, Deliverer(self.settings.slack_tables, self.clock), self._teller.wait_for)

    async def look(self, now: datetime, own: Own) -> None:
        """What its jobs do: alerts, then digests."""
        await watch(self.database, self.settings, LANES, now, own)
        await self._teller.tell(lambda: now)
        await send_due_digests(self._sender, now)

    @asynccontextmanager
    async def listening(self, slack_url: str) -> AsyncIterator[None]:
        """Hears what people press until the end of the block."""
        async with (
            serving(make_app(self.settings, self.database, self.clock), self.settings),
            httpx.AsyncClient() as http,
        ):
            await connected(http, slack_url)
            yield
