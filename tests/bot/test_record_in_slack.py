"""A record's story, told by the real bot over both sandbox services."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.app import make_app
from bot.settings import Settings
from storage.database import Database
from storage.models import lanes
from tests.bot.conftest import Settle, connected, serving
from tests.bot.conversation import Conversation
from tests.journeys.world import World, world_of

ADA = {"firstname": "Ada", "lastname": "Lovelace", "emailaddress1": "ada@x.example", "jobtitle": "Countess"}
OPS = "U0OPS"


@dataclass
class Scene:
    """Both services and the bot in Slack."""

    world: World
    talk: Conversation

    async def ask(self, words: str, user: str = "U0ADMIN") -> dict[str, Any]:
        return await self.talk.say(f"/sync {words}", user)

    async def plain(self, words: str, user: str = "U0ADMIN") -> str:
        return str((await self.ask(words, user))["plain"])

    async def ada(self, **more: Any) -> tuple[str, str]:
        """A lead that is on both sides: her id in Dynamics, and in Marketo."""
        lead = await self.world.lead(**{**ADA, **more})
        await self.world.rest()
        return lead, str((await self.world.one(dynamicsLeadId=lead))["id"])


@pytest.fixture
async def scene(
    settle: Settle, slack_url: str, sqlite_database: Database, http: httpx.AsyncClient, tmp_path: Path
) -> AsyncIterator[Scene]:
    async with world_of(sqlite_database, tmp_path) as world:
        settings: Settings = settle(sync_people_readers="U0ADMIN")
        async with serving(make_app(settings, sqlite_database, lambda: world.now, world.engine), settings):
            await connected(http, slack_url)
            yield Scene(world, Conversation(slack_url, http))


async def test_a_record_in_step_says_since_when_with_both_ids_and_links(scene: Scene) -> None:
    lead, person = await scene.ada()
    answer = await scene.ask("record ada@x.example")
    assert re.match(r"In step since \d", answer["plain"])
    assert answer["only_for"] == "U0ADMIN"
    assert lead in answer["plain"]
    assert f"leadId={person}" in str(answer["blocks"])
    assert f"etn=lead&id={lead}" in str(answer["blocks"])
    assert "Waits: nothing" in answer["plain"]
    assert "Last synced to Marketo:" in answer["plain"]
    assert "Ada Lovelace" in answer["plain"]


async def test_each_way_of_naming_a_record_tells_the_same_story(scene: Scene) -> None:
    lead, person = await scene.ada()
    stories = [
        await scene.plain(f"record {who}") for who in ("ADA@x.example", '"ada lovelace"', lead, lead.upper(), person)
    ]
    assert len({story.splitlines()[0] for story in stories}) == 1
    assert all(lead in story and person in story for story in stories)


async def test_somebody_not_flagged_is_not_in_dynamics_because_of_that(scene: Scene) -> None:
    person = await scene.world.person(firstName="Grace", lastName="Hopper", email="grace@x.example")
    await scene.world.sync(2)
    for who in (person, "grace@x.example"):
        said = await scene.plain(f"record {who}")
        assert said.startswith("Not in Dynamics, because the person is not flagged to sync in Marketo.")


async def test_what_waits_for_its_parent_says_so_with_its_place(scene: Scene) -> None:
    async with scene.world.database.write() as connection:
        await connection.execute(lanes.update().where(lanes.c.object == "accounts").values(live=False))
    (account,) = await scene.world.put("accounts", {"name": "Analytical Engines"})
    deal = await scene.world.opportunity(account=account, name="A deal")
    await scene.world.sync(2)
    said = await scene.plain(f"record {deal}")
    assert re.match(r"Waits since .+, because its account is not in Marketo yet\.", said)
    assert "insert to Marketo, place 1 in the queue, since" in said
    assert "next attempt" in said
    assert "inclusão para o Marketo" in await scene.plain(f"record {deal}", "U0READER")
    said = await scene.plain(f"record {account}")
    assert "because Accounts to Marketo are only observed so far, and nothing is written" in said


async def test_a_refused_record_is_stuck_because_of_its_field_and_has_buttons(scene: Scene) -> None:
    lead, person = await scene.ada()
    await scene.world.edit(person, mobilePhone="9" * 100)
    await scene.world.rest()
    (error,) = await scene.world.errors()
    answer = await scene.ask(f"record {lead}")
    assert answer["plain"].startswith(f"Stuck, because Dynamics refuses its mobile phone: {error.code}.")
    for label in ("Retry", "Ignore", f"Explain {error.code}"):
        assert f"[{label}]" in answer["plain"]
    assert answer["plain"].splitlines()[0] == (await scene.plain(f"record error #{error.id}")).splitlines()[0]


async def test_that_another_owner_was_given_is_part_of_the_story(scene: Scene) -> None:
    gone = {"firstname": "Ann", "lastname": "Smith", "internalemailaddress": "ann@sales.example", "isdisabled": True}
    (ann,) = await scene.world.put("systemusers", gone)
    await scene.world.person(email="b@x.example", lastName="Bo", syncToDynamics=True, externalSalesPersonId=ann)
    await scene.world.rest()
    assert re.search(
        r"On creation: [\d:]+: its owner can own nothing in Dynamics, so another was given",
        await scene.plain("record b@x.example"),
    )


async def test_fields_that_differ_are_named_to_all_and_their_values_to_readers_only(scene: Scene) -> None:
    lead, person = await scene.ada()
    await scene.world.edit(person, title="Secret Programmer", phone="+1 555 0199")
    said = await scene.plain(f"record {lead}")
    assert said.startswith("Not in step, because 2 fields differ")
    assert "Differs in title: Dynamics “Countess” · Marketo “Secret Programmer”" in said
    told = await scene.ask(f"record {person}", OPS)
    assert "Differs in: title, phone" in told["plain"]
    for secret in ("Ada", "Lovelace", "Countess", "Programmer", "555", "x.example"):
        assert secret not in str(told)


async def test_names_and_addresses_find_nothing_for_those_who_may_not_see_them(scene: Scene) -> None:
    await scene.ada()
    for who in ("ada@x.example", "Ada Lovelace"):
        assert "SYNC_PEOPLE_READERS" in await scene.plain(f"record {who}", OPS)


async def test_several_matches_give_a_choice(scene: Scene) -> None:
    await scene.ada()
    await scene.world.contact(firstname="Ada", lastname="Lovelace", emailaddress1="other@x.example")
    answer = await scene.ask('record "Ada Lovelace"')
    assert answer["plain"].startswith("2 records fit; which one?")
    label = re.search(r"\[(Contacts [^\]]+)\]", answer["plain"])
    assert label
    chosen = await scene.talk.press(answer, label[1])
    assert "Contacts" in chosen["plain"]
    assert "because" in chosen["plain"].splitlines()[0]


async def test_a_record_nobody_knows_is_said_to_be_none(scene: Scene) -> None:
    assert (await scene.plain("record 999999")).startswith("I know no record under “999999”.")
    assert (await scene.plain("record error #77")).startswith("I know no record under “#77”.")


async def test_services_out_of_reach_are_said_to_be_and_the_story_is_told_all_the_same(scene: Scene) -> None:
    lead, _ = await scene.ada()
    await scene.world.weather(scene.world.dynamics, down=True)
    said = await scene.plain(f"record {lead}")
    assert said.startswith("In step since")
    assert "the services could not be asked" in said


async def test_a_person_deleted_in_dynamics_is_told_to_be(scene: Scene) -> None:
    lead, _ = await scene.ada()
    await scene.world.delete("leads", lead)
    assert "Out of step, because its record is not in Dynamics any more" in await scene.plain(f"record {lead}")
    await scene.world.rest()
    assert (await scene.plain(f"record {lead}")).startswith("Not in Dynamics any more")


async def test_an_operator_mends_it_from_its_story(scene: Scene) -> None:
    _, person = await scene.ada()
    await scene.world.edit(person, mobilePhone="9" * 100)
    await scene.world.rest()
    (error,) = await scene.world.errors()
    story = await scene.ask(f"record error #{error.id}")
    assert "1 error is back in the backlog" in (await scene.talk.press(story, "Retry"))["plain"]
    assert (await scene.plain(f"record {person}")).startswith("Waits since")
    assert "[Retry]" not in await scene.plain(f"record error #{error.id}", OPS)


async def test_what_it_differs_in_mentions_nobody_and_is_never_too_long(scene: Scene) -> None:
    lead, person = await scene.ada()
    names = ("salutation", "middleName", "title", "address", "city", "state", "country", "mktoPersonNotes")
    nasty = ("<!channel> `<@U0OPS>` \u202e" + "É" * 250)[:255]
    await scene.world.edit(person, **dict.fromkeys(names, nasty))
    answer = await scene.ask(f"record {lead}")
    assert answer["mentions"] == []
    assert answer["blocks"]
    assert "Differs in mkto person notes" in answer["plain"]


async def test_an_account_and_a_deal_tell_their_stories_too(scene: Scene) -> None:
    (account,) = await scene.world.put("accounts", {"name": "Analytical Engines"})
    deal = await scene.world.opportunity(account=account, name="A deal")
    await scene.world.rest()
    for record, name in ((account, "Accounts · "), (deal, "Opportunities · ")):
        said = await scene.plain(f"record {record}")
        assert said.startswith("In step since")
        assert name.removesuffix(" · ") in said
        assert "Differs in: nothing, as of now" in said
        assert "Owner: " in said
    assert account in await scene.plain('record "analytical engines"')


async def test_each_button_of_a_story_leads_somewhere(scene: Scene) -> None:
    _, person = await scene.ada()
    await scene.world.edit(person, mobilePhone="9" * 100)
    await scene.world.rest()
    (error,) = await scene.world.errors()
    story = await scene.ask(f"record {person}")
    assert (await scene.talk.press(story, "Refresh"))["plain"] == story["plain"]
    assert "What to do" in (await scene.talk.press(story, f"Explain {error.code}"))["plain"]
    assert "gnored" in (await scene.talk.press(await scene.ask(f"record {person}"), "Ignore"))["plain"]
    ignored = await scene.ask(f"record {person}")
    assert ignored["plain"].startswith(f"Left alone, because its error #{error.id}")
    await scene.talk.press(ignored, "Reopen")
    assert (await scene.plain(f"record {person}")).startswith("Stuck, because Dynamics refuses its mobile phone")
