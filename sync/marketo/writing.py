"""Writing to Marketo: full calls, and an outcome for each record in them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from sync.errors import Later, SyncFailure
from sync.marketo.blaming import SALES_PERSON, Row, blame, may_be_about_a_record, owners_of
from sync.marketo.codes import NO_SALES_PERSON, NOT_FOUND, failure, reason
from sync.marketo.connection import Connection, as_json
from sync.marketo.reading import find
from sync.outcomes import Outcome, Written
from sync.wire import chunks_of, write_chunks

MOST_ROWS = 300  # in one call
MOST_BYTES = 1_000_000  # in one body: Marketo takes 1 MB, and answers more with HTTP 413
MOST_IN_VAIN = 8  # records refused alone by a halving that has written none


async def write(
    connection: Connection,
    path: str,
    rows: Sequence[Row],
    head: Mapping[str, Any],
    outcome_of: Callable[[Row], Outcome] | None = None,
) -> list[Outcome]:
    """Sends `rows` under `head` ({"action": …}) in as few calls as their number and size allow.

    Marketo takes the good records of a call and says what is wrong with each bad one, but now and then it refuses the
    call for the sake of one record. Those that its words are about are left out, and the rest is sent again. What its
    words do not tell cannot be known: then halves of the call are sent, until the record stands alone.
    """
    writing = Writing(connection, path, head, outcome_of or outcome)
    return await write_chunks(fitting_chunks(rows, lambda chunk: len(_body(head, chunk))), writing.write)


@dataclass(frozen=True, slots=True)
class Writing:
    """One write, of which each call may have to be taken apart."""

    connection: Connection
    path: str
    head: Mapping[str, Any]
    outcome_of: Callable[[Row], Outcome]

    async def write(self, chunk: Sequence[Row]) -> list[Outcome]:
        return await self._write(chunk, Halving())

    async def _write(self, chunk: Sequence[Row], halving: "Halving") -> list[Outcome]:
        try:
            results = await self.connection.write(self.path, _body(self.head, chunk))
        except SyncFailure as failed:
            if len(chunk) == 1 or halving.is_in_vain or not may_be_about_a_record(failed):
                raise
            return await self._apart(chunk, failed, halving)
        return outcomes(results, len(chunk), self.outcome_of)

    async def _apart(self, chunk: Sequence[Row], failed: SyncFailure, halving: "Halving") -> list[Outcome]:
        known = await self._known_owners(chunk) if failed.code == NO_SALES_PERSON else None
        blamed = blame(failed, chunk, known, partial=self.head.get("action") == "updateOnly")
        if not any(blamed):
            return await self._halves(chunk, failed, halving)
        rest = [row for row, refused in zip(chunk, blamed, strict=True) if not refused]
        written: Iterator[Outcome]
        try:
            written = iter(await self._write(rest, halving) if rest else ())
        except SyncFailure as other:
            written = repeat(other)  # those left out have their own
        return [refused or next(written) for refused in blamed]

    async def _halves(self, chunk: Sequence[Row], failed: SyncFailure, halving: "Halving") -> list[Outcome]:
        """One after the other, and every other record in each, so that the first ones to stand alone tell of all."""
        written: list[Outcome] = [failed] * len(chunk)
        written[::2] = await self._half(chunk[::2], halving)
        written[1::2] = await self._half(chunk[1::2], halving)
        return written

    async def _half(self, part: Sequence[Row], halving: "Halving") -> list[Outcome]:
        try:
            written = await self._write(part, halving)
        except SyncFailure as other:
            written = [other] * len(part)
            halving.refused += len(part) == 1
        halving.written += sum(isinstance(each, Written) for each in written)
        return written

    async def _known_owners(self, rows: Sequence[Row]) -> set[str] | None:
        """Whom of the rows' owners Marketo has, in lower case; None where they cannot be looked up."""
        owners = owners_of(rows)
        try:
            found = await find(self.connection, "salespersons", SALES_PERSON, owners, [SALES_PERSON]) if owners else []
        except SyncFailure:
            return None
        return {str(row[SALES_PERSON]).lower() for row in found}


@dataclass(slots=True)
class Halving:
    """How the halving of one call goes: its records `refused` alone, and those `written`."""

    refused: int = 0
    written: int = 0

    @property
    def is_in_vain(self) -> bool:
        """Whether all are refused alike, it seems: two calls for each would soon use the day's calls up.

        Halves that were not sent yet are sent, but taken apart no more.
        """
        return self.refused >= MOST_IN_VAIN and not self.written


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
