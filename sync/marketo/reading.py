"""Reading from Marketo: fields, activities page by page, and records looked up by a field's value."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sync.errors import SyncFailure
from sync.marketo.access import Activities, PersonField
from sync.marketo.connection import Connection
from sync.wire import chunks_of

MOST_VALUES = 300  # in one look-up, and most records on one page


async def person_fields(connection: Connection) -> dict[str, PersonField]:
    """describe2 lists what may be written and searched by; describe adds the fields that it leaves out."""
    whole = (await connection.read("leads/describe"))["result"]
    fields = {one["rest"]["name"]: _described(one) for one in whole if one.get("rest")}
    return fields | described_fields((await connection.read("leads/describe2"))["result"][0])


async def object_fields(connection: Connection, kind: str) -> dict[str, PersonField]:
    return described_fields((await connection.read(f"{kind}/describe"))["result"][0])


def described_fields(told: dict[str, Any]) -> dict[str, PersonField]:
    """The fields in one description; a field in a compound key only is not searchable by itself."""
    alone = {names[0] for names in told.get("searchableFields", []) if len(names) == 1}
    return {
        one["name"]: PersonField(
            name=one["name"],
            display_name=one.get("displayName") or one["name"],
            type=one.get("dataType") or "",
            length=one.get("length"),
            updateable=bool(one.get("updateable")),
            searchable=one["name"] in alone,
        )
        for one in told["fields"]
    }


def _described(one: dict[str, Any]) -> PersonField:
    name = one["rest"]["name"]
    return PersonField(
        name=name,
        display_name=one.get("displayName") or name,
        type=one.get("dataType") or "",
        length=one.get("length"),
        updateable=not one["rest"].get("readOnly"),
        searchable=False,
    )


async def paging_token(connection: Connection, since: datetime) -> str:
    """`since` must know its time zone."""
    moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str((await connection.read("activities/pagingtoken", {"sinceDatetime": moment}, long=True))["nextPageToken"])


async def activities(connection: Connection, path: str, token: str, asked: dict[str, str]) -> Activities:
    """One page. It may hold fewer records than fit, even none, while there is more: only `moreResult` tells."""
    envelope = await connection.read(path, {"nextPageToken": token, **asked})
    return Activities(
        activities=envelope.get("result") or [],
        token=envelope.get("nextPageToken") or token,
        more=bool(envelope.get("moreResult")),
    )


async def find(
    connection: Connection, path: str, field: str, values: Sequence[str], fields: Sequence[str]
) -> list[dict[str, Any]]:
    """The records whose `field` is one of `values`, with `fields`.

    More than 1,000 matches are refused with 1003 "Too many results match the filter"; such a question is put again in
    halves, down to a single value, whose refusal is raised.
    """
    chunks = chunks_of(list(dict.fromkeys(values)), MOST_VALUES)
    found = await asyncio.gather(*(_find_chunk(connection, path, field, chunk, fields) for chunk in chunks))
    return [record for records in found for record in records]


async def _find_chunk(
    connection: Connection, path: str, field: str, values: Sequence[str], fields: Sequence[str]
) -> list[dict[str, Any]]:
    try:
        return await _all_pages(connection, path, field, values, fields)
    except SyncFailure as failed:
        if not (failed.code == "1003" and "too many results" in failed.message.lower() and len(values) > 1):
            raise
    half = len(values) // 2
    first = await _find_chunk(connection, path, field, values[:half], fields)
    return first + await _find_chunk(connection, path, field, values[half:], fields)


async def _all_pages(
    connection: Connection, path: str, field: str, values: Sequence[str], fields: Sequence[str]
) -> list[dict[str, Any]]:
    asked = {"filterType": field, "filterValues": ",".join(values), "batchSize": str(MOST_VALUES)}
    if fields:
        asked["fields"] = ",".join(fields)
    found: list[dict[str, Any]] = []
    while True:
        envelope = await connection.read_by_form(path, asked)
        page = envelope.get("result") or []
        found += page
        token = envelope.get("nextPageToken")
        if not token or not envelope.get("moreResult", bool(page)):
            return found
        asked["nextPageToken"] = token
