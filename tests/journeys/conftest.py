"""What journeys may ask for: an empty world (no customers on either side), on SQLite or on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.journeys.world import World, world_of


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys on PostgreSQL are among the long counts: what is different there is storage's, and tested there."""
    for item in items:
        if isinstance(item, pytest.Function) and "either_world" in item.fixturenames and "postgresql" in item.name:
            item.add_marker(pytest.mark.long)


@pytest.fixture
async def world(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """On SQLite, live in every lane, with nobody in it."""
    (tmp_path / "nobody").mkdir()
    async with world_of(sqlite_database, tmp_path / "nobody") as made:
        yield made


@pytest.fixture
async def either_world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """The same, once on SQLite and once on PostgreSQL."""
    (tmp_path / "nobody").mkdir()
    async with world_of(database, tmp_path / "nobody") as made:
        yield made
