"""Writing rows: many in one call, and an outcome for each."""

from collections.abc import Mapping, Sequence
from typing import Any

from sync.dynamics.batch import Answer, Operation
from sync.dynamics.codes import DUPLICATE_KEY, is_breakdown
from sync.dynamics.connection import API, Connection, answered_failure
from sync.errors import Later, SyncFailure
from sync.outcomes import Outcome, Written
from sync.wire import chunks_of, write_chunks

NewRow = tuple[str, dict[str, Any]]
"""(our GUID, wire values)"""
ChangedRow = tuple[str, str | None, dict[str, Any]]
"""(GUID, etag or None, wire values)"""

ROWS_A_CALL = 300  # Microsoft prefers small batches to few huge ones; at most 1,000 ("execute-batch-operations")

# Against what its name suggests, "false" turns duplicate detection ON (Microsoft, "optional-parameters").
DETECT_DUPLICATES = {"MSCRM.SuppressDuplicateDetection": "false"}


async def create(
    connection: Connection,
    entity_set: str,
    table: str,
    key: str,
    rows: Sequence[NewRow],
    detect_duplicates: bool = True,
) -> list[Outcome]:
    """Creates `rows`, whose GUIDs make a repeated create harmless: what is there already is Written, not created.

    What is refused as a whole, or broke Dataverse down, is repeated once, as a $batch in which the good go through
    and each bad row is refused in its own words.
    """
    headers = DETECT_DUPLICATES if detect_duplicates else {}

    async def write(chunk: Sequence[NewRow]) -> list[Outcome]:
        try:
            return await _create_multiple(connection, entity_set, table, key, chunk, headers)
        except SyncFailure as failed:
            if isinstance(failed, Later) and (len(chunk) == 1 or not is_breakdown(failed)):
                raise
            return await _create_each(connection, entity_set, key, chunk, headers)

    return await write_chunks(chunks_of(rows, ROWS_A_CALL), write)


async def _create_multiple(
    connection: Connection, entity_set: str, table: str, key: str, rows: Sequence[NewRow], headers: Mapping[str, str]
) -> list[Outcome]:
    """All or nothing on standard tables: one bad row rolls all back, and the answer does not say which one."""
    kind = {"@odata.type": f"Microsoft.Dynamics.CRM.{table}"}
    targets = [{**kind, key: guid, **values} for guid, values in rows]
    path = f"{entity_set}/Microsoft.Dynamics.CRM.CreateMultiple"
    await connection.post(path, {"Targets": targets}, headers)
    return [Written(guid, created=True) for guid, _ in rows]


async def _create_each(
    connection: Connection, entity_set: str, key: str, rows: Sequence[NewRow], headers: Mapping[str, str]
) -> list[Outcome]:
    operations = [Operation("POST", f"{API}{entity_set}", {key: guid, **values}, headers) for guid, values in rows]
    answers = await connection.batch(operations)
    return [_created(guid, answer) for (guid, _), answer in zip(rows, _padded(answers, len(rows)), strict=True)]


def _created(guid: str, answer: Answer | None) -> Outcome:
    if answer is None:
        return _unanswered()
    if answer.status < 300:
        return Written(guid, created=True, etag=_etag(answer))
    failed = answered_failure(answer, write=True)
    return Written(guid, created=False) if failed.code == DUPLICATE_KEY else failed


async def update(connection: Connection, entity_set: str, key: str, rows: Sequence[ChangedRow]) -> list[Outcome]:
    """Updates rows that exist. If-Match keeps a PATCH from bringing back a deleted row under its old GUID."""

    async def write(chunk: Sequence[ChangedRow]) -> list[Outcome]:
        operations = [_patch(entity_set, key, *row) for row in chunk]
        answers = _padded(await connection.batch(operations), len(chunk))
        return [_updated(guid, answer) for (guid, _, _), answer in zip(chunk, answers, strict=True)]

    return await write_chunks(chunks_of(rows, ROWS_A_CALL), write)


def _patch(entity_set: str, key: str, guid: str, etag: str | None, values: Mapping[str, Any]) -> Operation:
    # The representation is asked for, and as little of it as can be, for the sake of the new etag.
    headers = {"If-Match": etag or "*", "Prefer": "return=representation"}
    return Operation("PATCH", f"{API}{entity_set}({guid})?$select={key}", dict(values), headers)


def _updated(guid: str, answer: Answer | None) -> Outcome:
    if answer is None:
        return _unanswered()
    if answer.status < 300:
        return Written(guid, created=False, etag=_etag(answer))
    return answered_failure(answer, write=True)


def _etag(answer: Answer) -> str | None:
    return answer.body.get("@odata.etag") or answer.headers.get("etag")


def _padded(answers: Sequence[Answer], size: int) -> list[Answer | None]:
    return [*answers[:size], *[None] * (size - len(answers))]


def _unanswered() -> Later:
    return Later("bad-reply", "the batch's reply does not mention this record", unknown=True)
