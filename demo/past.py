"""Five days of past, made by the bot's own engine on a clock that is handed in.

The first sync is five days ago; since then people on both sides keep editing and passes run, every hour at first and
every few minutes at the end. Once Marketo is out of reach for half a day while a campaign is prepared in Dynamics, so
that the backlog has a hump to show. Nothing is written into the bot's tables by hand: what the demo then shows of
*last hour* really was synced.
"""

import logging
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx

from bot.settings import Settings
from bot.wiring import alone, make_dynamics
from storage.database import Database
from storage.ledger.readings import go_live
from sync.engine import Engine, Pace
from sync.marketo.client import Marketo, MarketoAccess
from sync.passes import run_pass, take_sample
from sync.setup import create_missing_fields

LONG_AGO = timedelta(days=5)
# How long the steps are, up to how long ago: fine ones where an hour is looked at, coarse ones for the trend.
STEPS = (
    (timedelta(hours=1), timedelta(hours=26)),
    (timedelta(minutes=10), timedelta(hours=3)),
    (timedelta(minutes=5), timedelta()),
)
OUTAGE = (timedelta(hours=64), timedelta(hours=50))
CAMPAIGN = 30  # edits in an hour, beyond the usual
Progress = Callable[[str], None]


class Past:
    """A clock that both sandbox services and the engine follow, moved by hand."""

    def __init__(self, services: tuple[str, str], seed: int) -> None:
        self.now = datetime.now(UTC) - LONG_AGO
        self._services = services
        self._chance = random.Random(seed)  # noqa: S311 - decides how many people edit, guards nothing
        self._http = httpx.AsyncClient()
        self._lost = False

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
            await self._edit(url, self._chance.randint(0, busy))

    async def lose_marketo(self, lost: bool) -> None:
        """Marketo is out of reach, and much is edited in Dynamics meanwhile; or it is back."""
        if lost != self._lost:
            await self._post(self._services[1], "weather", {"down": lost})
            self._lost = lost
        await self._edit(self._services[0], self._chance.randint(CAMPAIGN // 2, CAMPAIGN) if lost else 0)

    async def end(self) -> None:
        await self.lose_marketo(False)
        for url in self._services:
            await self._post(url, "clock", {"freeze": False, "real": True})
        await self._http.aclose()

    async def _edit(self, url: str, count: int) -> None:
        if count:
            await self._post(url, "edits", {"count": count})

    async def _post(self, url: str, control: str, body: dict[str, object]) -> None:
        (await self._http.post(f"{url}/sandbox/{control}", json=body)).raise_for_status()


async def play(settings: Settings, seed: int, progress: Progress) -> None:
    """Makes the past in `settings.database_url`, in well under a minute."""
    database = Database(settings.database_url)
    past = Past((settings.dynamics_url, settings.marketo_url), seed)
    secret = settings.marketo_client_secret.get_secret_value()
    access = MarketoAccess(settings.marketo_url, settings.marketo_client_id, secret)
    marketo = Marketo(access, calls_per_20s=1_000_000, in_flight=10, tries=1)
    dynamics = make_dynamics(settings)
    engine = Engine(
        database, dynamics, marketo, lambda: past.now, instance=settings.dynamics_url, pace=Pace(settle_seconds=1)
    )
    silenced = logging.getLogger("sync")
    silenced.setLevel(logging.ERROR)  # that Marketo is out of reach is no news here: it is part of the play
    try:
        await database.migrate()
        async with alone(database):
            await past.begin()
            await _go_live(engine)
            await _live_through(engine, past, progress)
    finally:
        silenced.setLevel(logging.NOTSET)
        await past.end()
        await dynamics.aclose()
        await marketo.aclose()
        await database.close()


async def _go_live(engine: Engine) -> None:
    await create_missing_fields(engine.marketo, engine.objects)
    async with engine.database.write() as connection:
        for name, direction in engine.lanes:
            await go_live(engine.database, connection, name, direction, "demo", engine.now())


async def _live_through(engine: Engine, past: Past, progress: Progress) -> None:
    progress("first sync, five days ago")
    await run_pass(engine)
    end = datetime.now(UTC)
    for moment, step in moments(past.now, end):
        await past.move_to(moment)
        await past.lose_marketo(end - OUTAGE[0] <= moment < end - OUTAGE[1])
        await past.people_work()
        await run_pass(engine, moment + step)
        await take_sample(engine)
        progress(f"passes since then, up to {moment:%d %b %H:%M} UTC")


def moments(start: datetime, end: datetime) -> Iterator[tuple[datetime, timedelta]]:
    """When passes ran after `start` and before `end`, and how long each step was."""
    moment = start
    for step, until in STEPS:
        while moment + step < end - until:
            moment += step
            yield moment, step
