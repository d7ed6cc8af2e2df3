"""Tables of the customer's own, one or two levels below a lead, contact or account, as Marketo custom objects."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sync.catalogue import DEFAULT, parse_objects
from sync.custom_types import api_name
from sync.objects import Object
from sync.setup import create_missing_fields
from tests.journeys.world import LOOKUP, Row, World, control

LABELS = {"options": {"1": "Good", "2": "Bad"}}
VISIT = {
    "table": "new_visit",
    "set": "new_visits",
    "columns": ["new_name", {"name": "new_rating", "kind": "Picklist", **LABELS}],
    "lookups": {"new_leadid": ["lead"], "new_contactid": ["contact"], "new_accountid": ["account"]},
}
NOTE = {"table": "new_note", "set": "new_notes", "columns": ["new_name"], "lookups": {"new_visitid": ["new_visit"]}}
OWN = """
[visits]
table = "new_visit"
rows = "new_visits"
key = "new_visitid"
label = "new_name"
marketo = "customobjects/visit_c"
marketo_key = "visitId"

[visits.fields]
name = "new_name"
rating = { column = "new_rating", kind = "choice" }
lead = { column = "new_leadid", refers_to = "leads" }
contact = { column = "new_contactid", refers_to = "contacts" }
account = { column = "new_accountid", refers_to = "accounts" }

[notes]
table = "new_note"
rows = "new_notes"
key = "new_noteid"
label = "new_name"
marketo = "customobjects/visitNote_c"
marketo_key = "noteId"

[notes.fields]
name = "new_name"
visit = { column = "new_visitid", refers_to = "visits" }
"""


def described(own: str = OWN) -> tuple[Object, ...]:
    return parse_objects(DEFAULT.read_text() + own, "own.toml")


@pytest.fixture
async def own(world: World) -> AsyncIterator[World]:
    """With visits below people and accounts, and notes below visits, on both sides."""
    for table in (VISIT, NOTE):
        await control(world.dynamics, "definitions", table)
    world.engine.objects = described()
    await create_missing_fields(world.engine.marketo, world.engine.objects)
    await world.go_live()
    yield world


async def visit(world: World, **values: Any) -> str:
    return (await world.put("new_visits", {"new_name": "First", **values}))[0]


def on(column: str, table: str, row_id: str) -> Row:
    return {f"_{column}_value": row_id, f"_{column}_value{LOOKUP}": table}


async def visits(world: World) -> list[Row]:
    return await world.objects("customobjects/visit_c")


@pytest.mark.parametrize("level", ["lead", "contact", "account"])
async def test_a_row_below_a_person_or_account_is_a_custom_object_linked_to_it(own: World, level: str) -> None:
    (parent,) = await own.put(
        f"{level}s", {"lastname": "Hopper", "name": "Navy"} if level != "account" else {"name": "N"}
    )
    key = await visit(own, new_rating=2, **on(f"new_{level}id", level, parent))
    await own.rest()
    (there,) = await visits(own)
    assert (there["visitId"], there["name"], there["rating"], there[level]) == (key, "First", "Bad", parent)


async def test_the_links_lead_to_the_ids_that_people_and_companies_hold(own: World) -> None:
    described_type = await own.engine.marketo.custom_type("visit_c")
    links = {one["field"]: one["relatedTo"] for one in (described_type or {})["relationships"]}
    assert links == {
        "lead": {"name": "lead", "field": "dynamicsLeadId"},
        "contact": {"name": "lead", "field": "dynamicsContactId"},
        "account": {"name": "company", "field": "externalCompanyId"},
    }


async def test_a_row_below_a_custom_entity_holds_its_id(own: World) -> None:
    key = await visit(own, **on("new_contactid", "contact", await own.contact()))
    await own.put("new_notes", {"new_name": "Went well", **on("new_visitid", "new_visit", key)})
    await own.rest()
    (note,) = await own.objects("customobjects/visitNote_c")
    assert (note["name"], note["visit"]) == ("Went well", key)


async def test_a_row_waits_for_its_parent_and_goes_on_as_soon_as_that_is_there(own: World) -> None:
    refused = await own.contact(emailaddress1="müller@bücher.example")
    key = await visit(own, **on("new_contactid", "contact", refused))
    await own.put("new_notes", {"new_name": "Early", **on("new_visitid", "new_visit", key)})
    await own.rest()
    assert await visits(own) == []
    assert sorted(one.waits_for for one in await own.waiting()) == [f"contacts:{refused}", f"visits:{key}"]
    await own.edit_contact(refused, emailaddress1="mueller@books.example")
    await own.sync(2)
    assert len(await visits(own)) == len(await own.objects("customobjects/visitNote_c")) == 1


async def test_a_row_deleted_in_dynamics_is_deleted_in_marketo(own: World) -> None:
    key = await visit(own)
    await own.rest()
    await own.delete("new_visits", key)
    await own.rest()
    assert await visits(own) == []


async def test_a_row_deleted_in_dynamics_is_marked_where_a_field_tells_of_it(own: World) -> None:
    flagged = described(OWN.replace('marketo_key = "noteId"', 'marketo_key = "noteId"\ndeleted_flag = "isGone"'))
    own.engine.objects = flagged
    await create_missing_fields(own.engine.marketo, flagged)
    (key,) = await own.put("new_notes", {"new_name": "Went well"})
    await own.rest()
    await own.delete("new_notes", key)
    await own.rest()
    assert [one["isGone"] for one in await own.objects("customobjects/visitNote_c")] == [True]


async def test_an_edit_of_a_row_travels_and_an_echo_does_not(own: World) -> None:
    key = await visit(own)
    await own.rest()
    await own.put("new_visits", {"new_visitid": key, "new_name": "Second"})
    await own.rest()
    assert [one["name"] for one in await visits(own)] == ["Second"]
    await own.forget_calls()
    await own.put("new_visits", {"new_visitid": key, "new_name": "Second"})
    await own.rest()
    assert await own.writes() == 0


async def test_setup_makes_nothing_twice_and_completes_a_draft_left_behind(world: World) -> None:
    await control(world.dynamics, "definitions", VISIT)
    await control(world.dynamics, "definitions", NOTE)
    objects = described()
    await world.engine.marketo.draft_custom_type(api_name(objects[-1]), "Visit Note")
    made = await create_missing_fields(world.engine.marketo, objects)
    assert "customobjects/visit_c.visitId" in made and "customobjects/visitNote_c.visit" in made
    assert await create_missing_fields(world.engine.marketo, objects) == []


async def test_a_field_added_to_the_file_later_is_added_to_the_type_unless_it_is_a_link(own: World) -> None:
    more = 'place = "new_place"\ncampaign = { column = "new_campaignid", refers_to = "campaigns" }'
    later = described(OWN.replace("[visits.fields]", f"[visits.fields]\n{more}"))
    assert await create_missing_fields(own.engine.marketo, later) == ["customobjects/visit_c.place"]
