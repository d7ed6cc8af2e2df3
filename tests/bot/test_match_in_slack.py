"""`match`, typed in Slack at a bot that syncs: several people may be the one, and a person says which."""

from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import update

from bot.faces import Difference, Sight
from bot.figures import clock
from bot.links import Links
from bot.match_list import Shown, _differing
from storage.changes import Link
from storage.database import Database
from storage.doubts import Doubt, Ties
from storage.ledger.links import save_links
from storage.models import errors
from sync.objects import LEAD_ID, Field
from tests.bot.conftest import NOW, Settle
from tests.bot.conversation import Conversation
from tests.bot.syncing import Syncing, syncing_bot
from tests.parked import everything, park, rows
from tests.rows import error, failed

MATCH = {"object": "leads", "id": "1017323"}


@pytest.fixture
async def syncing(
    settle: Settle, slack_url: str, sqlite_database: Database, http: httpx.AsyncClient, tmp_path: Path
) -> AsyncIterator[Syncing]:
    """Anybody may ask, U0ADMIN is an operator and sees people."""
    async with syncing_bot(settle(), slack_url, sqlite_database, http, tmp_path) as syncing:
        yield syncing


@pytest.fixture
async def twins(syncing: Syncing) -> tuple[Syncing, str, list[str], int]:
    """A lead, the two people in Marketo that have its address, and the number of its error."""
    world = syncing.world
    people = [
        await world.person(email="ada@x.example", lastName="Lovelace", firstName=name, company=f"{name} Ltd")
        for name in ("Ada", "Adam")
    ]
    lead = await world.lead(emailaddress1="ada@x.example", firstname="Ada", jobtitle="Countess")
    await world.rest()
    (found,) = await world.errors()
    return syncing, lead, people, found.id


Twins = tuple[Syncing, str, list[str], int]


async def test_an_errors_match_button_lists_who_it_may_be_side_by_side(twins: Twins) -> None:
    syncing, lead, people, number = twins
    listed = await syncing.talk.say("/sync errors code:ambiguous")
    shown = await syncing.talk.press(listed, "Match")
    assert shown["text"].startswith(f"Error #{number}: 2 records may be this one.")
    assert "Leads Dynamics <http" in shown["text"] and lead in shown["text"]
    for person, name in zip(people, ("Ada", "Adam"), strict=True):
        assert (
            f"Marketo <https://app.marketo.com/leadDatabase/loadLeadDetail?leadId={person}|{person}>" in shown["text"]
        )
        assert f"{name} Lovelace · {name} Ltd · ada@x.example" in shown["text"]
    assert "first name: “Adam” in Marketo, “Ada” in Dynamics" in shown["text"]
    assert "title: nothing in Marketo, “Countess” in Dynamics" in shown["text"]


async def test_the_story_of_its_record_leads_there_too(twins: Twins) -> None:
    syncing, lead, _people, number = twins
    story = await syncing.talk.say(f"/sync record {lead}")
    assert "records may be this one" in (await syncing.talk.press(story, f"Match #{number}"))["text"]


async def test_who_is_chosen_is_linked_in_the_next_pass_and_nobody_else(twins: Twins) -> None:
    syncing, lead, (first, second), number = twins
    shown = await syncing.talk.say(f"/sync match {number}")
    asked = await syncing.talk.press(shown, f"Link with {second}")
    assert asked["text"].startswith(f"Link Leads Dynamics {lead} with Leads Marketo {second}?")
    assert await syncing.world.codes() == ["ambiguous"]
    done = await syncing.talk.press(asked, "Link them")
    assert f"the next pass links it with Leads Marketo {second}" in done["text"]
    assert ("match", "leads", f"#{number} leads:{second}") in await syncing.acts()
    await syncing.world.rest()
    assert [(await syncing.world.by_id(each)).get(LEAD_ID) for each in (first, second)] == [None, lead]
    assert (await syncing.world.by_id(second))["title"] == "Countess"
    assert await syncing.world.codes() == []


