"""python -m bot check, as somebody runs it who sets this up."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from bot.check import check_database
from storage.database import Database, migrations
from tests.bot.conftest import REQUIRED
from tests.services import HOME, Services


@dataclass
class Said:
    code: int
    lines: list[str]
    noise: str


@pytest.fixture
def urls(sandbox: Services) -> dict[str, str]:
    addresses = {name: sandbox(name, "--limits", "none") for name in ("slack", "dynamics", "marketo")}
    return {
        "slack_api_url": f"{addresses['slack']}/api/",
        "dynamics_url": addresses["dynamics"],
        "dynamics_authority": addresses["dynamics"],
        "marketo_url": addresses["marketo"],
    }


async def checked(**given: str) -> Said:
    told = {**REQUIRED, "slack_app_token": "xapp-demo", **given}
    environment = {**os.environ, **{name.upper(): value for name, value in told.items()}}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "check"),
        cwd=HOME,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, noise = await process.communicate()
    return Said(process.returncode or 0, said.decode().splitlines(), noise.decode())


async def test_it_says_what_is_missing_and_nothing_else_and_makes_no_database(
    urls: dict[str, str], tmp_path: Path
) -> None:
    async with httpx.AsyncClient() as http:  # so that something is tried again
        await http.post(f"{urls['marketo_url']}/sandbox/weather", json={"faults": 0.2})
    said = await checked(**urls, database_url=f"sqlite:///{tmp_path}/sync.db")
    assert said.lines[0].startswith("ok    Slack token: ")
    assert said.lines[-1] == "ok    Database: SQLite, new; the first run makes it"
    assert (said.code, said.noise) == (1, "")
    assert os.listdir(tmp_path) == []  # noqa: PTH208 # blocks no loop of ours


async def findings(database: Database) -> list[str]:
    return [str(each) async for each in check_database(database)]


async def test_an_older_database_is_not_migrated_by_it(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    (said,) = await findings(database)
    assert said.endswith(f", schema 0001; the next run brings it to {migrations()[-1]}")
    assert await database.seen_migration() == "0001"


async def test_a_database_of_a_newer_version_is_left_to_that(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    (said,) = await findings(database)
    assert said.startswith("MEND  Database: ") and "run that version of the bot" in said
