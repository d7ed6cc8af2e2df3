"""A rehearsal: everything is read and decided, nothing is written, and what it foretells is what a run then does."""

import csv
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from bot.dry_run import copy, not_written, table
from storage.changes import SILENT
from storage.database import Database
from storage.health import HeldLane
from storage.history import LaneName
from storage.ledger.readings import set_paused
from storage.ledger.totals import Moves, Total, read_totals
from storage.models import errors
from sync.dynamics.client import DynamicsAccess
from sync.engine import Engine
from sync.marketo.client import MarketoAccess
from sync.rehearsal import Ahead, StandInDynamics, StandInMarketo, WriteAttempted, rehearse
from tests.journeys.test_rules_brakes import crowd
from tests.journeys.test_stopping import settings
from tests.journeys.world import World, is_write, world_of
from tests.parked import rows
from tests.services import HOME, Services


@asynccontextmanager
async def stand_ins(world: World, database: Database) -> AsyncIterator[tuple[Engine, Ahead]]:
    """An engine that rehearses between the world's two services."""
    urls = [str(each.base_url).rstrip("/") for each in (world.dynamics, world.marketo)]
    dynamics = StandInDynamics(DynamicsAccess(urls[0], "demo", "demo", "demo", urls[0]))
    marketo = StandInMarketo(MarketoAccess(urls[1], "demo", "demo"), calls_per_20s=1_000_000, in_flight=10)
    clock = Ahead(lambda: world.now)
    try:
        yield Engine(database, dynamics, marketo, clock, "tests", world.engine.pace), clock
    finally:
        await dynamics.aclose()
        await marketo.aclose()


@pytest.fixture
async def another(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'rehearsal.db'}")
    await database.migrate()
    yield database
    await database.close()


async def counted(database: Database) -> Moves:
    """What was written, skipped for a reason worth telling, or parked."""
    async with database.read() as connection:
        found = await read_totals(connection)
    told = {"synced", "open", "backlog", "skipped"}
    return Moves({each: n for each, n in found.items() if each.measure in told and each.reason not in SILENT and n})


async def codes(database: Database) -> list[tuple[str, str]]:
    return sorted((row.object, row.code) for row in await rows(database, errors) if row.state == "open")


async def foretells(world: World, database: Database, but: Callable[[Moves], Moves] = lambda moves: moves) -> None:
    """Rehearses, then does it: the same counts (`but` for what cannot be known before), and no write before."""
    await world.forget_calls()
    async with stand_ins(world, database) as (engine, clock):
        await rehearse(engine, clock)
    assert await world.writes() == 0
    await world.rest()
    assert but(await counted(database)) == but(await counted(world.database))
    assert await codes(database) == await codes(world.database)


async def test_a_first_run_over_a_whole_crm_is_foretold(sqlite_database: Database, another: Database) -> None:
    async with world_of(sqlite_database, data=None) as world:
        await foretells(world, another)
        assert await world.writes() > 0


async def test_matches_creations_and_refusals_are_foretold(world: World, another: Database) -> None:
    await world.lead(firstname="Ada", emailaddress1="ada@x.example", jobtitle="Countess")
    await world.person(email="ada@x.example", title="Programmer")
    for _ in range(2):
        await world.lead(emailaddress1="twice@x.example")
    await world.person(email="twice@x.example")
    await world.person(email="grace@x.example", lastName="Hopper", syncToDynamics=True)
    await world.person(email="bob@x.example", lastName="Bob", syncToDynamics=False)
    contact = await world.contact(emailaddress1="eve@x.example")
    (account,) = await world.put("accounts", {"name": "Analytical Engines"})
    await world.role(await world.opportunity(account=account), contact)
    await foretells(world, another, but=without_updates)


def without_updates(moves: Moves) -> Moves:
    """Dynamics itself gives a new lead its owner, state and dates, and those travel back to Marketo afterwards."""
    return Moves({each: n for each, n in moves.items() if (each.operation, each.measure) != ("update", "synced")})


async def test_what_a_rehearsal_made_is_found_when_the_next_looks_for_it(world: World, another: Database) -> None:
    await world.lead(emailaddress1="ada@x.example", firstname="Ada")
    await world.contact(emailaddress1="ada@x.example", firstname="Ada")
    await foretells(world, another, but=of_either)


def of_either(moves: Moves) -> Moves:
    """Leads and contacts go side by side: which of two makes the person they share is chance.

    What one then writes into that person, the other reads and carries on.
    """
    summed = Moves()
    for each, number in without_updates(moves).items():
        summed[each._replace(object="people" if each.object in ("leads", "contacts") else each.object)] += number
    return summed