async def test_a_candidate_that_is_linked_already_says_with_whom_and_has_no_button(twins: Twins) -> None:
    syncing, _lead, (first, _second), number = twins
    other = await syncing.world.lead(emailaddress1="eve@x.example", lastname="Eve")
    await syncing.world.rest()
    eve = str((await syncing.world.one(**{LEAD_ID: other}))["id"])
    async with syncing.database.write() as connection:
        candidates = [{"object": "leads", "id": each} for each in (first, eve)]
        await connection.execute(update(errors).where(errors.c.id == number).values(candidates=candidates))
    shown = await syncing.talk.say(f"/sync match {number}")
    assert f"already linked with Dynamics {other} (Eve)" in shown["plain"]
    assert f"Link with {first}" in shown["plain"] and f"Link with {eve}" not in shown["plain"]


async def test_a_record_that_is_linked_itself_can_only_be_none_of_them(syncing: Syncing) -> None:
    world = syncing.world
    leads = [await world.lead(emailaddress1=f"{name}@x.example", lastname=name) for name in ("ada", "eve")]
    await world.rest()
    await world.edit_lead(leads[1], emailaddress1="ada@x.example")
    await world.rest()
    (found,) = await world.errors()
    shown = await syncing.talk.say(f"/sync match {found.id}")
    assert found.code == "email-taken" and "only “None of them” settles this" in shown["plain"]
    assert "Link with" not in shown["plain"]
    asked = await syncing.talk.press(shown, "None of them")
    assert asked["text"].startswith(f"Write the new e-mail address of Leads Dynamics {leads[1]} to Marketo, though")
    assert "the next pass writes the address to Marketo" in (await syncing.talk.press(asked, "Write it"))["text"]
    await world.rest()
    assert (await world.one(**{LEAD_ID: leads[1]}))["email"] == "ada@x.example" and await world.codes() == []


@pytest.mark.parametrize("words", ["{n}", "{n} 1017323", "{n} new", "{n} new confirmed:yes"])
async def test_a_linked_record_has_nothing_to_choose_and_is_only_tried_again(syncing: Syncing, words: str) -> None:
    lead = await syncing.world.lead(emailaddress1="ada@x.example")
    await syncing.world.rest()
    await syncing.world.edit_lead(lead, emailaddress1="not an address")
    await syncing.world.rest()
    (found,) = await syncing.world.errors()
    answer = await syncing.talk.say(f"/sync match {words.format(n=found.id)}")
    assert answer["text"].startswith(f"Its record is linked already: /sync retry #{found.id} tries it again.")
    assert await syncing.world.codes() == ["1003"]


async def test_who_was_linked_meanwhile_gets_no_second_record(twins: Twins) -> None:
    syncing, lead, (first, _second), number = twins
    asked = await syncing.talk.say(f"/sync match {number} new")
    async with syncing.database.write() as connection:
        await save_links(connection, [Link("leads", lead, first)], "dynamics_id")
    answer = await syncing.talk.press(asked, "Make a new one")
    assert "Its record is linked already" in answer["text"] and await syncing.world.codes() == ["ambiguous"]


async def test_where_the_only_one_is_anothers_it_says_what_works(syncing: Syncing) -> None:
    world = syncing.world
    ada = await world.lead(emailaddress1="ada@x.example", lastname="Ada")
    await world.rest()
    person = str((await world.one(**{LEAD_ID: ada}))["id"])
    await world.lead(emailaddress1="ada@x.example", lastname="Bea")
    await world.rest()
    (found,) = await world.errors()
    shown = await syncing.talk.say(f"/sync match {found.id}")
    assert "None is left to choose: make a new one, or merge first" in shown["plain"]
    refused = await syncing.talk.say(f"/sync match {found.id} {person}")
    assert f"/sync match #{found.id} new makes a new one, or merge the two first." in refused["text"]
    await syncing.talk.press(await syncing.talk.press(refused, "Make a new one"), "Make a new one")
    await world.rest()
    assert len(await world.people()) == 2 and await world.codes() == []


async def test_a_candidate_that_does_not_exist_is_refused_before_anything_is_asked(twins: Twins) -> None:
    syncing, _lead, _people, number = twins
    assert "There is no such record any more" in (await syncing.talk.say(f"/sync match {number} 99999999"))["text"]


