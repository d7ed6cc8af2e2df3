"""Marketo Engage over its REST API: what happened to people, who is there, and writing people and objects."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import httpx

from sync.errors import SyncFailure
from sync.marketo import bulk, custom_types, reading, writing
from sync.marketo.access import Activities, MarketoAccess, PersonField
from sync.marketo.auth import SignIn
from sync.marketo.codes import ALREADY_THERE, NATIVE_SYNC_ON
from sync.marketo.connection import Connection
from sync.marketo.limits import Pace
from sync.outcomes import Outcome
from sync.wire import Patience

__all__ = ["Activities", "Marketo", "MarketoAccess", "PersonField"]


class Marketo:
    """One instance. Every method raises a SyncFailure when the call as a whole failed.

    Reads are repeated up to `tries` times where that may help; writes only where Marketo did nothing at all. A write
    whose reply was lost raises Later with `unknown`. `kind` is an object's path: "companies", "opportunities",
    "opportunities/roles", "salespersons" or "customobjects/name_c".
    """

    def __init__(
        self,
        access: MarketoAccess,
        *,
        calls_per_20s: int = 50,
        in_flight: int = 5,
        transport: httpx.AsyncBaseTransport | None = None,
        tries: int = 5,
        first_wait: float = 0.5,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        pace = Pace(calls_per_20s, in_flight)
        patience = Patience(tries, first_wait)
        self._connection = Connection(access.url, SignIn(access), pace, patience, now, transport)

    async def aclose(self) -> None:
        await self._connection.aclose()

    @property
    def throttled(self) -> Mapping[str, int]:
        """How often Marketo slowed us down since we began, by its code."""
        return self._connection.met

    @property
    def failing(self) -> str:
        """Why the last call got no answer ("connection", "timeout", "http-503"); empty where it got one."""
        return self._connection.failing

    @property
    def calls_made(self) -> int:
        """Our calls since we began, repeated ones too: each counts for the day's quota."""
        return self._connection.made

    async def person_fields(self) -> dict[str, PersonField]:
        """A person's fields by REST name."""
        return await reading.person_fields(self._connection)

    async def object_fields(self, kind: str) -> dict[str, PersonField]:
        """An object's fields by REST name."""
        return await reading.object_fields(self._connection, kind)

    async def create_fields(self, kind: str, fields: Sequence[dict[str, Any]]) -> None:
        """Creates custom fields of "leads", "companies" or "opportunities"; one that is there already is left alone.

        A field has displayName, name, dataType; at most 100 can be created by API, and none deleted again.
        """
        for result in await writing.write(self._connection, f"{kind}/schema/fields", fields, {}):
            if isinstance(result, SyncFailure) and result.code != ALREADY_THERE:
                raise result

    async def custom_type(self, name: str) -> dict[str, Any] | None:
        """A type of custom object as described, approved or drafted; None where there is none."""
        return await custom_types.custom_type(self._connection, name)

    async def draft_custom_type(self, name: str, display_name: str) -> None:
        """Begins a type: it holds no records before it was given fields and approved. Raises where it cannot be."""
        await custom_types.draft(self._connection, name, display_name)

    async def add_custom_fields(self, name: str, fields: Sequence[dict[str, Any]]) -> None:
        """Adds fields to a type, all or none: name, displayName, dataType; isDedupeField; relatedTo of a "link"."""
        await custom_types.add_fields(self._connection, name, fields)

    async def approve_custom_type(self, name: str) -> None:
        await custom_types.approve(self._connection, name)

    async def paging_token(self, since: datetime) -> str:
        """The token of activities from `since` on."""
        return await reading.paging_token(self._connection, since)

    async def lead_changes(self, token: str, fields: Sequence[str]) -> Activities:
        """New people and changes of `fields` after `token`: activity types 12 and 13 only."""
        asked = {"fields": ",".join(fields), "batchSize": str(reading.MOST_VALUES)}
        return await reading.activities(self._connection, "activities/leadchanges", token, asked)

    async def deleted_leads(self, token: str) -> Activities:
        """People deleted after `token`: type 37, kept for 14 days."""
        asked = {"batchSize": str(reading.MOST_VALUES)}
        return await reading.activities(self._connection, "activities/deletedleads", token, asked)

    async def activities(self, token: str, type_ids: Sequence[int]) -> Activities:
        """Activities of up to ten types after `token`."""
        asked = {"activityTypeIds": ",".join(map(str, type_ids)), "batchSize": str(reading.MOST_VALUES)}
        return await reading.activities(self._connection, "activities", token, asked)

    async def find_people(self, field: str, values: Sequence[str], fields: Sequence[str]) -> list[dict[str, Any]]:
        """The people whose `field` holds one of `values`, in no given order.

        A value must not hold a comma, which Marketo takes for the end of it.
        """
        return await reading.find(self._connection, "leads", field, values, fields)

    async def find_objects(
        self, kind: str, field: str, values: Sequence[str], fields: Sequence[str]
    ) -> list[dict[str, Any]]:
        """The objects whose `field`, a searchable one, holds one of `values`."""
        return await reading.find(self._connection, kind, field, values, fields)

    async def write_people(self, action: str, lookup_field: str, rows: Sequence[dict[str, Any]]) -> list[Outcome]:
        """Writes people; `action` as Marketo names it ("createOrUpdate", "updateOnly", …). Written.id is the lead id.

        Two overlapping upserts of one key can create a duplicate: keep one of a key under way.
        """
        head = {"action": action, "lookupField": lookup_field}
        return await writing.write(self._connection, "leads", rows, head)

    async def write_objects(
        self,
        kind: str,
        rows: Sequence[dict[str, Any]],
        action: str = "createOrUpdate",
        dedupe_by: str = "dedupeFields",
    ) -> list[Outcome]:
        """Writes objects; "idField" to dedupe by goes with "updateOnly" only. Written.id is marketoGUID or id."""
        return await writing.write(self._connection, kind, rows, {"action": action, "dedupeBy": dedupe_by})

    async def delete_objects(self, kind: str, rows: Sequence[dict[str, Any]]) -> list[Outcome]:
        """Deletes objects (or "leads", by id) named by their id or their dedupe fields; what is gone counts as done."""
        head = {} if kind == "leads" else {"deleteBy": writing.delete_key(rows)}
        return await writing.write(self._connection, f"{kind}/delete", rows, head, writing.outcome_of_delete)

    async def import_people(self, lookup_field: str, file: bytes, every: float) -> bulk.NotTaken:
        """Upserts the people of a CSV file (see sync.marketo.bulk.files_of) in one job, asked after `every` seconds.

        Returns the rows that were not taken as they are. Raises Later with `unknown` where it is
        not known what became of the job.
        """
        return await bulk.import_people(self._connection, lookup_field, file, every)

    async def created_people(
        self, fields: Sequence[str], start: datetime, end: datetime, every: float
    ) -> list[dict[str, str]]:
        """`fields`, as text, of everybody created from `start` to `end` (31 days at most), by a bulk extract."""
        return await bulk.created_people(self._connection, fields, start, end, every)

    async def calls_today(self) -> int:
        """How many of the day's calls are used, by all integrations together. The day is US Central's."""
        days = (await self._connection.read("stats/usage")).get("result") or []
        return sum(int(day["total"]) for day in days)

    async def calls_by_day(self) -> dict[date, int]:
        """The same of each of the last seven days, today's so far among them (Marketo REST, "Usage")."""
        days = (await self._connection.read("stats/usage/last7days")).get("result") or []
        return {date.fromisoformat(str(day["date"])): int(day["total"]) for day in days}

    async def native_sync_is_on(self) -> bool:
        """Whether Marketo's own connector keeps companies to itself (1018), asked by an update of a company that
        cannot exist, which changes nothing whatever the answer."""
        probe = [{"id": -1, "company": "-"}]
        try:
            outcomes = await self.write_objects("companies", probe, action="updateOnly", dedupe_by="idField")
        except SyncFailure as failed:
            if failed.code == NATIVE_SYNC_ON:
                return True
            raise
        return any(isinstance(outcome, SyncFailure) and outcome.code == NATIVE_SYNC_ON for outcome in outcomes)
