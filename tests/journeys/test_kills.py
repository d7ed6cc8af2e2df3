"""The process is killed with SIGKILL at seeded points and started again: nothing is lost, nothing doubled."""

import asyncio
import json
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.database import Database
from sync.catalogue import default_objects
from sync.engine import Pace
from sync.marketo.client import Marketo, MarketoAccess
from sync.setup import create_missing_fields
from tests.journeys.comparing import assert_equal
from tests.journeys.world import control, traveller
from tests.services import HOME, Services


async def killed(services: Services, database_url: str, kills: int, seed: int, faults: float, edits: int) -> Any:
    """Starts both services, lets the doomed process live and die, and compares what is left. Returns its account."""
    seeded = ("--limits", "none", "--seed", str(seed))
    urls = {name: services(name, *seeded) for name in ("dynamics", "marketo")}
    await _set_up(urls["marketo"])
    asked = {**urls, "database": database_url, "began": time.time(), "seed": seed, "kills": kills, "edits": edits}
    database = Database(database_url)
    async with traveller(database, urls["dynamics"], urls["marketo"], Pace(settle_seconds=3)) as world:
        for service in (world.dynamics, world.marketo):
            await world.weather(service, faults=faults)
            await control(service, "clock", {"freeze": False})
        account = await _doomed(asked)
        for service in (world.dynamics, world.marketo):
            await world.weather(service, faults=0)
        world.now = datetime.fromisoformat(account["now"]) + timedelta(minutes=20)
        await world.advance()
        await world.rest(most=60)
        await assert_equal(world)
    await database.close()
    return account


async def _set_up(marketo_url: str) -> None:
    marketo = Marketo(MarketoAccess(marketo_url, "demo", "demo"))
    await create_missing_fields(marketo, default_objects())
    await marketo.aclose()


async def _doomed(asked: dict[str, Any]) -> Any:
    command = (sys.executable, "-m", "tests.journeys.doomed", json.dumps(asked))
    process = await asyncio.create_subprocess_exec(*command, cwd=HOME, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0, out
    return json.loads(out)


async def test_killed_eight_times_on_sqlite_both_sides_end_equal(sandbox: Services, sqlite_url: str) -> None:
    account = await killed(sandbox, sqlite_url, kills=8, seed=1, faults=0, edits=3)
    assert sum(account["died"].values()) == 8 and len(account["died"]) >= 3


async def test_killed_three_times_on_postgresql_both_sides_end_equal(sandbox: Services, postgres_url: str) -> None:
    account = await killed(sandbox, postgres_url, kills=3, seed=2, faults=0, edits=3)
    assert sum(account["died"].values()) == 3


@pytest.mark.long
async def test_killed_two_hundred_times_amid_faults_and_edits_both_sides_end_equal(
    sandbox: Services, sqlite_url: str
) -> None:
    account = await killed(sandbox, sqlite_url, kills=200, seed=3, faults=0.2, edits=3)
    assert sum(account["died"].values()) == 200


@pytest.mark.long
async def test_killed_fifty_times_on_postgresql_amid_faults_and_edits(sandbox: Services, postgres_url: str) -> None:
    account = await killed(sandbox, postgres_url, kills=50, seed=4, faults=0.2, edits=3)
    assert sum(account["died"].values()) == 50
