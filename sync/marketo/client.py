"""Marketo Engage over its REST API: what happened to people, who is there, and writing people and objects."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import httpx

from sync.marketo.access import Activities, MarketoAccess, PersonField
from sync.outcomes import Outcome

__all__ = ["Activities", "Marketo", "MarketoAccess", "PersonField"]


class Marketo:
    """One instance. Every method raises a SyncFailure when the call as a whole failed."""

    def __init__(
        self,
        access: MarketoAccess,
        *,
        calls_per_20s: int = 50,
        in_flight: int = 5,
        transport: httpx.AsyncBaseTransport | None = None,
        tries: int = 5,
        first_wait: float = 0.5,
    ) -> None:
        raise NotImplementedError

    async def aclose(self) -> None:
        raise NotImplementedError

    async def person_fields(self) -> dict[str, PersonField]:
        raise NotImplementedError

    async def object_fields(self, kind: str) -> dict[str, PersonField]:
        """`kind` is "companies", "opportunities", "opportunities/roles", "salespersons" or "customobjects/name"."""
        raise NotImplementedError

    async def create_fields(self, kind: str, fields: Sequence[dict[str, Any]]) -> None:
        raise NotImplementedError

    async def paging_token(self, since: datetime) -> str:
        raise NotImplementedError

    async def lead_changes(self, token: str, fields: Sequence[str]) -> Activities:
        raise NotImplementedError

    async def deleted_leads(self, token: str) -> Activities:
        raise NotImplementedError

    async def activities(self, token: str, type_ids: Sequence[int]) -> Activities:
        raise NotImplementedError

    async def find_people(self, field: str, values: Sequence[str], fields: Sequence[str]) -> list[dict[str, Any]]:
        raise NotImplementedError

    async def find_objects(
        self, kind: str, field: str, values: Sequence[str], fields: Sequence[str]
    ) -> list[dict[str, Any]]:
        raise NotImplementedError

    async def write_people(self, action: str, lookup_field: str, rows: Sequence[dict[str, Any]]) -> list[Outcome]:
        raise NotImplementedError

    async def write_objects(
        self,
        kind: str,
        rows: Sequence[dict[str, Any]],
        action: str = "createOrUpdate",
        dedupe_by: str = "dedupeFields",
    ) -> list[Outcome]:
        raise NotImplementedError

    async def delete_objects(self, kind: str, rows: Sequence[dict[str, Any]]) -> list[Outcome]:
        raise NotImplementedError

    async def calls_today(self) -> int:
        raise NotImplementedError

    async def native_sync_is_on(self) -> bool:
        raise NotImplementedError
