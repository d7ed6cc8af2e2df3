"""Twenty-six hours of past, made by the bot's own engine on a clock that is handed in.

The first sync is 26 hours ago and a pass runs every five minutes since, while people on both sides keep editing.
Nothing is written into the bot's tables by hand: what the demo then shows of *last hour* really was synced.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx

from bot.settings import Settings
from bot.wiring import alone, make_dynamics
from storage.database import Database
from storage.ledger.readings import go_live
from sync.engine import Engine, Pace
from sync.marketo.client import Marketo, MarketoAccess
from sync.objects import LANES
from sync.passes import run_pass, take_sample
from sync.setup import create_missing_fields

LONG_AGO = timedelta(hours=26)
STEP = timedelta(minutes=5)
Progress = Callable[[str], None]


class Past:
    """A clock that both sandbox services and the engine follow, moved by hand."""

    def __init__(self, services: tuple[str, str], seed: int) -> None:
        self.now = datetime.now(UTC) - LONG_AGO
        self._services = services
        self._chance = random.Random(seed)  # noqa: S311 - decides how many people edit, guards nothing
        self._http = httpx.AsyncClient()

    async def move_to(self, moment: datetime) -> None:
        self.now = moment
        for url in self._services:
            await self._post(url, "clock", {"freeze": True, "now": moment.isoformat()})

    async def begin(self) -> None:
        """The records of the CRM were there before the first sync, not made just now."""
        await self.move_to(self.now)
        await self._post(self._services[0], "backdate", {"to": self.now.isoformat()})

    async def people_work(self) -> None:
        """A few edits on each side, more of them in the hours people are at their desks."""
        busy = 4 if 7 <= self.now.hour < 19 else 1
        for url in self._services:
            count = self._chance.randint(0, busy)
            if count:
                await self._post(url, "edits", {"count": count})

    async def end(self) -> None:
        for url in self._services:
            await self._post(url, "clock", {"freeze": False, "real": True})
        await self._http.aclose()

    async def _post(self, url: str, control: str, body: dict[str, object]) -> None:
        (await self._http.post(f"{url}/sandbox/{control}", json=body)).raise_for_status()


async def play(settings: Settings, seed: int, progress: Progress) -> None:
    """Makes the past in `settings.database_url`, in well under a minute."""
    database = Database(settings.database_url)
    past = Past((settings.dynamics_url, settings.marketo_url), seed)
    secret = settings.marketo_client_secret.get_secret_value()
    access = MarketoAccess(settings.marketo_url, settings.marketo_client_id, secret)
    marketo = Marketo(access, calls_per_20s=1_000_000, in_flight=10)
    dynamics = make_dynamics(settings)
    engine = Engine(
        database, dynamics, marketo, lambda: past.now, instance=settings.dynamics_url, pace=Pace(settle_seconds=1)
    )
    try:
        await database.migrate()
        async with alone(database):
            await past.begin()
            await _go_live(engine)
            await _live_through(engine, past, progress)
    finally:
        await past.end()
        await dynamics.aclose()
        await marketo.aclose()
        await database.close()


async def _go_live(engine: Engine) -> None:
    await create_missing_fields(engine.marketo)
    async with engine.database.write() as connection:
        for name, direction in LANES:
            await go_live(engine.database, connection, name, direction, "demo", engine.now())


async def _live_through(engine: Engine, past: Past, progress: Progress) -> None:
    progress("first sync, 26 hours ago")
    await run_pass(engine)
    end = datetime.now(UTC)
    while past.now + STEP < end:
        await past.move_to(past.now + STEP)
        await past.people_work()
        await run_pass(engine, past.now + STEP)
        await take_sample(engine)
        progress(f"passes since then, up to {past.now:%H:%M} UTC")
