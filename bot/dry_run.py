"""python -m bot run --dry-run: what a run would do, as counts and as CSV, without a write to either service."""

import asyncio
import csv
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from tabulate import tabulate
from tqdm import tqdm

from bot.export import harmless, unwritable
from bot.settings import Settings
from bot.wiring import open_engine
from storage.changes import Direction
from storage.database import Database
from storage.forecast import Beginning, Foretold, begin, foretold, moved, parked
from storage.health import HeldLane, read_held
from storage.history import LaneName, read_services
from storage.ledger.totals import Moves, read_totals
from sync.engine import Engine
from sync.rehearsal import NEW, Ahead, rehearse

HEADINGS = ("Object", "Direction", "Insert", "Update", "Delete", "Skip", "Park", "Wait")
COLUMNS = ("object", "direction", "operation", "dynamics_id", "marketo_id", "fields", "reason")
LOOK_EVERY = 0.5  # seconds


async def dry_run(settings: Settings, clock: Ahead, path: str | None) -> int:
    """0 where both sides could be read to the end, 1 where not, 2 where the CSV cannot be written to `path`."""
    if path and (refused := unwritable(path)):
        print(refused, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as home:
        print(copy(settings.database_url, Path(home, "rehearsal.db")), file=sys.stderr)
        database = Database(f"sqlite:///{home}/rehearsal.db")
        try:
            await database.migrate()
            async with database.read() as connection:
                since = await begin(connection, clock())
            async with open_engine(settings, database, clock, rehearsal=True) as engine, _shown(database):
                await rehearse(engine, clock)
            if path:
                await _write(database, since, path)
            return await _tell(database, engine, since)
        finally:
            await database.close()


def copy(url: str, to: Path) -> str:
    """Begins with what was agreed so far, where a file can be copied; says with what it began."""
    if not url.startswith("sqlite"):
        return "PostgreSQL is not copied: this rehearsal begins with nothing, like a new database."
    source = Path(make_url(url).database or "")
    if not source.is_file():
        return "There is no database yet: this rehearsal begins with nothing."
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as found, closing(sqlite3.connect(to)) as there:
        found.backup(there)
    return f"This rehearsal begins with a copy of {source}."


@asynccontextmanager
async def _shown(database: Database) -> AsyncIterator[None]:
    """How far it is, on stderr: of the changes read so far, how many have been decided."""
    with tqdm(desc="decided", unit=" changes", file=sys.stderr) as bar:
        watching = asyncio.create_task(_watch(database, bar))
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


async def _watch(database: Database, bar: Any) -> None:
    while True:
        async with database.read() as connection:
            found = await read_totals(connection)
        bar.total = sum(value for total, value in found.items() if total.measure == "noted")
        bar.n = bar.total - sum(value for total, value in found.items() if total.measure == "backlog")
        bar.refresh()
        await asyncio.sleep(LOOK_EVERY)


async def _write(database: Database, since: Beginning, path: str) -> None:
    with _sheet(path) as sheet:
        async for page in foretold(database, since):
            sheet(_cells(each) for each in page)
    print(f"Written to {path}: a line for each record.", file=sys.stderr)


@contextmanager
def _sheet(path: str) -> Iterator[Callable[[Iterable[list[str]]], None]]:
    """Writes rows under the names of their columns."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(COLUMNS)
        yield sheet.writerows


def _cells(each: Foretold) -> list[str]:
    """An id that Marketo would only give is left empty."""
    marketo_id = "" if each.marketo_id.startswith(("-", NEW)) else each.marketo_id
    cells = [each.object, each.direction, each.operation, each.dynamics_id, marketo_id, each.fields, each.reason]
    return [harmless(cell) for cell in cells]


async def _tell(database: Database, engine: Engine, since: Beginning) -> int:
    async with database.read() as connection:
        moves, errors = await moved(connection, since), await parked(connection, since)
        waiting = await read_totals(connection)
        down = [each for each in await read_services(connection) if each.down_since]
        held = await read_held(connection)
    print(table(engine.lanes, moves, errors, waiting))
    for line in (
        *_reasons(moves),
        *(f"park: {number} {name} {way}, {code}" for (name, way, code), number in errors.items()),
    ):
        print(line)
    for lane in held:
        print(not_written(lane))
    for one in down:
        print(f"{one.name} could not be read to the end: {one.code}", file=sys.stderr)
    print("Nothing was written. What a service itself would refuse or fill in cannot be known before.")
    return 1 if down else 0


def not_written(lane: HeldLane) -> str:
    """What it holds back waits in a run too, until somebody lets it go on."""
    which = f"{lane.object} {lane.direction}"
    if lane.stopped_at is None:
        return f"paused: {which}"
    how = "held by a brake" if lane.braked else "stopped"
    return f"{how}: {which}, {lane.stopped_code}: {lane.message or ''}"


def table(
    lanes: Sequence[LaneName], moves: Moves, errors: Mapping[tuple[str, Direction, str], int], totals: Moves
) -> str:
    """What is done is what moved; what waited or was an error before is done, parked again or waits at the end."""
    rows = []
    for name, way in lanes:
        mine = Moves({total: value for total, value in moves.items() if (total.object, total.direction) == (name, way)})
        synced = [_sum(mine, "synced", operation) for operation in ("insert", "update", "delete")]
        parked = sum(number for (object, direction, _), number in errors.items() if (object, direction) == (name, way))
        waiting = Moves({each: value for each, value in totals.items() if (each.object, each.direction) == (name, way)})
        rest = [_sum(mine, "skipped"), parked, _sum(waiting, "backlog")]
        if any([*synced, *rest]):
            rows.append((name, way, *synced, *rest))
    return tabulate(rows, headers=HEADINGS) if rows else "There is nothing to do."


def _sum(moves: Moves, measure: str, operation: str | None = None) -> int:
    return sum(
        value for total, value in moves.items() if total.measure == measure and operation in (None, total.operation)
    )


def _reasons(moves: Moves) -> Iterable[str]:
    counted: Counter[tuple[str, str, str]] = Counter()
    for total, value in moves.items():
        if total.measure == "skipped":
            counted[total.object, total.direction, total.reason] += value
    return [f"skip: {number} {name} {way}, {why}" for (name, way, why), number in counted.most_common() if number]
