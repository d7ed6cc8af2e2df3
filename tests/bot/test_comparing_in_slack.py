"""`compare` and `run … field:…`, typed in Slack at a bot that syncs."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from storage.database import Database
from storage.models import comparisons, differences
from tests.bot.conftest import Settle
from tests.bot.syncing import Syncing, syncing_bot
from tests.journeys.planting import quietly, quietly_edited
from tests.journeys.test_rules_quota import use_up
from tests.parked import rows
from tests.waiting import until


@pytest.fixture
async def syncing(
    settle: Settle, slack_url: str, sqlite_database: Database, http: httpx.AsyncClient, tmp_path: Path
) -> AsyncIterator[Syncing]:
    settings = settle(sync_people_readers="U0ADMIN", sync_operators="U0ADMIN,U0OPS")
    async with syncing_bot(settings, slack_url, sqlite_database, http, tmp_path) as made:
        yield made


async def two_leads(syncing: Syncing) -> tuple[list[str], list[str]]:
    """Ada and Grace, on both sides."""
    world = syncing.world
    names = ("Ada", "Grace")
    leads = [await world.lead(lastname=name, jobtitle="Clerk", emailaddress1=f"{name}@x.example") for name in names]
    await world.rest()
    people = {one["dynamicsLeadId"]: str(one["id"]) for one in await world.people()}
    return leads, [people[lead] for lead in leads]


async def planted(syncing: Syncing) -> tuple[str, str]:
    """A lead whose title differs, and one who is missing in Marketo."""
    leads, people = await two_leads(syncing)
    await quietly(syncing.world, "leads", {"leadid": leads[0], "jobtitle": '=HYPERLINK("x")'})
    await syncing.world.marketo.delete(f"/sandbox/people/{people[1]}?quiet=1")
    return leads[0], leads[1]


def labels(message: dict[str, Any]) -> list[str]:
    return [
        each["text"]["text"] for block in message["blocks"] if block["type"] == "actions" for each in block["elements"]
    ]


async def test_where_nothing_differs_both_sides_agree(syncing: Syncing) -> None:
    await two_leads(syncing)
    answer = await syncing.talk.say("/sync compare leads")
    assert "Leads: both sides agree. 2 compared." in answer["plain"]
    assert "Queue the repair" not in labels(answer)
    assert ("compare", "leads", "0 of 2 differ") in await syncing.acts()
    assert "Leads: none differed" in (await syncing.talk.say("/sync compare"))["plain"]


async def test_an_error_about_a_person_who_is_in_no_row_keeps_both_sides_from_agreeing(syncing: Syncing) -> None:
    await two_leads(syncing)
    await syncing.world.person(email="bob@x.example", mobilePhone="9" * 100, syncToDynamics=True, lastName="Bob")
    await syncing.world.rest()
    said = (await syncing.talk.say("/sync compare leads"))["plain"]
    assert "Leads: none differ; 1 more error is about a record that the other side does not have. 2 compared." in said


async def test_differences_are_counted_by_kind_and_field(syncing: Syncing) -> None:
    await planted(syncing)
    answer = await syncing.talk.say("/sync compare leads")
    assert "Leads: 2 of 2 differ." in answer["plain"]
    assert "title" in answer["plain"] and "missing in Marketo" in answer["plain"]
    assert "HYPERLINK" not in answer["plain"] and "Grace" not in answer["plain"]


async def test_a_new_comparison_takes_the_place_of_the_last(syncing: Syncing) -> None:
    await planted(syncing)
    for _ in range(2):
        await syncing.talk.say("/sync compare leads")
    assert len(await rows(syncing.database, comparisons)) == 1
    assert len(await rows(syncing.database, differences)) == 2


async def test_the_csv_holds_values_for_readers_only_and_runs_nothing(syncing: Syncing) -> None:
    lead, missing = await planted(syncing)
    await syncing.talk.say("/sync compare leads")
    answer = await syncing.talk.say("/sync compare leads csv")
    assert re.search(r"2 differences of the comparison of [\w: ]+ sent to you", answer["plain"])
    file = [one["files"][0] for one in await syncing.talk.messages("U0ADMIN") if one["files"]][-1]
    found = {row["dynamics_id"]: row for row in await syncing.talk.csv(file["id"])}
    assert (found[lead]["field"], found[lead]["dynamics_value"]) == ("title", '\'=HYPERLINK("x")')
    assert (found[lead]["marketo_value"], found[missing]["difference"]) == ("Clerk", "missing in marketo")
    await syncing.talk.say("/sync compare leads csv", user="U0OPS")
    file = [one["files"][0] for one in await syncing.talk.messages("U0OPS") if one["files"]][-1]
    assert "dynamics_value" not in (await syncing.talk.csv(file["id"]))[0]


async def test_the_repair_is_asked_for_queued_and_written_by_the_next_pass(syncing: Syncing) -> None:
    lead, missing = await planted(syncing)
    answer = await syncing.talk.say("/sync compare leads")
    asked = await syncing.talk.press(answer, "Queue the repair")
    assert "Queue the repair of 2 records of leads? By the comparison of " in asked["plain"]
    done = await syncing.talk.press(asked, "Repair 2")
    assert "Leads: 2 changes wait to be written to Marketo, 0 to Dynamics." in done["plain"]
    assert ("repair", "leads", "2 to-marketo, 0 to-dynamics") in await syncing.acts()
    await syncing.world.rest()
    people = {one["dynamicsLeadId"]: one for one in await syncing.world.people()}
    assert people[lead]["title"] == '=HYPERLINK("x")' and people[missing]["lastName"] == "Grace"
    assert "both sides agree" in (await syncing.talk.say("/sync compare leads"))["plain"]


async def test_a_second_comparison_at_once_is_refused(syncing: Syncing) -> None:
    syncing.world.engine.comparing = "accounts"
    answer = await syncing.talk.say("/sync compare leads")
    assert "Accounts are being compared already; one comparison at a time." in answer["plain"]
    syncing.world.engine.comparing = ""


async def test_a_service_that_is_down_is_named_by_its_code_and_what_was_found_is_no_comparison(
    syncing: Syncing,
) -> None:
    await planted(syncing)
    await syncing.world.weather(syncing.world.marketo, down=True)
    answer = await syncing.talk.say("/sync compare leads")
    assert "could not be compared to the end" in answer["plain"]
    await syncing.world.weather(syncing.world.marketo, down=False)
    assert "were not compared to the end yet" in (await syncing.talk.say("/sync compare leads csv"))["plain"]
    assert syncing.world.engine.comparing == ""


async def test_where_only_the_calls_of_others_are_left_each_says_from_when_on_it_can_go_on(syncing: Syncing) -> None:
    await planted(syncing)
    await syncing.talk.say("/sync compare leads")
    await use_up(syncing.world, 40_000)
    calls = await syncing.world.calls(syncing.world.marketo)
    why = "our share of the day's calls to Marketo is used; it can go on from 24 Nov 07:00 on."
    asked = ("run leads field:title confirmed:2", "compare leads repair confirmed:2", "compare leads")
    said = [(await syncing.talk.say(f"/sync {words}"))["plain"] for words in asked]
    assert [why in each for each in said] == [True] * 3, said
    assert await syncing.world.calls(syncing.world.marketo) == calls


async def test_a_comparison_that_broke_off_is_not_running_and_its_failure_is_in_the_audit(syncing: Syncing) -> None:
    await planted(syncing)
    await syncing.world.weather(syncing.world.marketo, down=True)
    await syncing.talk.say("/sync compare leads")
    ((act, object, detail),) = await syncing.acts()
    assert (act, object) == ("compare", "leads") and detail.startswith("broke off after 0: ")
    last = (await syncing.talk.say("/sync compare"))["plain"]
    assert "Leads: the comparison of " in last and "broke off after 0" in last and "compared since" not in last


async def test_a_field_is_brought_over_alone(syncing: Syncing) -> None:
    leads, people = await two_leads(syncing)
    await quietly(syncing.world, "leads", *({"leadid": lead, "jobtitle": "Countess"} for lead in leads))
    await quietly_edited(syncing.world, people[0], lastName="Lovelace")
    asked = await syncing.talk.say("/sync run leads field:title")
    assert "Bring title of leads over, for about 2 linked records?" in asked["plain"]
    done = await syncing.talk.press(asked, "Bring title over")
    assert "Leads, title: 2 changes wait to be written to Marketo, 0 to Dynamics." in done["plain"]
    assert ("run field", "leads", "title: 2 to-marketo, 0 to-dynamics") in await syncing.acts()
    assert [change.values for change in await syncing.world.waiting()] == [{"title": "Countess"}] * 2
    await syncing.world.rest()
    assert {one["title"] for one in await syncing.world.people()} == {"Countess"}


async def test_while_a_field_is_brought_over_status_says_how_far_it_is(syncing: Syncing) -> None:
    await two_leads(syncing)
    await syncing.world.weather(syncing.world.marketo, latency_ms=1000)
    typed = {"user": "U0ADMIN", "channel": "C0OPS", "text": "/sync run leads field:title confirmed:2"}
    await syncing.talk.control("say", **typed)

    async def begun() -> bool:
        said = (await syncing.talk.say("/sync status leads"))["plain"]
        return "Being brought over: title: 0 of about 2" in said

    await until(begun)
    assert "Being brought over" not in (await syncing.talk.say("/sync status contacts"))["plain"]
    await syncing.world.weather(syncing.world.marketo, latency_ms=0)
    await until(lambda: not syncing.world.engine.bringing)


async def test_a_field_that_does_not_exist_is_answered_with_the_nearest(syncing: Syncing) -> None:
    answer = await syncing.talk.say("/sync run leads field:ratings")
    assert "Leads have no field “ratings”. Did you mean: /sync run leads field:rating" in answer["plain"]
    answer = await syncing.talk.say("/sync run leads field:qqqqqq")
    assert "The nearest of its 42 are: " in answer["plain"] and answer["plain"].count(",") == 3


async def test_what_was_edited_in_the_future_is_not_asked_for_and_since_has_no_number(syncing: Syncing) -> None:
    answer = await syncing.talk.say("/sync run leads field:title since:2199-01-01")
    assert "That is in the future" in answer["plain"]
    answer = await syncing.talk.say("/sync run leads field:title since:1d")
    assert "for linked records edited since" in answer["plain"] and "about" not in answer["plain"]


async def test_a_field_that_is_given_on_creation_only_is_not_brought_over(syncing: Syncing) -> None:
    answer = await syncing.talk.say("/sync run leads field:annualRevenue")
    assert "annualRevenue of leads is given when a record is created and never after" in answer["plain"]
