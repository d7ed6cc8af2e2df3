"""Bulk: people in by one file and their ids out by another, for a handful of calls instead of one per 300 people.

Marketo's "Bulk lead import" takes files below 10 MB, upserts their rows, and says neither which were created nor their
ids; two files are worked on at a time, ten may queue (1016). "Bulk lead extract" gives what was created within a window
of at most 31 days, 500 MB a day. Jobs are asked after every 5 to 30 seconds; the status of an extract is renewed once
a minute only.
"""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sync.errors import Later
from sync.marketo.connection import Connection, as_json

MOST_BYTES = 9_500_000
LONGEST_JOB = timedelta(hours=2)
IMPORTED, FAILED_IMPORT = "Complete", "Failed"
IMPORT_FAILED = "import-failed"
EXPORTED, FAILED_EXPORT = "Completed", ("Failed", "Cancelled")

Row = Mapping[str, Any]


class NotTaken(NamedTuple):
    """Rows of a file by their lookup value: `refused` as a whole, or `lacking` a value, but in Marketo all the same."""

    refused: set[str]
    lacking: set[str]


Sleep = Callable[[float], Awaitable[None]]


def files_of(rows: Sequence[Row], most_bytes: int = MOST_BYTES) -> Iterator[tuple[Sequence[Row], bytes]]:
    """`rows` in order, as many at a time as fit into a CSV file; a file's columns are all that its rows hold."""
    start, size = 0, 0
    for at, row in enumerate(rows):
        length = sum(len(_cell(value).encode()) + 3 for value in row.values())
        if at > start and size + length > most_bytes:
            yield rows[start:at], _file(rows[start:at])
            start, size = at, 0
        size += length
    if rows:
        yield rows[start:], _file(rows[start:])


def _file(rows: Sequence[Row]) -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


async def import_people(
    connection: Connection, lookup_field: str, file: bytes, every: float, sleep: Sleep = asyncio.sleep
) -> NotTaken:
    """Upserts a file's people by `lookup_field`, looking every so many seconds whether it is done.

    Returns what it did not take as it stands: the rows in its files of failures and of warnings. Raises Later with
    `unknown` where the job failed as a whole (IMPORT_FAILED: it is over) or does not come to an end.
    """
    (job,) = await connection.send_file("leads", {"format": "csv", "lookupField": lookup_field}, file)
    number = job["batchId"]
    for _ in range(_looks(every)):
        (state,) = (await connection.read_bulk(f"leads/batch/{number}.json"))["result"]
        if state["status"] == IMPORTED:
            files = {"failures": state["numOfRowsFailed"], "warnings": state.get("numOfRowsWithWarning")}
            return NotTaken(
                *[
                    await _rows(connection, f"{number}/{name}", lookup_field) if rows else set()
                    for name, rows in files.items()
                ]
            )
        if state["status"] == FAILED_IMPORT:
            raise Later(IMPORT_FAILED, str(state.get("message") or "the import failed"), unknown=True)
        await sleep(every)
    raise Later("import-slow", f"import {number} has not come to an end", unknown=True)


async def _rows(connection: Connection, file: str, lookup_field: str) -> set[str]:
    """The same rows as in the file that was sent, with a last column that says why."""
    text = await connection.read_file(f"leads/batch/{file}.json")
    return {row[lookup_field] for row in csv.DictReader(io.StringIO(text))}


async def created_people(
    connection: Connection,
    fields: Sequence[str],
    start: datetime,
    end: datetime,
    every: float,
    sleep: Sleep = asyncio.sleep,
) -> list[dict[str, str]]:
    """The `fields`, as text, of everybody created from `start` to `end`. Raises Later where Marketo gives no file."""
    window = {"startAt": start.isoformat(), "endAt": end.isoformat()}
    asked = {"fields": list(fields), "format": "CSV", "filter": {"createdAt": window}}
    (job,) = await connection.write_bulk("leads/export/create.json", as_json(asked))
    path = f"leads/export/{job['exportId']}"
    await connection.write_bulk(f"{path}/enqueue.json", b"")
    for _ in range(_looks(every)):
        (state,) = (await connection.read_bulk(f"{path}/status.json"))["result"]
        if state["status"] == EXPORTED:
            return list(csv.DictReader(io.StringIO(await connection.read_file(f"{path}/file.json"))))
        if state["status"] in FAILED_EXPORT:
            break
        await sleep(every)
    raise Later("export-failed", f"the extract {job['exportId']} gave no file")


def _looks(every: float) -> int:
    return max(1, int(LONGEST_JOB.total_seconds() / max(every, 1)))