async def test_with_what_was_agreed_so_far_only_news_is_foretold(world: World, tmp_path: Path) -> None:
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.lead(emailaddress1="bob@x.example")
    await world.rest()
    before = await counted(world.database)
    await world.edit_lead(lead, jobtitle="Programmer")
    await world.forget_calls()
    assert "a copy of" in copy(world.database.url, tmp_path / "copy.db")
    copied = Database(f"sqlite:///{tmp_path / 'copy.db'}")
    async with stand_ins(world, copied) as (engine, clock):
        await rehearse(engine, clock)
    foretold = await counted(copied) - before
    await copied.close()
    assert await world.writes() == 0
    await world.rest()
    assert foretold == await counted(world.database) - before and sum(foretold.values()) == 1


async def test_what_a_brake_holds_or_somebody_paused_is_foretold_as_waiting(world: World, tmp_path: Path) -> None:
    leads = await crowd(world)
    await world.delete("leads", *leads[:12])
    await world.sync()
    await world.contact(emailaddress1="c@x.example")
    async with world.database.write() as connection:
        await set_paused(world.database, connection, "contacts", "to-marketo", True)
    before = await counted(world.database)
    copy(world.database.url, tmp_path / "copy.db")
    copied = Database(f"sqlite:///{tmp_path / 'copy.db'}")
    async with stand_ins(world, copied) as (engine, clock):
        await rehearse(engine, clock)
    foretold = await counted(copied) - before
    await copied.close()
    assert {(each.operation, each.measure) for each in foretold} == {("insert", "backlog")}


async def test_a_write_of_another_kind_would_not_leave(world: World, another: Database) -> None:
    async with stand_ins(world, another) as (engine, clock):
        await rehearse(engine, clock)
        await world.forget_calls()
        with pytest.raises(WriteAttempted):
            await engine.marketo.create_fields("leads", [{"displayName": "X", "name": "x", "dataType": "string"}])
        assert await world.writes() == 0


def dry(environment: dict[str, str], sheet: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "bot", "run", "--dry-run", "--csv", str(sheet)]
    return subprocess.run(words, cwd=HOME, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_run_dry_run_prints_counts_and_writes_a_line_for_each_record(sandbox: Services, tmp_path: Path) -> None:
    dynamics, marketo = sandbox("dynamics", "--limits", "none"), sandbox("marketo", "--limits", "none")
    environment = settings("http://127.0.0.1:9", dynamics, marketo, tmp_path / "sync.db")
    subprocess.run([sys.executable, "-m", "bot", "setup", "--yes"], cwd=HOME, env=environment, check=True)
    for service in (dynamics, marketo):
        httpx.delete(f"{service}/sandbox/calls").raise_for_status()
    ran = dry(environment, tmp_path / "foretold.csv")
    assert ran.returncode == 0, ran.stderr
    assert not (tmp_path / "sync.db").exists() and "begins with nothing" in ran.stderr and "decided" in ran.stderr
    calls = [httpx.get(f"{service}/sandbox/calls").json()["by_kind"] for service in (dynamics, marketo)]
    assert not [kind for each in calls for kind in each if is_write(kind)]
    with (tmp_path / "foretold.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    inserts = [line for line in lines if (line["object"], line["operation"]) == ("leads", "insert")]
    people = httpx.get(f"{dynamics}/sandbox/tables/leads").json()["rows"]
    assert 0 < len(inserts) <= len(people) and {line["dynamics_id"] for line in inserts} <= {
        row["leadid"] for row in people
    }
    assert "leads          to-marketo" in ran.stdout and "Nothing was written." in ran.stdout
    names = {row["lastname"] for row in people}
    assert not {cell for line in lines for cell in line.values()} & names


def test_a_side_that_cannot_be_read_is_told_and_fails(sandbox: Services, tmp_path: Path) -> None:
    marketo = sandbox("marketo", "--limits", "none")
    ran = dry(settings("http://127.0.0.1:9", "http://127.0.0.1:9", marketo, tmp_path / "sync.db"), tmp_path / "f.csv")
    assert ran.returncode == 1 and "dynamics could not be read to the end: connection" in ran.stderr


def test_what_waited_before_is_no_number_below_nought_when_it_is_done() -> None:
    leads: LaneName = ("leads", "to-marketo")
    moves = Moves({Total(*leads, "insert", "backlog"): -3, Total(*leads, "update", "open"): -1})
    moves[Total(*leads, "insert", "synced")] = 4
    told = table([leads], moves, {}, Moves({Total(*leads, "insert", "backlog"): 2}))
    assert told.splitlines()[-1].split() == ["leads", "to-marketo", "4", "0", "0", "0", "0", "2"]


def test_what_is_not_written_says_why() -> None:
    leads: LaneName = ("leads", "to-marketo")
    assert not_written(HeldLane(*leads, paused=True)) == "paused: leads to-marketo"
    stopped = HeldLane(*leads, False, datetime(2026, 11, 23, tzinfo=UTC), "brake-deletes", True, "12 of 30 leads")
    assert not_written(stopped) == "held by a brake: leads to-marketo, brake-deletes: 12 of 30 leads"
