"""A bot in Slack that syncs as well: its engine, its scheduler, and both services beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.app import make_app
from bot.replica import Replica
from bot.settings import Settings
from storage.database import Database
from storage.health import read_jobs
from storage.models import audit
from tests.bot.conftest import connected, serving
from tests.bot.conversation import Conversation
from tests.journeys.world import World, world_of
from tests.parked import rows
from tests.waiting import until


@dataclass
class Syncing:
    """A bot with its engine and its scheduler, whose passes are an hour apart."""

    talk: Conversation
    world: World
    database: Database

    async def person(self) -> dict[str, Any] | None:
        return next(iter(await self.world.people()), None)

    async def acts(self) -> list[tuple[str, str, str]]:
        return [(row.act, row.object, row.detail) for row in await rows(self.database, audit) if row.act != "live"]


@asynccontextmanager
async def syncing_bot(
    settings: Settings, slack_url: str, database: Database, http: httpx.AsyncClient, folder: Path
) -> AsyncIterator[Syncing]:
    """With nobody in either service; `folder` is empty."""

    async def sampled() -> bool:
        async with database.read() as connection:
            return any(job.name == "sample" and job.finished_at for job in await read_jobs(connection))

    (folder / "nobody").mkdir()
    async with world_of(database, folder / "nobody") as world:
        await world.rest()
        replica = Replica(world.engine, 3600)
        await replica.look()
        app = make_app(settings, database, lambda: world.now, world.engine, replica)
        try:
            async with serving(app, settings):
                await connected(http, slack_url)
                await until(sampled)
                yield Syncing(Conversation(slack_url, http), world, database)
        finally:
            await replica.stop()
