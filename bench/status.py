"""Row 5: how long `/sync status` and its drill-down take over a small and a large backlog, without Slack."""

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

from slack_sdk.web.async_client import AsyncWebClient

from bench.filling import fill
from bench.result import Result
from bench.services import Pair
from bot.commands import status
from bot.grammar import parse
from bot.request import Status
from bot.words import vocabulary_of
from bot.world import Asker, World
from storage.database import Database
from sync.catalogue import default_objects
from tests.databases import running_postgres

WORDS = ("status", "status last-hour", "status leads", "status leads last-hour")
SECONDS = 0.1
GROWTH = 1.5  # above which the medians are said to grow: less is noise on a shared machine
SMALL = 10_000


def compare(kind: str, large: int, times: int) -> list[Result]:
    """On `kind` (SQLite or PostgreSQL), each of WORDS asked `times` times with `large` of each, in turns with SMALL."""
    with places(kind) as urls:
        found = asyncio.run(_measure(urls, large, times))
    results = []
    for words, (small, big) in zip(WORDS, found, strict=True):
        growth = big.median / small.median
        met = big.late < SECONDS and growth < GROWTH
        measured = f"{big}; at {SMALL:,} {small}; p50 × {growth:.2f}; {_ms(big.busy)} of the processor"
        what = f"`{f'/sync {words}'.strip()}`, {kind}, {large:,} waiting and {large:,} errors"
        results.append(Result(5, what, measured, f"p99 < {_ms(SECONDS)}, no growth", met))
    return results


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds that half of the answers stay within, and 99 of 100; and the processor's in one of them (median)."""

    median: float
    late: float
    busy: float

    def __str__(self) -> str:
        return f"p50 {_ms(self.median)}, p99 {_ms(self.late)}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


async def _measure(urls: Sequence[str], large: int, times: int) -> list[tuple[Taken, Taken]]:
    """For each of WORDS, what an answer takes over a small and a large backlog."""
    now = datetime.now(UTC)
    worlds = []
    for url, count in zip(urls, (SMALL, large), strict=True):
        database = Database(url)
        await database.migrate()
        await fill(database, count, count, now)
        worlds.append(_world(database, now))
    found = [await _ask_in_turns(words, worlds, times) for words in WORDS]
    for world in worlds:
        await world.database.close()
    return found


def _world(database: Database, now: datetime) -> World:
    settings = Pair("http://127.0.0.1", "http://127.0.0.1", Path()).settings(1)
    return World(settings, database, lambda: now, AsyncWebClient(), {}, default_objects())


async def _ask_in_turns(words: str, worlds: Sequence[World], times: int) -> tuple[Taken, Taken]:
    small, big = worlds
    taken = [(await _ask(words, small), await _ask(words, big)) for _ in range(times)]
    return _cuts([one for one, _ in taken]), _cuts([other for _, other in taken])


def _cuts(taken: list[tuple[float, float]]) -> Taken:
    cuts = quantiles([seconds for seconds, _ in taken], n=100)
    return Taken(cuts[49], cuts[98], median(busy for _, busy in taken))


async def _ask(words: str, world: World) -> tuple[float, float]:
    """Seconds from the words to the answer, by the clock and of the processor."""
    started, busy = time.perf_counter(), time.process_time()
    request = parse(words, vocabulary_of(world.objects))
    assert isinstance(request, Status)
    await status.answer(request, Asker("U1"), world)
    return time.perf_counter() - started, time.process_time() - busy


@contextmanager
def places(kind: str) -> Iterator[list[str]]:
    """The URLs of two new databases of this kind."""
    if kind == "SQLite":
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            yield [f"sqlite:///{Path(folder) / name}" for name in ("small.db", "large.db")]
        return
    with running_postgres() as server:
        yield [server.new_database(), server.new_database()]
