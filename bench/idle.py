"""Row 4: what a day on which nothing happens costs of Marketo's quota, and how soon what does happen is noted.

Passes are run as far apart as the real process runs them, on a clock of our own that both services are set to: a day
takes as long as its passes take. The delay of an edit or a delete is counted on that clock, from the moment it was made
to the end of the pass that noted it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from bench.result import Result
from bench.services import UNLIMITED, Pair, make_ready, running_pair
from bot.wiring import open_engine
from storage.changes import Operation
from storage.database import Database
from storage.ledger.totals import read_totals
from sync.engine import Engine
from sync.passes import run_pass

DAY = timedelta(days=1)
QUOTA = 50_000  # calls a day
BUDGET = 0.05
EDITS_WITHIN = 60.0
DELETES_WITHIN = 600.0


@dataclass
class Idle:
    """An engine and both services on one clock."""

    engine: Engine
    pair: Pair
    http: httpx.AsyncClient
    every: timedelta
    now: datetime

    async def set_clock(self, moment: datetime) -> None:
        self.now = moment
        for url in (self.pair.dynamics, self.pair.marketo):
            asked = {"freeze": True, "now": moment.isoformat()}
            (await self.http.post(f"{url}/sandbox/clock", json=asked)).raise_for_status()

    async def a_pass(self) -> None:
        await run_pass(self.engine)
        await self.set_clock(self.now + self.every)

    async def delay(self, happens: Callable[[], Awaitable[None]], operation: Operation, after: timedelta) -> float:
        """Seconds from what `happens`, `after` a pass has begun, to the pass that noted a change of this kind."""
        began = self.now - self.every + after
        noted, next_pass = await self._noted(operation), self.now
        await self.set_clock(began)
        await happens()
        await self.set_clock(next_pass)
        while await self._noted(operation) == noted:
            passed = self.now
            await self.a_pass()
        return (passed - began).total_seconds()

    async def _noted(self, operation: Operation) -> int:
        async with self.engine.database.read() as connection:
            totals = await read_totals(connection)
        return sum(
            value for total, value in totals.items() if total.measure == "noted" and total.operation == operation
        )


def day(share: float = 1.0, times: int = 10) -> list[Result]:
    """A `share` of a day without an edit, the calls reckoned to the whole; then `times` edits and as many deletes."""
    with running_pair() as pair:
        make_ready(pair)
        calls, edits, deletes = asyncio.run(_day(pair, DAY * share, times))
    used = calls / share / QUOTA
    every = pair.settings(UNLIMITED).sync_every_seconds
    return [
        Result(
            4,
            f"Marketo quota used while idle ({share * 24:.0f} h of passes every {every} s, reckoned to a day)",
            f"{used:.1%} of {QUOTA:,} calls ({calls / share:,.0f})",
            f"≤ {BUDGET:.0%}",
            used <= BUDGET,
        ),
        _seen("edits", edits, EDITS_WITHIN),
        _seen("deletes in Marketo", deletes, DELETES_WITHIN),
    ]


def _seen(what: str, delays: list[float], within: float) -> Result:
    told = f"after {min(delays):.0f} to {max(delays):.0f} s ({len(delays)} of them)"
    return Result(4, f"{what} noted", told, f"≤ {within:.0f} s", max(delays) <= within)


async def _day(pair: Pair, span: timedelta, times: int) -> tuple[int, list[float], list[float]]:
    async with _idle(pair) as idle:
        for _ in range(3):
            await idle.a_pass()
        pair.forget_calls()
        ends = idle.now + span
        while idle.now < ends:
            await idle.a_pass()
        calls = int(pair.calls()["total"]) - pair.calls()["by_kind"].get("identity.token", 0)  # tokens are not counted
        edits = [
            await idle.delay(_edit(idle, row["leadid"]), "update", idle.every * n / times)
            for n, row in enumerate(await _rows(idle, f"{pair.dynamics}/sandbox/tables/leads", times))
        ]
        deletes = [
            await idle.delay(_delete(idle, row["id"]), "delete", idle.every * n / times)
            for n, row in enumerate(await _rows(idle, f"{pair.marketo}/sandbox/people", times))
        ]
    return calls, edits, deletes


@asynccontextmanager
async def _idle(pair: Pair) -> AsyncIterator[Idle]:
    settings = pair.settings(UNLIMITED)
    database = Database(settings.database_url)
    async with httpx.AsyncClient(timeout=60) as http, open_engine(settings, database, lambda: idle.now) as engine:
        idle = Idle(engine, pair, http, timedelta(seconds=settings.sync_every_seconds), datetime.now(UTC))
        await idle.set_clock(idle.now)
        yield idle
    await database.close()


async def _rows(idle: Idle, url: str, count: int) -> list[dict[str, object]]:
    """The last ones."""
    return list((await idle.http.get(url)).raise_for_status().json()["rows"][-count:])


def _edit(idle: Idle, lead: object) -> Callable[[], Awaitable[None]]:
    async def happens() -> None:
        row = {"leadid": lead, "jobtitle": f"since {idle.now:%H:%M:%S}"}
        (await idle.http.post(f"{idle.pair.dynamics}/sandbox/tables/leads", json=[row])).raise_for_status()

    return happens


def _delete(idle: Idle, person: object) -> Callable[[], Awaitable[None]]:
    async def happens() -> None:
        (await idle.http.delete(f"{idle.pair.marketo}/sandbox/people/{person}")).raise_for_status()

    return happens
