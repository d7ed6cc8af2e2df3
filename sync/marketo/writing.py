"""Writing to Marketo: full calls, and an outcome for each record in them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

from sync.errors import Later, SyncFailure
from sync.marketo.codes import BLAMES_ONE_RECORD, NOT_FOUND, failure, reason
from sync.marketo.connection import Connection, as_json
from sync.outcomes import Outcome, Written
from sync.wire import chunks_of, write_chunks

MOST_ROWS = 300  # in one call
MOST_BYTES = 1_000_000  # in one body: Marketo takes 1 MB, and answers more with HTTP 413

Row = Mapping[str, Any]


async def write(
    connection: Connection,
    path: str,
    rows: Sequence[Row],
    head: Mapping[str, Any],
    outcome_of: Callable[[Row], Outcome] | None = None,
) -> list[Outcome]:
    """Sends `rows` under `head` ({"action": …}) in as few calls as their number and size allow.

    Marketo takes the good records of a call and says what is wrong with each bad one, but for a few codes with which it
    refuses the call for the sake of one record. Where its words name a value, the records that hold it are left
    out and the rest is sent again; where they do not, halves of the call are, until the record stands alone.
    """

    async def write_chunk(chunk: Sequence[Row]) -> list[Outcome]:
        try:
            results = await connection.write(path, _body(head, chunk))
        except SyncFailure as failed:
            if failed.code not in BLAMES_ONE_RECORD or len(chunk) == 1:
                raise
            return await write_apart(chunk, failed)
        return outcomes(results, len(chunk), outcome_of or outcome)

    async def write_apart(chunk: Sequence[Row], failed: SyncFailure) -> list[Outcome]:
        blamed = blames(failed.message, chunk)
        if not any(blamed):
            half = len(chunk) // 2
            return await write_chunks([chunk[:half], chunk[half:]], write_chunk)
        rest = [row for row, is_blamed in zip(chunk, blamed, strict=True) if not is_blamed]
        written: Iterator[Outcome]
        try:
            written = iter(await write_chunk(rest) if rest else ())
        except SyncFailure as other:
            written = repeat(other)  # those left out have their own
        return [failed if is_blamed else next(written) for is_blamed in blamed]

    return await write_chunks(fitting_chunks(rows, lambda chunk: len(_body(head, chunk))), write_chunk)


def blames(message: str, rows: Sequence[Row]) -> list[bool]:
    """Which rows hold the value that `message` names with its field: "ExternalSalesPersonID 'x' not found"."""
    named = {(field.lower(), value) for field, value in re.findall(r"(\w+) '([^']+)'", message)}
    return [any((field.lower(), str(value)) in named for field, value in row.items()) for row in rows]


def _body(head: Mapping[str, Any], rows: Sequence[Row]) -> bytes:
    return as_json({**head, "input": rows})


def fitting_chunks(rows: Sequence[Row], size_of: Callable[[Sequence[Row]], int]) -> list[Sequence[Row]]:
    """`rows` in order, 300 at a time, halved for as long as a body would be above 1 MB."""
    return [part for chunk in chunks_of(rows, MOST_ROWS) for part in _halved(chunk, size_of)]


def _halved(rows: Sequence[Row], size_of: Callable[[Sequence[Row]], int]) -> list[Sequence[Row]]:
    if len(rows) == 1 or size_of(rows) <= MOST_BYTES:
        return [rows]
    half = len(rows) // 2
    return _halved(rows[:half], size_of) + _halved(rows[half:], size_of)


def outcomes(results: Sequence[Row], asked: int, outcome_of: Callable[[Row], Outcome]) -> list[Outcome]:
    """One outcome per record asked for. Results come in the order of the input; people's carry no number at all."""
    if len(results) != asked:
        raise Later("bad-reply", f"{len(results)} results for {asked} records", unknown=True)
    return [outcome_of(result) for result in results]


def outcome(result: Row) -> Outcome:
    """What became of one record written."""
    status = result.get("status")
    if status in ("created", "updated"):
        return Written(id_of(result), created=status == "created")
    return failure(*reason(result))


def outcome_of_delete(result: Row) -> Outcome:
    """What became of one record deleted; one that is not there (any more) counts as done."""
    code, message = reason(result)
    if result.get("status") == "deleted" or code in NOT_FOUND:
        return Written(id_of(result), created=False)
    return failure(code, message)


def id_of(result: Row) -> str:
    """Objects have a marketoGUID or a number, people a number; "" where Marketo names none."""
    found = result.get("marketoGUID") or result.get("id")
    return "" if found is None else str(found)


def delete_key(rows: Sequence[Row]) -> str:
    """Whether `rows` name their records by Marketo's own id or by the fields they are told apart by."""
    return "idField" if all(set(row) <= {"id", "marketoGUID"} for row in rows) else "dedupeFields"
