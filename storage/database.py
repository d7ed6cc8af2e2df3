"""One database, SQLite or PostgreSQL: opened, brought up to date, read and written in transactions."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Table, any_, cast, event, func, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 0x4D494752  # "MIGR": a number of our own among PostgreSQL's advisory locks

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "busy_timeout=30000",
    "cache_size=-16384",
    "wal_autocheckpoint=16000",  # 64 MB: ids are random, so that each checkpoint writes most pages of an index anew
)

JSON: dict[str, Any] = {
    "json_serializer": lambda value: orjson.dumps(value).decode(),
    "json_deserializer": orjson.loads,
}


def async_url(url: str) -> str:
    """The URL with the asyncio driver named: `sqlite:///a.db` and `postgresql://…` are what people write."""
    parsed = make_url(url)
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    return parsed.set(drivername=drivers.get(parsed.drivername, parsed.drivername)).render_as_string(False)


class Database:
    """Hands out transactions. On SQLite writers stand in line here, rather than time out on its file lock."""

    def __init__(self, url: str) -> None:
        self.url = async_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = (
            _sqlite_engine(self.url) if self.is_sqlite else create_async_engine(self.url, pool_size=10, **JSON)
        )
        self._writers = asyncio.Lock()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that writes: commits at the end, rolls back on any exception."""
        if not self.is_sqlite:
            async with self.engine.begin() as connection:
                yield connection
            return
        async with self._writers, self.engine.connect() as connection:
            await connection.execution_options(begin="BEGIN IMMEDIATE")
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One short look: a snapshot, and never a write."""
        async with self.engine.connect() as connection, connection.begin():
            yield connection

    async def migrate(self) -> None:
        """Brings the schema up to date; on a new database, makes it. Of several processes that do, one does it."""
        async with self.write() as connection:
            if not self.is_sqlite:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
            await connection.run_sync(_upgrade)

    async def seen_migration(self) -> str | None:
        """The last migration this database has seen; None on a new one. Nothing is made or changed by looking."""
        if self.is_sqlite and not _is_there(self.url):  # opening it would make it
            return None
        async with self.read() as connection:
            return await connection.run_sync(lambda here: MigrationContext.configure(here).get_current_revision())

    async def close(self) -> None:
        await self.engine.dispose()

    def upsert(self, table: Table) -> Any:
        """`INSERT … ON CONFLICT` in this database's dialect."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)


def _is_there(sqlite_url: str) -> bool:
    name = make_url(sqlite_url).database
    return not name or Path(name).exists()


def migrations() -> list[str]:
    """Every migration there is, the latest last."""
    script = ScriptDirectory(str(MIGRATIONS))
    return [each.revision for each in script.walk_revisions()][::-1]


def among(connection: AsyncConnection, column: Column[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """`column IN values`, however many: one parameter, where a list of thousands costs more than the look-up."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(orjson.dumps(list(values)).decode()).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(cast(list(values), ARRAY(column.type)))


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _sqlite_engine(url: str) -> AsyncEngine:
    # The connection used last is used next: each has a cache and a thread of its own, and few of them need to fill up.
    engine = create_async_engine(url, pool_use_lifo=True, **JSON)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine
