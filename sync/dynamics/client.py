"""Dynamics 365 over the Dataverse Web API v9.2: what changed, what is there, and writing to it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx

from sync.dynamics.access import ChangedRows, Column, DynamicsAccess
from sync.outcomes import Outcome

__all__ = ["ChangedRows", "Column", "Dynamics", "DynamicsAccess"]


class Dynamics:
    """One environment. Every method raises a SyncFailure when the call as a whole failed."""

    def __init__(
        self,
        access: DynamicsAccess,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        tries: int = 5,
        concurrency: int = 8,
        first_wait: float = 0.5,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        raise NotImplementedError

    async def aclose(self) -> None:
        raise NotImplementedError

    async def who_am_i(self) -> str:
        """Our user's id; a cheap check that signing in works."""
        raise NotImplementedError

    async def columns(self, table: str) -> dict[str, Column]:
        """The columns of `table` (a logical name: "lead"), by logical name."""
        raise NotImplementedError

    async def tracks_changes(self, table: str) -> bool:
        raise NotImplementedError

    async def read_changes(
        self, entity_set: str, columns: Sequence[str], cursor: str | None, page_size: int = 5000
    ) -> ChangedRows:
        """The next page after `cursor`, or the first page of everything. Raises CursorExpired."""
        raise NotImplementedError

    async def find(
        self, entity_set: str, column: str, values: Sequence[str], columns: Sequence[str]
    ) -> list[dict[str, Any]]:
        """The rows whose `column` holds one of `values`."""
        raise NotImplementedError

    async def create(self, entity_set: str, table: str, rows: Sequence[tuple[str, dict[str, Any]]]) -> list[Outcome]:
        """Creates rows under our own GUIDs: (GUID, wire values)."""
        raise NotImplementedError

    async def update(self, entity_set: str, rows: Sequence[tuple[str, str | None, dict[str, Any]]]) -> list[Outcome]:
        """Updates rows that exist: (GUID, etag or None for "whatever is there", wire values)."""
        raise NotImplementedError
