"""Both services within the test's own process: they start in no time, and are reached by URL all the same."""

import argparse
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType

from aiohttp import web

import sandbox.dynamics.app
import sandbox.marketo.app
from sandbox.service import Surroundings, Weather


@asynccontextmanager
async def services(data: Path | None, seed: int, start: datetime) -> AsyncIterator[tuple[str, str]]:
    """Both services, in this process, without limits. `data` is a folder of CSV files; None: Faker makes a CRM.

    Their rows are made at `start`: made at the real time, they would be of the future for a test of the past.
    """
    given = argparse.Namespace(
        client_id="demo", client_secret="demo", tenant="demo", data=str(data) if data else None, seed=seed
    )
    async with (
        _serving(sandbox.dynamics.app, given, start) as dynamics,
        _serving(sandbox.marketo.app, given, start) as marketo,
    ):
        yield dynamics, marketo


@asynccontextmanager
async def _serving(service: ModuleType, given: argparse.Namespace, start: datetime) -> AsyncIterator[str]:
    around = Surroundings(weather=Weather(limits=False), chance=random.Random(given.seed))
    around.clock.set(start)
    runner = web.AppRunner(service.make_app(around, given), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
