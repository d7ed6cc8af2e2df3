"""python -m tests.journeys.doomed '{"dynamics": URL, …}': a process that lives, is killed, and lives again.

Every life is a process of its own: it opens the database as the bot does, runs real passes, and at a seeded point
sends itself SIGKILL. Points lie around what must not be torn apart: after a write was sent, after its reply came,
within a transaction, just before its COMMIT, and just after. Between two lives colleagues and marketers go on working.
"""

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import event

from bot.wiring import AlreadyRunning, alone
from storage.database import Database
from storage.ledger.readings import go_live
from sync.dynamics.client import Dynamics, DynamicsAccess
from sync.engine import Engine, Pace
from sync.marketo.client import Marketo, MarketoAccess
from sync.passes import run_pass
from tests.journeys.wire import is_write_request
from tests.journeys.world import HURRY

SPEED = 60  # how much faster than real the engine's time goes by
LIFE = 2.0  # seconds of a life that nothing ends before
POINTS = {"sent": 4, "replied": 4, "statement": 40, "committing": 15, "committed": 15}


@dataclass(frozen=True)
class Fate:
    """The `count`-th time that `point` is reached, this process is no more."""

    point: str
    count: int

    def reached(self, seen: Counter[str], point: str) -> bool:
        seen[point] += 1
        return point == self.point and seen[point] == self.count


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DoomedWire(httpx.AsyncHTTPTransport):
    """Dies when a write is on its way, or when its reply is there and nobody has been told yet."""

    def __init__(self, fate: Fate, seen: Counter[str]) -> None:
        super().__init__()
        self.fate, self.seen = fate, seen

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not is_write_request(request):
            return await super().handle_async_request(request)
        if self.fate.reached(self.seen, "sent"):
            asyncio.get_running_loop().call_later(0.003, die)
        response = await super().handle_async_request(request)
        if self.fate.reached(self.seen, "replied"):
            die()
        return response


def doom(database: Database, fate: Fate, seen: Counter[str]) -> None:
    """Dies within, at the end of, or just after a transaction that writes."""
    engine, wrote = database.engine.sync_engine, Counter[int]()

    @event.listens_for(engine, "after_cursor_execute")
    def executed(connection: Any, _: Any, statement: str, *__: Any) -> None:
        if statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            wrote[id(connection.connection.dbapi_connection)] += 1
            if fate.reached(seen, "statement"):
                die()

    @event.listens_for(engine, "commit")
    def committing(connection: Any) -> None:
        if wrote[id(connection.connection.dbapi_connection)] and fate.reached(seen, "committing"):
            die()

    @event.listens_for(engine, "checkin")
    def given_back(dbapi_connection: Any, _: Any) -> None:
        if wrote.pop(id(dbapi_connection), 0) and fate.reached(seen, "committed"):
            die()


def moment(asked: dict[str, Any]) -> datetime:
    """The engine's time: a minute in every second since the beginning, through all lives alike."""
    began = float(asked["began"])
    return datetime.fromtimestamp(began + (time.time() - began) * SPEED, UTC)


async def live(asked: dict[str, Any], fate: Fate) -> None:
    """One life."""
    database, seen = Database(asked["database"]), Counter[str]()
    doom(database, fate, seen)
    wire = DoomedWire(fate, seen)
    dynamics = Dynamics(
        DynamicsAccess(asked["dynamics"], "demo", "demo", "demo", asked["dynamics"]),
        first_wait=0.01,
        sleep=lambda seconds: asyncio.sleep(seconds / HURRY),
        clock=lambda: time.monotonic() * HURRY,
        transport=wire,
    )
    access = MarketoAccess(asked["marketo"], "demo", "demo")
    marketo = Marketo(access, calls_per_20s=1_000_000, in_flight=10, first_wait=0.01, transport=wire)
    pace = Pace(settle_seconds=3, page_size=100, calls_per_round=1)
    engine = Engine(database, dynamics, marketo, lambda: moment(asked), "doomed", pace)
    async with alone(database), httpx.AsyncClient() as controls:
        async with database.write() as connection:
            for one, direction in engine.lanes:
                await go_live(database, connection, one, direction, "the test", engine.now())
        end = time.monotonic() + LIFE
        while time.monotonic() < end:
            for service in ("dynamics", "marketo"):
                await controls.post(f"{asked[service]}/sandbox/clock", json={"now": engine.now().isoformat()})
            await run_pass(engine)
            await asyncio.sleep(0.05)


def one_life(asked: dict[str, Any], fate: Fate) -> bool:
    """Forks, so that a life costs no imports; returns whether it ended by SIGKILL."""
    child = os.fork()
    if not child:
        try:
            asyncio.run(live(asked, fate))
        except AlreadyRunning:  # PostgreSQL takes a moment to see that the last one is gone
            time.sleep(0.1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, status
        return True
    assert status == 0, f"a life ended with {os.waitstatus_to_exitcode(status)}"
    return False


def main() -> None:
    asked = json.loads(sys.argv[1])
    chance = random.Random(asked["seed"])
    died: Counter[str] = Counter()
    lives = 0
    while died.total() < asked["kills"] and lives < 3 * asked["kills"] + 10:
        for service in ("dynamics", "marketo"):
            httpx.post(f"{asked[service]}/sandbox/clock", json={"now": moment(asked).isoformat()})
            httpx.post(f"{asked[service]}/sandbox/edits", json={"count": chance.randint(0, asked["edits"])}, timeout=30)
        lives += 1
        point = chance.choice(list(POINTS))
        if one_life(asked, Fate(point, chance.randint(1, POINTS[point]))):
            died[point] += 1
    print(json.dumps({"lives": lives, "died": died, "now": moment(asked).isoformat()}))


if __name__ == "__main__":
    main()
