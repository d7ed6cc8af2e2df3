"""Two real processes on one PostgreSQL: both answer, one syncs, and the other goes on when that one is killed."""

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from bot.alerts.watch import watch
from bot.settings import read_settings
from storage.database import Database
from sync.setup import create_missing_fields
from tests.bot.alerting import MINUTE, Looks
from tests.bot.conftest import REQUIRED
from tests.bot.conversation import Conversation
from tests.journeys.test_stopping import bot, settings
from tests.journeys.world import World, control, traveller
from tests.objects import LANES
from tests.services import Services, free_port
from tests.waiting import until

RARELY = {"SYNC_EVERY_SECONDS": "3600"}
ALERTS = {"alert_channel": "C0OPS", "alert_backlog": "1000"}


@dataclass
class Bot:
    """A real process, and what it says of itself over HTTP."""

    process: "subprocess.Popen[bytes]"
    health: str
    http: httpx.AsyncClient

    async def told(self, figure: str) -> float | None:
        """A figure of /metrics; None while it does not answer."""
        try:
            lines = (await self.http.get(f"{self.health}/metrics")).text.splitlines()
        except httpx.TransportError:
            return None
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{figure} "))

    async def hears(self) -> bool:
        return bool(await self.told("sync_slack_up"))


@pytest.fixture
async def world(sandbox: Services, postgres_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """With nobody in it, live in every lane, at the real time."""
    database = Database(postgres_url)
    (tmp_path / "nobody").mkdir()
    given = ("--limits", "none", "--data", str(tmp_path / "nobody"))
    dynamics, marketo = sandbox("dynamics", *given), sandbox("marketo", *given)
    async with traveller(database, dynamics, marketo, start=datetime.now(UTC)) as made:
        for service in (made.dynamics, made.marketo):
            await control(service, "clock", {"freeze": False})
        await create_missing_fields(made.engine.marketo, made.engine.objects)
        await made.go_live()
        yield made
    await database.close()


@asynccontextmanager
async def two_bots(world: World, slack: str, http: httpx.AsyncClient, folder: Path) -> AsyncIterator[list[Bot]]:
    """Begun at the same moment; both answer in Slack."""
    dynamics, marketo = (str(service.base_url).rstrip("/") for service in (world.dynamics, world.marketo))
    common = settings(slack, dynamics, marketo, folder / "unused") | {"DATABASE_URL": world.database.url} | RARELY
    common |= {name.upper(): value for name, value in ALERTS.items()}
    ports = [free_port(), free_port()]
    bots = [Bot(bot(common | {"HEALTH_PORT": str(port)}), f"http://127.0.0.1:{port}", http) for port in ports]
    try:
        for one in bots:
            await until(one.hears)
        yield bots
    finally:
        for one in bots:
            one.process.kill()
            one.process.wait()


async def by_role(bots: list[Bot]) -> list[Bot]:
    """The one that syncs, then the one that only answers."""

    async def told() -> list[Bot]:
        syncs = {await one.told("sync_process_syncs"): one for one in bots}
        return [syncs[1], syncs[0]] if len(syncs) == 2 else []

    return list(await until(told))


async def a_turn_that_nobody_was_told(database: Database) -> None:
    """Leads are behind for as long as it takes to say so."""
    wanted, began = (
        read_settings(None, **REQUIRED, **ALERTS, slack_app_token="xapp-demo"),
        datetime.now(UTC) - 7 * MINUTE,
    )
    looks = Looks(database, wanted)
    await looks.backlog("leads", 1204, began)
    for minute in range(7):
        await watch(database, wanted, LANES, began + minute * MINUTE)
    assert await looks.turns() == ["opened"]


async def test_both_answer_one_syncs_and_the_other_takes_over_from_one_that_is_killed(
    world: World, sandbox: Services, tmp_path: Path
) -> None:
    slack = sandbox("slack", "--limits", "none")
    await a_turn_that_nobody_was_told(world.database)
    await world.lead(emailaddress1="ada@x.example")
    async with httpx.AsyncClient() as http, two_bots(world, slack, http, tmp_path) as bots:
        talk, (syncing, other) = Conversation(slack, http), await by_role(bots)
        await until(world.people)

        async def said(words: str, expected: str) -> bool:
            return expected in (await talk.say(words))["plain"]

        await until(lambda: said("/sync health", "This process only answers; another one syncs."))
        await until(lambda: said("/sync run", "Another process syncs; it was asked to begin a pass now."))
        assert (await http.get(f"{other.health}/healthz")).text == "ok"
        syncing.process.kill()
        await world.lead(emailaddress1="grace@x.example")
        await until(lambda: world.people(email="grace@x.example"))
        assert await said("/sync health", "This process syncs and answers.")
        told = [one["plain"] for one in await talk.messages(channel="C0OPS") if not one["ephemeral"]]
        assert len([one for one in told if "1,204" in one]) == 1
