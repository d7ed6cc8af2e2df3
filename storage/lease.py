"""What only one of the processes on a PostgreSQL may do at a time: advisory locks, each held by a connection.

PostgreSQL frees a lock with its connection, however the process at its other end died. (A pooler that lends one
connection to many clients in turn cannot carry locks.)
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg  # type: ignore[import-untyped] # published without types
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database

log = logging.getLogger(__name__)

SYNCING, COMPARING = 0x53594E43, 0x434F4D50  # "SYNC", "COMP": numbers of our own among the advisory locks
ASKED = "sync_asked"  # the channel on which the holder is asked for a pass
PATIENCE_SECONDS = 3.0
OUT_OF_REACH = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class Lease:
    """The right to sync. `asked` is called in the process that holds it when another one asks for a pass."""

    def __init__(self, database: Database, asked: Callable[[], None]) -> None:
        self._database, self._asked = database, asked
        self._connection: AsyncConnection | None = None
        self._held = False
        self._busy = asyncio.Lock()  # a connection takes one question at a time

    async def take(self) -> bool:
        """Takes it where it is free. Whether it is held then; not where the database is out of reach."""
        async with self._busy:
            self._held = await self._answer("SELECT 1" if self._held else f"SELECT pg_try_advisory_lock({SYNCING})")
            return self._held

    async def is_held(self) -> bool:
        """Whether the connection that holds it is still there. Once it was not, the lease has to be taken anew."""
        async with self._busy:
            self._held = self._held and await self._answer("SELECT 1")
            return self._held

    async def ask_holder(self) -> None:
        """Asks for a pass. Where nobody holds the lease just now, whoever takes it begins with one anyway."""
        async with self._database.write() as connection:
            await connection.execute(text(f"NOTIFY {ASKED}"))

    async def give_up(self) -> None:
        """Lets others have it."""
        async with self._busy:
            self._held = False
            await self._drop()

    async def _answer(self, question: str) -> bool:
        """A connection that does not answer soon is given up, and with it what it held."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if self._connection is None:
                    self._connection = await _own_connection(self._database)
                    await self._listen(self._connection)
                return bool(await self._connection.scalar(text(question)))
        except OUT_OF_REACH as failure:
            if self._connection is not None:  # said once, however long it lasts
                log.warning("the database cannot be asked who may sync: %r", failure)
            await self._drop()
            return False

    async def _listen(self, connection: AsyncConnection) -> None:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.add_listener(ASKED, lambda *_: self._asked())

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await _closed(connection)


@asynccontextmanager
async def alone_comparing(database: Database) -> AsyncIterator[bool]:
    """Whether no other process compares, nor begins to before the end of the block. On SQLite there is no other."""
    if database.is_sqlite:
        yield True
        return
    connection = await _own_connection(database)
    try:
        yield bool(await connection.scalar(text(f"SELECT pg_try_advisory_lock({COMPARING})")))
    finally:
        await _closed(connection)


async def _own_connection(database: Database) -> AsyncConnection:
    """In no transaction, which would keep PostgreSQL from clearing up for as long as it lasts."""
    return await (await database.engine.connect()).execution_options(isolation_level="AUTOCOMMIT")


async def _closed(connection: AsyncConnection) -> None:
    """For good: one that went back to the others would keep its locks."""
    await connection.invalidate()
    await connection.close()
