"""What every test may ask for: a migrated database (on SQLite and on PostgreSQL) and the sandbox's services."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import settings

from bot.wiring import collect_garbage_seldom
from storage.database import Database
from tests.databases import EMPTY, Postgres, running_postgres
from tests.services import Services

# No test speaks TLS, and httpx has every new client load all certificates there are, 20 ms of them.
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = os.devnull

collect_garbage_seldom()  # as the real process does; it saves a twentieth of the time

# How long an example takes says something of the machine, nothing of the rule.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def _migrate(url: str) -> None:
    async def migrate() -> None:
        database = Database(url)
        await database.migrate()
        await database.close()

    with ThreadPoolExecutor(1) as elsewhere:  # a thread has no running loop that could be in the way
        elsewhere.submit(asyncio.run, migrate()).result()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL server per test process, started when first asked for."""
    with running_postgres() as server:
        _migrate(server.url(EMPTY))
        yield server


@pytest.fixture
def sqlite_url(empty_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a fresh migrated SQLite database."""
    return f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'sync.db')}"


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of a fresh migrated database on PostgreSQL."""
    url = postgres.new_database()
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgres"], ids=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh migrated database: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh migrated database, once on SQLite and once on PostgreSQL."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """A fresh migrated database on SQLite only, for what does not hang on the kind of database."""
    opened = Database(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
def sandbox() -> Iterator[Services]:
    """`sandbox("marketo", "--limits", "none")` starts a service for this test and returns its URL."""
    services = Services()
    yield services
    services.end()


@pytest.fixture(scope="module")
def lasting_sandbox() -> Iterator[Services]:
    """The same for a whole module of tests that leave one another alone."""
    services = Services()
    yield services
    services.end()
