"""A file of one's own says what is kept in step: everything in Slack knows its objects, and no others."""

from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from pathlib import Path

import httpx
import pytest

from bot.alerts.watch import watch
from bot.charts import curve
from bot.http import health_open
from bot.settings import Settings, read_settings
from bot.standing import Standing
from bot.tables import WIDEST, overview
from bot.vitals import Pulse
from bot.wiring import described_objects
from storage.database import Database
from storage.episodes import read_open_episodes
from storage.models import totals
from storage.trend import STEPS
from sync.catalogue import BadCatalogue
from sync.objects import lanes_of
from tests.bot.conftest import NOW, REQUIRED, Settle, connected, running
from tests.bot.conversation import Conversation
from tests.bot.test_home import opened
from tests.rows import all_read, error, failed, live, put, total, waiting

MINUTE = timedelta(minutes=1)
PATIENTS = """
[patients]
table = "contact"
rows = "contacts"
key = "contactid"
marketo = "leads"
marketo_key = "dynamicsContactId"
direction = "both"
[patients.fields]
email = { column = "emailaddress1", kind = "email" }
"""
VISITS = """
[visits]
table = "new_visit"
rows = "new_visits"
key = "new_visitid"
label = "new_name"
marketo = "customobjects/visit_c"
marketo_key = "visitId"
[visits.fields]
ward = "new_ward"
"""
LONG = VISITS.replace("[visits", "[customer-site-visits")


def written(folder: Path, text: str) -> Path:
    path = folder / "objects.toml"
    path.write_text(text, encoding="utf-8")
    return path


def settings_of(path: Path) -> Settings:
    return read_settings(None, **{**REQUIRED, "slack_app_token": "xapp-demo", "sync_objects": path})


@pytest.fixture
async def clinic(
    settle: Settle, slack_url: str, sqlite_database: Database, http: httpx.AsyncClient, tmp_path: Path
) -> AsyncIterator[Conversation]:
    """A bot of patients and visits: 1,204 visits wait, and the ward of one was refused."""
    settings = settle(sync_objects=written(tmp_path, PATIENTS + VISITS))
    lanes = lanes_of(described_objects(settings))
    await live(sqlite_database, *lanes)
    await all_read(sqlite_database, ["patients", "visits"], NOW, MINUTE)
    await waiting(sqlite_database, "visits", "to-marketo", "insert", 1204, NOW - 134 * MINUTE)
    await put(sqlite_database, totals, total("visits", "to-marketo", "update", "open", 1))
    await failed(sqlite_database, error(NOW, object="visits"), error(NOW, object="patients", code="1006"))
    async with running(settings, sqlite_database):
        await connected(http, slack_url)
        yield Conversation(slack_url, http)


async def test_the_overview_has_its_rows_and_a_button_leads_to_each(clinic: Conversation) -> None:
    answer = await clinic.say("/sync")
    assert answer["text"].startswith("BEHIND  Visits: oldest 2h 14m")
    rows = [line.split()[0] for line in answer["text"].split("```")[1].strip().splitlines()]
    assert rows == ["Object", "--------", "Patients", "Visits", "Total"]
    closer = await clinic.press(answer, "Visits")
    assert "Visits: oldest 2h 14m" in closer["text"]
    assert "to Marketo  insert    1,204  2h 14m" in closer["text"]


async def test_its_words_are_understood_and_others_are_not(clinic: Conversation) -> None:
    assert "Visits" in (await clinic.say("/sync status visit"))["text"]
    assert "1 open error" in (await clinic.say("/sync errors object:visits"))["text"]
    assert "There is no object “leads”" in (await clinic.say("/sync errors object:leads"))["text"]
    assert "Paused: Visits to Marketo" in (await clinic.say("/sync pause visits"))["text"]
    unknown = (await clinic.say("/sync pause blah"))["text"]
    assert "Try: /sync pause patients to-marketo" in unknown


async def test_help_names_it_and_speaks_of_no_object_that_is_not_there(clinic: Conversation) -> None:
    assert "Objects: patients, visits" in (await clinic.say("/sync help"))["text"]
    told = (await clinic.say("/sync help pause"))["text"]
    assert "/sync pause patients to-dynamics" in told
    assert "leads" not in told


async def test_its_records_have_links_and_those_of_an_object_long_gone_have_none(
    clinic: Conversation, sqlite_database: Database
) -> None:
    await failed(sqlite_database, error(NOW, object="leads"))
    await clinic.say("/sync errors csv")
    (sent,) = [message for message in await clinic.messages("U0ADMIN") if message["files"]]
    rows = {row["object"]: row["dynamics_link"] for row in await clinic.csv(sent["files"][0]["id"])}
    assert "etn=new_visit&id=" in rows["visits"]
    assert "etn=contact&id=" in rows["patients"]
    assert rows["leads"] == ""


async def test_the_home_tab_and_the_figures_know_it(
    clinic: Conversation, sqlite_database: Database, tmp_path: Path, free_port: int
) -> None:
    assert "Visits" in (await opened(clinic, "U0ADMIN"))["plain"]
    settings = settings_of(tmp_path / "objects.toml")
    lanes = lanes_of(described_objects(settings))
    pulse = Pulse(settings, sqlite_database, lambda: NOW)
    async with health_open(free_port, pulse, sqlite_database, lanes):
        told = (await clinic.http.get(f"http://127.0.0.1:{free_port}/metrics")).text
    assert 'sync_backlog{direction="to-marketo",object="visits",operation="insert"} 1204.0' in told
    assert "leads" not in told


async def test_its_backlog_is_watched(
    clinic: Conversation, sqlite_database: Database, tmp_path: Path, settle: Settle
) -> None:
    lanes = lanes_of(described_objects(settings_of(tmp_path / "objects.toml")))
    settings = settle(alert_channel="C0OPS")
    turned = [await watch(sqlite_database, settings, lanes, NOW + minutes * MINUTE) for minutes in (0, 5)]
    assert turned[0] == 0 < turned[1]
    async with sqlite_database.read() as connection:
        backlog = next(one for one in await read_open_episodes(connection) if one.family == "backlog")
    assert "oldest:visits" in backlog.detail["members"]


@pytest.mark.parametrize(
    ("name", "word"), [("errors", "errors"), ("run", "run"), ("trends", "trend"), ("patient", "patients")]
)
def test_an_object_whose_name_reads_like_another_word_is_refused(tmp_path: Path, name: str, word: str) -> None:
    path = written(tmp_path, PATIENTS + VISITS.replace("[visits", f"[{name}"))
    with pytest.raises(BadCatalogue) as caught:
        described_objects(settings_of(path))
    assert f"An object cannot be called “{name}”: in Slack it reads like “{word}”" in caught.value.mistakes[0]


def test_a_table_with_the_longest_names_stands_on_a_phone_and_cuts_none_of_them() -> None:
    long = Standing("customer-site-visits", 999_999, 999_999, 50 * 60 * MINUTE, 99_999, False, MINUTE, "", True)
    letters = overview([long, long]).letters
    assert max(map(len, letters.splitlines())) <= WIDEST
    assert "Customer-" in letters
    assert "site-visits" in letters


def test_a_trend_with_the_longest_names_stands_on_a_phone() -> None:
    letters = curve({"Customer-site-visits": tuple(range(STEPS))}, NOW, UTC).letters
    assert max(map(len, letters.splitlines())) <= WIDEST
    assert letters.startswith("Customer-site-visits\n")