def test_a_moment_is_told_on_the_readers_clock_and_an_owner_by_name() -> None:
    doubt = Doubt(1, "leads", "to-marketo", "a", "ambiguous", "open", "", {}, ())
    sight = Sight(names={"u-1": "Otto"})
    zone = ZoneInfo("America/New_York")
    shown = Shown(doubt, Ties(), sight, Links(), True, True, lambda moment: clock(moment, NOW, zone))
    at, owner = Field("at", "at", "moment"), Field("owner", "_o_value", "reference")
    found = _differing([Difference(at, "2026-11-20T15:00:00Z", None), Difference(owner, "u-1", "u-2")], shown)
    assert found == [
        ["at: nothing in Marketo, 20 Nov 10:00 in Dynamics"],
        ["owner: “u-2” in Marketo, “Otto” in Dynamics"],
    ]


async def test_none_of_them_makes_a_new_record(twins: Twins) -> None:
    syncing, lead, people, number = twins
    asked = await syncing.talk.say(f"/sync match #{number} new")
    assert "Make a new record in Marketo for Leads Dynamics" in asked["text"]
    await syncing.talk.press(asked, "Make a new one")
    await syncing.world.rest()
    assert len(await syncing.world.people()) == 3
    assert str((await syncing.world.one(**{LEAD_ID: lead}))["id"]) not in people


async def test_who_was_chosen_meanwhile_by_another_is_not_linked_twice(twins: Twins) -> None:
    syncing, _lead, (first, _second), number = twins
    await syncing.talk.say(f"/sync match {number} {first} confirmed:yes")
    answer = await syncing.talk.say(f"/sync match {number} {first} confirmed:yes")
    assert f"Error #{number} is settled already" in answer["text"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{n} 99999999 confirmed:yes", "There is no such record any more: /sync match #{n} lists those that fit."),
        ("{n} {lead}", "Error #{n} is written to Marketo: name an id there, as in /sync match #{n} {first}"),
        ("{n} contacts:{first} confirmed:yes", "That record is of another object than this one's may be"),
        ("{n} ada", "“ada” is no record: name a Marketo id, a Dynamics id, or new"),
        ("{n} people:{first}", "There is no object “people”. Did you mean: /sync match #{n}"),
        ("4711", "There is no error #4711: /sync errors code:ambiguous lists those in doubt."),
        ("", "Which error? Try: /sync match #123"),
    ],
)
async def test_what_cannot_be_is_answered_by_what_would_work(twins: Twins, words: str, said: str) -> None:
    syncing, lead, (first, _second), number = twins
    given = {"n": number, "lead": lead, "first": first}
    answer = await syncing.talk.say(f"/sync match {words.format(**given)}")
    assert said.format(**given) in answer["text"]
    assert await syncing.world.codes() == ["ambiguous"]


async def test_who_may_not_see_people_is_told_ids_only_and_has_no_button(
    sqlite_database: Database, talk: Conversation
) -> None:
    await failed(sqlite_database, error(NOW, code="ambiguous", candidates=[MATCH]))
    (stored,) = await rows(sqlite_database, errors)
    answer = await talk.say(f"/sync match {stored.id}", user="U0GUEST")
    assert "Leads Marketo" in answer["text"] and "1017323" in answer["text"]
    assert "Lovelace" not in answer["plain"]
    assert "Link with" not in answer["plain"]


async def test_an_error_that_names_nobody_says_so(sqlite_database: Database, talk: Conversation) -> None:
    (number,) = await park(sqlite_database, 1, NOW)
    assert f"Error #{number} names nobody its record could be." in (await talk.say(f"/sync match {number}"))["text"]
    assert "Match" not in (await talk.say("/sync errors code:1003"))["plain"]


async def test_a_process_that_does_not_sync_changes_nothing(sqlite_database: Database, talk: Conversation) -> None:
    (number,) = await park(sqlite_database, 1, NOW)
    before = await everything(sqlite_database)
    answer = await talk.say(f"/sync match {number} 1017323 confirmed:yes")
    assert "does not sync" in answer["text"]
    assert await everything(sqlite_database) == before
