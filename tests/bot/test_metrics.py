"""/healthz and /metrics over HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.http import health_open
from bot.settings import Settings, read_settings
from bot.vitals import Pulse
from bot.wiring import open_engine
from storage.database import Database
from storage.models import lanes, totals
from tests.bot.clock import Clock
from tests.bot.conftest import NOW, REQUIRED
from tests.objects import LANES
from tests.rows import all_read, put, synced, total, waiting
from tests.services import Services


def settings_with(**given: str) -> Settings:
    return read_settings(None, **{**REQUIRED, "slack_app_token": "xapp-demo", **given})


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
async def pulse(sandbox: Services, sqlite_database: Database, clock: Clock) -> AsyncIterator[Pulse]:
    """How a process fares that syncs with the sandbox's services, and whose socket is open."""
    settings = settings_with(marketo_url=sandbox("marketo", "--limits", "none"))
    async with open_engine(settings, sqlite_database, clock) as engine:
        pulse = Pulse(settings, sqlite_database, clock, engine)
        pulse.hearing.opened()
        yield pulse


@pytest.fixture
async def health(pulse: Pulse, sqlite_database: Database, free_port: int) -> AsyncIterator[httpx.AsyncClient]:
    address = f"http://127.0.0.1:{free_port}"
    async with health_open(free_port, pulse, sqlite_database, LANES), httpx.AsyncClient(base_url=address) as client:
        yield client


class Figures:
    """Every sample of /metrics, by its name and labels."""

    def __init__(self, text: str) -> None:
        families = text_string_to_metric_families(text)
        samples = [sample for family in families for sample in family.samples]
        self.samples = {(sample.name, *sorted(sample.labels.items())): sample.value for sample in samples}

    def __call__(self, name: str, **labels: str) -> float:
        return float(self.samples[(name, *sorted(labels.items()))])


async def figures(health: httpx.AsyncClient) -> Figures:
    return Figures((await health.get("/metrics")).text)


async def test_a_process_that_hears_and_syncs_is_ok(health: httpx.AsyncClient) -> None:
    answer = await health.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


async def test_a_dead_socket_is_told(health: httpx.AsyncClient, pulse: Pulse, clock: Clock) -> None:
    pulse.hearing.found(is_open=False)
    clock.pass_by(seconds=29)
    assert (await health.get("/healthz")).status_code == 200
    clock.pass_by(seconds=1)
    answer = await health.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "the socket to Slack is dead")


async def test_a_pass_is_overdue_after_five_minutes_without_progress(
    health: httpx.AsyncClient, sqlite_database: Database, clock: Clock
) -> None:
    await all_read(sqlite_database, ["leads"], NOW, timedelta(minutes=1))
    clock.pass_by(minutes=5)
    assert (await health.get("/healthz")).status_code == 200
    clock.pass_by(seconds=1)
    answer = await health.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "no pass has ended since 2026-11-23T14:32:00Z")


async def test_a_long_pass_that_gets_on_is_not_overdue(
    health: httpx.AsyncClient, sqlite_database: Database, clock: Clock
) -> None:
    clock.pass_by(hours=1)
    await synced(sqlite_database, "leads", "to-marketo", clock.at, 300)
    assert (await health.get("/healthz")).status_code == 200


async def test_a_database_that_does_not_answer_is_told(clock: Clock, free_port: int) -> None:
    gone = Database(f"postgresql://nobody@127.0.0.1:{free_port}/none")
    pulse = Pulse(settings_with(), gone, clock)
    pulse.hearing.opened()
    assert await pulse.reasons() == ["the database does not answer: ConnectionRefusedError"]
    await gone.close()


async def test_the_figures_are_those_of_the_totals(health: httpx.AsyncClient, sqlite_database: Database) -> None:
    await waiting(sqlite_database, "leads", "to-marketo", "update", 3310, NOW - timedelta(hours=2))
    await put(sqlite_database, totals, total("leads", "to-marketo", "update", "open", 31))
    await put(sqlite_database, totals, total("leads", "to-marketo", "update", "synced", 12_000))
    await all_read(sqlite_database, ["leads"], NOW, timedelta(minutes=1))
    told = await figures(health)
    assert told("sync_backlog", object="leads", direction="to-marketo", operation="update") == 3310
    assert told("sync_oldest_seconds", object="leads", direction="to-marketo") == 7200
    assert told("sync_open_errors", object="leads", direction="to-marketo") == 31
    assert told("sync_records_synced_total", object="leads", direction="to-marketo", operation="update") == 12_000
    assert told("sync_service_up", service="marketo") == 1


async def test_the_process_tells_of_itself(health: httpx.AsyncClient, sqlite_database: Database, clock: Clock) -> None:
    await put(sqlite_database, lanes, {"object": "users", "direction": "to-marketo", "paused": True})
    clock.pass_by(minutes=2)
    told = await figures(health)
    assert told("sync_slack_up") == 1
    assert told("sync_slack_socket_seconds") == 120
    assert told("sync_marketo_calls_today") >= 0
    assert told("sync_lane_held", object="users", direction="to-marketo", why="paused") == 1


async def test_without_a_port_nothing_is_opened(pulse: Pulse, sqlite_database: Database, free_port: int) -> None:
    async with health_open(None, pulse, sqlite_database, LANES), httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{free_port}/healthz")
