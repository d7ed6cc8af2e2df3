"""`python -m bot verify`: both sides compared in the terminal, beside a bot that holds the database."""

import csv
import io
import re
from argparse import Namespace
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import compare_both_sides
from bot.dry_run import dry_run
from bot.setting_up import ask
from bot.settings import Settings, read_settings
from bot.wiring import alone
from storage.database import Database
from storage.models import comparisons
from sync.rehearsal import Ahead
from tests.bot.conftest import REQUIRED
from tests.journeys.planting import quietly
from tests.journeys.test_edits import ada
from tests.journeys.world import World, control, world_of
from tests.parked import everything, rows


@pytest.fixture
async def world(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    (tmp_path / "nobody").mkdir()
    async with world_of(sqlite_database, tmp_path / "nobody") as made:
        yield made


def settings_of(world: World) -> Settings:
    urls = {"dynamics_url": str(world.dynamics.base_url).rstrip("/"), "marketo_url": str(world.marketo.base_url)}
    given: dict[str, Any] = {**REQUIRED, **urls, "dynamics_authority": urls["dynamics_url"], "slack_app_token": "xapp"}
    return read_settings(None, **given, database_url=world.database.url)


async def verified(world: World, *objects: str, csv_file: Path | None = None, mends: bool = False) -> int:
    """As the command line does, while a bot has the database's lock."""
    asked = Namespace(objects=list(objects), csv=str(csv_file) if csv_file else None, repair=mends)
    async with alone(world.database):
        return await compare_both_sides(settings_of(world), asked)


async def test_where_nothing_differs_it_ends_with_0_and_leaves_the_database_alone(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await ada(world)
    before = await everything(world.database)
    assert await verified(world) == 0
    told = capsys.readouterr()
    assert "Both sides agree." in told.out
    assert "leads: 100%" in told.err
    assert await everything(world.database) == before
    assert await rows(world.database, comparisons) == []


async def test_a_difference_ends_it_with_1_and_is_told_and_written_down(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lead, person = await ada(world, jobtitle="Countess")
    await quietly(world, "leads", {"leadid": lead, "jobtitle": "Programmer"})
    assert await verified(world, "leads", csv_file=tmp_path / "found.csv") == 1
    told = capsys.readouterr().out
    assert "different: 1 leads, title" in told and "1 record differs." in told
    (found,) = csv.DictReader((tmp_path / "found.csv").read_text(encoding="utf-8").splitlines())
    assert (found["dynamics_id"], found["marketo_id"]) == (lead, person)
    assert (found["dynamics_value"], found["marketo_value"]) == ("Programmer", "Countess")


async def test_where_only_the_calls_of_others_are_left_it_ends_with_2_and_says_from_when_on_it_can_go_on(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await ada(world)
    await control(world.marketo, "quota", {"used": 40_000})
    assert await verified(world, "leads") == 2
    assert re.search(
        r"our share of the day's calls to Marketo is used; it can go on at [-\d]+ 0[56]:00 UTC", capsys.readouterr().err
    )


async def test_a_repair_is_queued_for_the_bot_that_runs(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    lead, person = await ada(world, jobtitle="Countess")
    await quietly(world, "leads", {"leadid": lead, "jobtitle": "Programmer"})
    assert await verified(world, "leads", mends=True) == 1
    assert "queued: 1 changes to Marketo, 0 to Dynamics; 0 left alone" in capsys.readouterr().out
    await world.rest()
    assert (await world.by_id(person))["title"] == "Programmer"
    assert await verified(world, "leads") == 0


async def test_an_object_that_is_not_kept_in_step_is_answered_with_those_that_are(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await verified(world, "ledas") == 2
    assert "There is no object ledas; there are: users," in capsys.readouterr().err


async def test_a_service_that_is_down_ends_it_with_2(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    await world.weather(world.marketo, down=True)
    assert await verified(world, "leads") == 2
    assert "A service could not be read" in capsys.readouterr().err


async def test_while_records_are_in_errors_both_sides_are_not_said_to_agree(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    _, person = await ada(world)
    await world.edit(person, mobilePhone="+49 (0) 123 456 789 ext 1234")
    await world.rest()
    assert await verified(world, "leads") == 0
    told = capsys.readouterr().out
    assert "None differ; 1 is in errors." in told and "Both sides agree." not in told


async def test_an_error_about_a_person_who_is_in_no_row_is_told_beside_those_compared(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await ada(world)
    await world.person(
        email="bob@x.example", lastName="Bob", mobilePhone="+49 (0) 12 345 ext 1234", syncToDynamics=True
    )
    await world.rest()
    assert len(await world.errors()) == 1
    assert await verified(world, "leads") == 0
    told = capsys.readouterr().out
    assert "1 more error is about a record that the other side does not have" in told and "None differ." in told


async def test_a_file_that_cannot_be_written_is_said_in_a_sentence_before_any_work(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nonexistent" / "x.csv"
    await world.forget_calls()
    assert await verified(world, "leads", csv_file=nowhere) == 2
    assert await dry_run(settings_of(world), Ahead(lambda: world.now), str(nowhere)) == 2
    told = capsys.readouterr()
    assert told.err.count("The file cannot be written: ") == 2 and "leads:" not in told.err


def test_where_nobody_can_answer_nothing_is_agreed_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert ask() is False
    assert "Nobody is there to answer" in capsys.readouterr().err
