"""Row 6: how long `/sync errors` takes with every filter and with words over a million errors, without Slack."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from bench.many_errors import fill
from bench.result import Result
from bench.services import Pair
from bench.status import places
from bot.commands import errors
from bot.grammar import parse
from bot.request import Errors
from bot.words import vocabulary_of
from bot.world import Asker, World
from storage.database import Database
from sync.catalogue import default_objects

SECONDS = 0.2
FILTERS = (
    "",
    "object:leads",
    "object:contacts code:1003",
    "code:0x80040007",
    "code:0x80040007 object:accounts since:7d",
    "direction:to-dynamics operation:insert",
    "since:24h",
    "since:7d until:2d",
    "state:ignored",
    "state:resolved",
)
WORDS = ("", "given1", "g", "giv", "surname99", "given12 surname7", "user777", "user12345@example", "allow", "zzz")
WORDS_ALSO = ("#4711", "4711", "10007919-0000", "1003", "value longer than", "is", "given3 surname3 field7")
SORTS = ("sort:newest", "sort:oldest", "sort:tried")
MORE = ("page:1250", "object:leads page:900", "sort:oldest page:1250", "given1 page:1000")


def questions() -> list[str]:
    """Every filter with every word in every order, and the overview by code, which has neither."""
    asked = [f"errors {filters} {words} {sort}" for filters, words, sort in product(FILTERS, WORDS + WORDS_ALSO, SORTS)]
    return ["errors", "errors object:leads", *asked, *(f"errors {one}" for one in MORE)]


def measure(kind: str, errors: int, times: int) -> list[Result]:
    """Each question `times` times over `errors` errors on `kind`; the p99 is that of all of them together."""
    with places(kind) as (url, _other):
        taken = asyncio.run(_measure(url, errors, times))
    everything = sorted(second for each in taken.values() for second in each)
    late = everything[min(len(everything) - 1, len(everything) * 99 // 100)]
    slowest = sorted(taken, key=lambda words: -min(taken[words]))[:3]
    worst = "; ".join(f"`{' '.join(words.split())}` {_ms(min(taken[words]))}" for words in slowest)
    half = everything[len(everything) // 2]
    measured = f"p50 {_ms(half)}, p99 {_ms(late)}, most {_ms(everything[-1])} (slowest at best: {worst})"
    what = f"`/sync errors`, {len(taken)} ways to ask, {kind}, {errors:,} errors"
    return [Result(6, what, measured, f"p99 < {_ms(SECONDS)}", late < SECONDS)]


async def _measure(url: str, errors: int, times: int) -> dict[str, Sequence[float]]:
    database, now = Database(url), datetime.now(UTC)
    await database.migrate()
    await fill(database, errors, now)
    with tempfile.TemporaryDirectory() as folder:
        settings = Pair("http://127.0.0.1", "http://127.0.0.1", Path(folder)).settings(50)
        world = World(settings, database, lambda: now, AsyncWebClient(), {}, default_objects())
        asker = Asker("U0BENCH", may_see_people=True, is_operator=True)
        taken = {words: [await _seconds(words, asker, world) for _ in range(times)] for words in questions()}
    await database.close()
    return dict(taken)


async def _seconds(words: str, asker: Asker, world: World) -> float:
    began = time.perf_counter()
    request = parse(words, vocabulary_of(world.objects))
    assert isinstance(request, Errors), words
    await errors.answer(request, asker, world)
    return time.perf_counter() - began


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
