"""Row 8: a CSV of a million errors against the sqlite3 shell's own, and the memory it takes. Without Slack."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import megabytes
from bench.many_errors import fill
from bench.result import Result
from bench.services import start_script
from bot import export
from bot.links import links_of
from storage import error_search
from storage.database import Database
from storage.error_export import csv_lines
from storage.error_search import Wanted
from sync.catalogue import default_objects

TIMES = 5
MEGABYTES = 150
QUERY = """SELECT e.id, e.object, e.direction, e.operation, e.code, e.message, e.label, e.dynamics_id, e.marketo_id,
e.first_failed_at, e.failed_at, e.attempts, c.next_at FROM errors e LEFT JOIN changes c ON c.id = e.change_id
WHERE e.state IN ('open') ORDER BY e.failed_at DESC, e.id DESC"""
MINIMAL = """
import csv, sqlite3, sys
with open(sys.argv[2], "w", newline="") as file:
    csv.writer(file).writerows(sqlite3.connect(sys.argv[1]).execute(sys.argv[3]))
"""


def compare(errors: int) -> list[Result]:
    """The open ones among `errors` errors on SQLite, in processes of their own, one after the other."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder) / "errors.db"
        asyncio.run(_fill(f"sqlite:///{path}", errors))
        shell, theirs = _theirs(path, Path(folder) / "theirs.csv")
        process = start_script("bench.export", f"sqlite:///{path}", str(Path(folder) / "ours.csv"))
        said, _nothing = process.communicate()
        seconds, most, before, rows = (float(word) for word in said.split())
    ratio = seconds / theirs
    took = f"{seconds:.1f} s for {rows:,.0f} rows, {shell} {theirs:.1f} s: × {ratio:.1f}"
    held = f"{most:.0f} MB at most, {before:.0f} MB before it began"
    return [
        Result(8, f"CSV of {errors:,} errors against {shell}", took, f"≤ × {TIMES}", ratio <= TIMES),
        Result(8, "memory of the process meanwhile", held, f"< {MEGABYTES} MB", most < MEGABYTES),
    ]


async def _fill(url: str, errors: int) -> None:
    database = Database(url)
    await database.migrate()
    await fill(database, errors, datetime.now(UTC))
    await database.close()


def _theirs(path: Path, to: Path) -> tuple[str, float]:
    """Who stands in for the other side, and its seconds: the shell, or Python's own modules where there is none."""
    shell = shutil.which("sqlite3")
    command = [shell, "-csv", str(path), QUERY] if shell else [sys.executable, "-c", MINIMAL, str(path), str(to), QUERY]
    began = time.perf_counter()
    with to.open("wb") as file:
        subprocess.run(command, check=True, stdout=file)
    return ("the sqlite3 shell" if shell else "Python's sqlite3 and csv (no shell here)"), time.perf_counter() - began


async def _ours(url: str, to: Path) -> tuple[float, float, float, int]:
    """Seconds, megabytes at most, megabytes before, rows."""
    database = Database(url)
    before, began = megabytes(), time.perf_counter()
    async with database.read() as connection:
        ids = await error_search.ids(connection, Wanted())
    with to.open("w+b") as file:
        links = links_of(default_objects(), "https://contoso.crm.dynamics.com")
        addresses = export.around(default_objects(), links)
        lines = csv_lines(database, ids, export.owner_fields(default_objects()), *addresses)
        rows = await export.write(lines, file)
    seconds = time.perf_counter() - began
    await database.close()
    return seconds, megabytes(), before, rows


if __name__ == "__main__":
    print(*asyncio.run(_ours(sys.argv[1], Path(sys.argv[2]))))
