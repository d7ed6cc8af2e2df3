"""A rehearsal: real reading, real matching and deciding, on a database of its own; nothing is written to a service.

The passes are those of every day. Only the two services are stood in for where they would be written to: they answer
as if all had been taken, and show afterwards what was never written. What a service would refuse is not foretold.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx

from storage.ledger.readings import go_live
from storage.ledger.totals import read_totals
from storage.pretended import Pretended, Records
from sync.dynamics.client import Dynamics
from sync.engine import Engine
from sync.marketo.client import Marketo
from sync.outcomes import Outcome, Written
from sync.passes import run_pass

PEOPLE = "leads"
NEW = "new-"  # how the id begins of what Marketo would have made
MOST_PASSES = 30
APART = timedelta(hours=1)  # longer than anything that is put off waits

Row = dict[str, Any]


class WriteAttempted(RuntimeError):
    """A call that writes was about to be sent. It was not."""


async def refuse_writes(request: httpx.Request) -> None:
    """Lets only those calls pass that read, or sign in."""
    reads = request.method == "GET" or request.url.params.get("_method") == "GET"
    if not reads and not request.url.path.endswith("/token"):
        raise WriteAttempted(f"{request.method} {request.url.path} was not sent: this is a rehearsal")


class StandInMarketo(Marketo):
    """Marketo as far as it is read. `keys` name, by the path of an object, the field that holds its Dynamics id."""

    keys: Mapping[str, str] = {}

    def rehearse(self, keys: Mapping[str, str], found_by: Sequence[str]) -> None:
        """To be called before anything is written; `found_by` are the fields by which people are looked up."""
        self.keys, self._numbers = keys, count(1)
        self._written = Pretended({*found_by, "email", *keys.values()})
        self._connection.guard(refuse_writes)

    async def native_sync_is_on(self) -> bool:
        return False  # only a write could tell

    async def find_people(self, field: str, values: Sequence[str], fields: Sequence[str]) -> list[Row]:
        """As they are, and as they would be after what was written."""
        asked = [each for each in values if field != "id" or not _is_new(each)]
        there = {str(row["id"]): row for row in await super().find_people(field, asked, fields)} if asked else {}
        written = self._written.by_id(PEOPLE, [*there, *(values if field == "id" else [])])
        moved = self._written.by_key(PEOPLE, field, values) if field != "id" else {}
        hidden = [each for each in moved if each not in there and not _is_new(each)]
        there |= {str(row["id"]): row for row in await super().find_people("id", hidden, fields)} if hidden else {}
        people = _as_written(there, {**written, **moved}, dict.fromkeys(fields))
        wanted = {each.lower() for each in values}
        return [row for row in people if field == "id" or str(row.get(field) or "").lower() in wanted]

    async def write_people(self, action: str, lookup_field: str, rows: Sequence[Row]) -> list[Outcome]:
        return [self._write_person(lookup_field, row) for row in rows]

    def _write_person(self, lookup_field: str, row: Row) -> Written:
        if lookup_field == "id":
            person, created = str(row["id"]), False
        else:
            found = self._written.by_key(PEOPLE, lookup_field, [str(row[lookup_field])])
            person, created = next(iter(found), f"-{next(self._numbers)}"), not found
        self._written.write(PEOPLE, person, {**row, "id": int(person)})
        return Written(person, created)

    async def write_objects(
        self, kind: str, rows: Sequence[Row], action: str = "createOrUpdate", dedupe_by: str = "dedupeFields"
    ) -> list[Outcome]:
        """Looks which are there, so that an insert is told from an update."""
        key = self.keys.get(kind, "")
        if not key:
            return [Written(f"{NEW}{next(self._numbers)}", created=True) for _ in rows]
        wanted = [str(row[key]) for row in rows]
        known = {each: str(row["id"]) for each, row in self._written.by_id(kind, wanted).items()}
        missing = [each for each in wanted if each not in known]
        for row in await super().find_objects(kind, key, missing, [key]) if missing else []:
            known[str(row[key])] = str(row.get("marketoGUID") or row.get("id"))
        return [self._write_object(kind, each, known) for each in wanted]

    def _write_object(self, kind: str, key: str, known: Mapping[str, str]) -> Written:
        found = known.get(key) or f"{NEW}{next(self._numbers)}"
        self._written.write(kind, key, {"id": found})
        return Written(found, created=key not in known)

    async def delete_objects(self, kind: str, rows: Sequence[Row]) -> list[Outcome]:
        return [Written(str(row.get("marketoGUID") or next(iter(row.values()))), created=False) for row in rows]


class StandInDynamics(Dynamics):
    """Dynamics as far as it is read. `keys` name the column that holds the id, by entity set."""

    keys: Mapping[str, str] = {}

    def rehearse(self, keys: Mapping[str, str]) -> None:
        """To be called before anything is written."""
        self.keys = keys
        self._written = Pretended({"emailaddress1", *keys.values()})
        self._connection.guard(refuse_writes)

    async def find(self, entity_set: str, column: str, values: Sequence[str], columns: Sequence[str]) -> list[Row]:
        """As they are, and as they would be after what was written."""
        key = self.keys.get(entity_set, column)
        asked = list(dict.fromkeys([*columns, key]))
        there = {row[key]: row for row in await super().find(entity_set, column, values, asked)}
        written = {**self._written.by_id(entity_set, there), **self._written.by_key(entity_set, column, values)}
        return _as_written(there, written, {})

    async def create(
        self, entity_set: str, table: str, rows: Sequence[tuple[str, Row]], detect_duplicates: bool = True
    ) -> list[Outcome]:
        return [self._write(entity_set, row_id, row, created=True) for row_id, row in rows]

    async def update(self, entity_set: str, rows: Sequence[tuple[str, str | None, Row]]) -> list[Outcome]:
        return [self._write(entity_set, row_id, row, created=False) for row_id, _etag, row in rows]

    def _write(self, entity_set: str, row_id: str, row: Row, *, created: bool) -> Written:
        self._written.write(entity_set, row_id, {**row, self.keys[entity_set]: row_id})
        return Written(row_id, created)


def _is_new(record_id: str) -> bool:
    """Whether Marketo would have made it: no person there has a number below zero."""
    return record_id.startswith("-")


def _as_written(there: Mapping[str, Row], written: Records, empty: Row) -> list[Row]:
    new = {each: {**empty, **record} for each, record in written.items() if each not in there}
    return [{**row, **written.get(each, {})} for each, row in there.items()] + list(new.values())


class Ahead:
    """A clock that can be set on, so that what was put off need not be waited for."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now, self._by = now, timedelta()

    def __call__(self) -> datetime:
        return self._now() + self._by

    def on(self, by: timedelta) -> None:
        self._by += by


async def rehearse(engine: Engine, clock: Ahead) -> None:
    """Passes, as if every lane were live, until one moves nothing any more; what is paused or held stays so.

    The engine must have been made with both stand-ins and with a database that is for this alone.
    """
    assert isinstance(engine.marketo, StandInMarketo) and isinstance(engine.dynamics, StandInDynamics)
    ids = [one.marketo_key for one in engine.objects if one.marketo_key]
    engine.marketo.rehearse({one.kind: one.marketo_key for one in engine.objects if not one.is_person}, ids)
    engine.dynamics.rehearse({one.entity_set: one.dynamics_key for one in engine.objects})
    engine.pace = replace(engine.pace, import_from=sys.maxsize)  # a bulk import is a write like others, only slower
    await _all_live(engine)
    before = None
    for _ in range(MOST_PASSES):
        while await run_pass(engine):
            pass
        async with engine.database.read() as connection:
            now = await read_totals(connection)
        if now == before:
            return
        before = now
        clock.on(APART)


async def _all_live(engine: Engine) -> None:
    async with engine.database.write() as connection:
        for name, way in engine.lanes:
            await go_live(engine.database, connection, name, way, "rehearsal", engine.now())
