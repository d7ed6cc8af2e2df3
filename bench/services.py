"""The sandbox's services as processes of their own, and the settings that point our engine at them."""

import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bot.settings import Settings, read_settings
from bot.wiring import open_engine
from storage.database import Database
from storage.ledger.readings import go_live
from storage.ledger.totals import read_totals, unbalanced
from sync.engine import Engine
from sync.passes import run_pass
from sync.setup import create_missing_fields

HOME = Path(__file__).parent.parent
CALL = 300  # records at most in a Marketo call
CALLS_PER_20S = 100  # Marketo's real limit, shared by all of an instance's integrations; here it is all ours
PATIENCE = 120.0  # seconds for an answer of the sandbox, which may share its processor with others
UNLIMITED = 1_000_000  # calls in 20 s, when the sandbox has no limits


@dataclass(frozen=True, slots=True)
class Pair:
    """A Dynamics and a Marketo on loopback, and the folder where a run keeps its files."""

    dynamics: str
    marketo: str
    folder: Path

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.folder / 'sync.db'}"

    def settings(self, calls_per_20s: int) -> Settings:
        """Those of the real process, at these two services and ten calls at once; the Slack ones are of no use here."""
        return read_settings(
            None,
            slack_bot_token="-",
            slack_app_token="-",
            dynamics_url=self.dynamics,
            dynamics_authority=self.dynamics,
            dynamics_tenant_id="demo",
            dynamics_client_id="demo",
            dynamics_client_secret="demo",
            marketo_url=self.marketo,
            marketo_client_id="demo",
            marketo_client_secret="demo",
            marketo_calls_per_20s=calls_per_20s,
            marketo_in_flight=10,
            database_url=self.database_url,
        )

    def generate(self, entity_set: str, count: int) -> None:
        """Puts `count` made-up rows into Dynamics, owned by its users and linked to its accounts."""
        _ok(httpx.post(f"{self.dynamics}/sandbox/tables/{entity_set}", json={"generate": count}, timeout=PATIENCE))

    def weather(self, **weather: Any) -> None:
        """Changes both services' weather: limits ("real", "none"), latency_ms."""
        for url in (self.dynamics, self.marketo):
            _ok(httpx.post(f"{url}/sandbox/weather", json=weather, timeout=PATIENCE))

    def calls(self) -> dict[str, Any]:
        """What Marketo was asked since the counting began: total, by_kind, refused by code."""
        counted: dict[str, Any] = _ok(httpx.get(f"{self.marketo}/sandbox/calls", timeout=PATIENCE)).json()
        return counted

    def forget_calls(self) -> None:
        _ok(httpx.delete(f"{self.marketo}/sandbox/calls", timeout=PATIENCE))

    def held(self, what: str) -> int:
        """How many records of a kind ("opportunities", "people") Marketo holds."""
        return int(
            _ok(httpx.get(f"{self.marketo}/sandbox/{what}", params={"count": "1"}, timeout=PATIENCE)).json()["count"]
        )


def _ok(response: httpx.Response) -> httpx.Response:
    return response.raise_for_status()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(service: str, port: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "sandbox", service, "--port", str(port), "--limits", "none"]
    return subprocess.Popen(command, cwd=HOME)


def _wait_for(url: str, seconds: float = PATIENCE) -> None:
    """Until the service at `url` answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            _ok(httpx.get(f"{url}/sandbox/clock", timeout=seconds))
            return
        except httpx.ConnectError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextmanager
def running_pair() -> Iterator[Pair]:
    """Both services anew, without limits, with a small CRM by Faker; ended and forgotten afterwards."""
    ports = {service: _free_port() for service in ("dynamics", "marketo")}
    started = [_start(service, port) for service, port in ports.items()]
    urls = {service: f"http://127.0.0.1:{port}" for service, port in ports.items()}
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            for url in urls.values():
                _wait_for(url)
            yield Pair(**urls, folder=Path(folder))
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def start_ours(what: str, pair: Pair) -> "subprocess.Popen[str]":
    """Starts `bench.ours` beside the services."""
    return start_script("bench.ours", what, pair.dynamics, pair.marketo, str(pair.folder))


def start_script(module: str, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True)


@asynccontextmanager
async def our_engine(pair: Pair, calls_per_20s: int = UNLIMITED) -> AsyncIterator[Engine]:
    """The engine as the real process wires it, on a database that is there."""
    settings = pair.settings(calls_per_20s)
    database = Database(settings.database_url)
    async with open_engine(settings, database, lambda: datetime.now(UTC)) as engine:
        yield engine
    await database.close()


def make_ready(pair: Pair) -> None:
    """Our fields in Marketo, everything live, and the small CRM in step: what comes next is what is measured."""
    asyncio.run(_make_ready(pair))


async def _make_ready(pair: Pair) -> None:
    async with our_engine(pair) as engine:
        await engine.database.migrate()
        await create_missing_fields(engine.marketo, engine.objects)
        async with engine.database.write() as connection:
            for one, direction in engine.lanes:
                await go_live(engine.database, connection, one, direction, "bench", engine.now())
        await run_pass(engine)
        await run_pass(engine)
        async with engine.database.read() as connection:
            off = unbalanced(await read_totals(connection))
    assert not off, f"the totals are off by {off}"
