"""Dynamics 365 over the Dataverse Web API v9.2: what changed, what is there, and writing to it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx

from sync.dynamics import reading, writing
from sync.dynamics.access import ChangedRows, Column, DynamicsAccess
from sync.dynamics.auth import SignIn
from sync.dynamics.connection import Connection
from sync.dynamics.limits import Gate
from sync.dynamics.metadata import Metadata
from sync.outcomes import Outcome
from sync.wire import Patience

__all__ = ["ChangedRows", "Column", "Dynamics", "DynamicsAccess"]


class Dynamics:
    """One environment. Every method raises a SyncFailure when the call as a whole failed.

    Reads are repeated up to `tries` times where that may help; writes only where the service did nothing at all. A
    write whose reply was lost raises Later with `unknown`. Entity sets ("leads") and columns are case-sensitive.
    """

    def __init__(
        self,
        access: DynamicsAccess,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        tries: int = 5,
        concurrency: int = 8,
        first_wait: float = 0.5,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        gate = Gate(concurrency, sleep, clock)
        sign_in = SignIn(access, clock)
        self._connection = Connection(access.url, sign_in, gate, Patience(tries, first_wait), transport)
        self._metadata = Metadata(self._connection)

    async def aclose(self) -> None:
        await self._connection.aclose()

    @property
    def throttled(self) -> Mapping[str, int]:
        """How often Dataverse slowed us down since we began, by its code."""
        return self._connection.met

    @property
    def failing(self) -> str:
        """Why the last call got no answer ("connection", "timeout", "http-503"); empty where it got one."""
        return self._connection.failing

    async def who_am_i(self) -> str:
        """Our user's id; a cheap check that signing in works."""
        return str((await self._connection.get("WhoAmI"))["UserId"])

    async def columns(self, table: str) -> dict[str, Column]:
        """The columns of `table` (a logical name: "lead"), by logical name."""
        return await self._metadata.columns(table)

    async def options(self, table: str) -> dict[str, tuple[tuple[int, str], ...]]:
        """The options of each choice column of `table` (a logical name): (number, label)."""
        return await self._metadata.options(table)

    async def tracks_changes(self, table: str) -> bool:
        """Whether change tracking is on for `table` (a logical name); without it nothing can be read."""
        return await self._metadata.tracks_changes(table)

    async def read_changes(
        self, entity_set: str, columns: Sequence[str], cursor: str | None, page_size: int = 5000
    ) -> ChangedRows:
        """The next page after `cursor`, or the first page of everything where there is none.

        A delta link keeps the columns it began with: other `columns` need a new start. Raises CursorExpired where the
        link is too old (7 days by default) or the table's metadata has changed since.
        """
        return await reading.read_changes(self._connection, entity_set, columns, cursor, page_size)

    def read_all(
        self, entity_set: str, columns: Sequence[str], page_size: int = 5000, condition: str = ""
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Every row of a table with `columns`, page by page, without change tracking; `condition` is a $filter."""
        return reading.read_all(self._connection, entity_set, columns, page_size, condition)

    async def find(
        self, entity_set: str, column: str, values: Sequence[str], columns: Sequence[str]
    ) -> list[dict[str, Any]]:
        """The rows whose `column` holds one of `values`, with `columns` and their annotations, in no given order."""
        return await reading.find(self._connection, entity_set, column, values, columns)

    async def create(
        self,
        entity_set: str,
        table: str,
        rows: Sequence[tuple[str, dict[str, Any]]],
        detect_duplicates: bool = True,
    ) -> list[Outcome]:
        """Creates rows under our own GUIDs: (GUID, wire values), with the service's duplicate detection on.

        A GUID that is there already is Written with created=False: an earlier try of ours made it. A bad row gets its
        own failure and leaves the others alone.
        """
        key = await self._metadata.key_of(entity_set)
        return await writing.create(self._connection, entity_set, table, key, rows, detect_duplicates)

    async def update(self, entity_set: str, rows: Sequence[tuple[str, str | None, dict[str, Any]]]) -> list[Outcome]:
        """Updates rows that exist: (GUID, etag or None for "whatever is there", wire values).

        A row that has moved on since its etag is Later("0x80060882"), one that is gone Never("0x80040217").
        """
        key = await self._metadata.key_of(entity_set)
        return await writing.update(self._connection, entity_set, key, rows)
