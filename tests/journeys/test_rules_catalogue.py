"""Rules of the file that says what is kept in step: names that differ, choices, lengths, what is given once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.changes import Finding
from storage.database import Database
from storage.ledger.findings import read_findings
from sync.catalogue import DEFAULT, default_objects, parse_objects
from sync.fit import fit
from sync.setup import create_missing_fields, missing_fields, told_of
from tests.journeys.world import World, control, world_of

BADGE = 'badge = { column = "new_badge", display_name = "Visitor Badge" }'


@pytest.fixture
async def bare(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A world whose Dynamics leads have a long column "new_badge", before its catalogue is read."""
    (tmp_path / "nobody").mkdir()
    async with world_of(sqlite_database, tmp_path / "nobody") as made:
        await control(made.dynamics, "columns", {"table": "lead", "name": "new_badge", "type": "String", "length": 400})
        yield made


async def keep_in_step(world: World, *fields: str) -> None:
    """Adds fields to the packaged catalogue's leads, and to Marketo what they need there."""
    text = DEFAULT.read_text().replace("[leads.fields]", "\n".join(["[leads.fields]", *fields]))
    world.engine.objects = parse_objects(text, "objects.toml")
    await create_missing_fields(world.engine.marketo, world.engine.objects)


async def findings(world: World, field: str) -> list[Finding]:
    async with world.database.read() as connection:
        return [each for each in await read_findings(connection) if each.field == field]


# names


async def test_a_field_is_found_by_its_display_name_whatever_its_api_name(bare: World) -> None:
    described = {"name": "vb_2019", "displayName": "Visitor Badge", "dataType": "string"}
    await bare.engine.marketo.create_fields("leads", [described])
    await keep_in_step(bare, BADGE)
    lead = await bare.lead(new_badge="A7")
    await bare.rest()
    person = await bare.one(dynamicsLeadId=lead)
    assert person["vb_2019"] == "A7" and "badge" not in person
    await bare.edit(str(person["id"]), vb_2019="B8")
    await bare.rest()
    assert (await bare.row("leads", lead))["new_badge"] == "B8"


async def test_an_edit_under_another_api_name_is_no_echo_and_its_echo_no_edit(bare: World) -> None:
    await bare.engine.marketo.create_fields(
        "leads", [{"name": "vb_2019", "displayName": "Visitor Badge", "dataType": "string"}]
    )
    await keep_in_step(bare, BADGE)
    lead = await bare.lead(new_badge="A7")
    await bare.rest()
    await bare.edit_lead(lead, new_badge="C9")
    await bare.rest()
    await bare.forget_calls()
    await bare.sync(passes=3)
    assert await bare.writes() == 0


async def test_setup_makes_a_field_that_neither_name_finds(bare: World) -> None:
    text = DEFAULT.read_text().replace("[leads.fields]", f"[leads.fields]\n{BADGE}")
    missing = await missing_fields(bare.engine.marketo, parse_objects(text, "objects.toml"))
    assert told_of(missing) == ["leads.badge: 'Visitor Badge', string"]


# choices


async def test_a_choice_goes_to_dynamics_as_the_number_of_its_label(world: World) -> None:
    lead = await world.lead()
    await world.rest()
    person = await world.one(dynamicsLeadId=lead)
    assert person["dynamicsPreferredContact"] == "Any"
    await world.edit(str(person["id"]), dynamicsPreferredContact="email")
    await world.rest()
    assert (await world.row("leads", lead))["preferredcontactmethodcode"] == 2
    assert (await world.by_id(str(person["id"])))["dynamicsPreferredContact"] == "Email"


async def test_a_choice_that_dynamics_does_not_have_is_parked_with_those_it_has(world: World) -> None:
    lead = await world.lead()
    await world.rest()
    person = str((await world.one(dynamicsLeadId=lead))["id"])
    await world.edit(person, dynamicsPreferredContact="Pigeon", title="Admiral")
    await world.rest()
    (error,) = await world.errors()
    assert (
        error.code == "0x8004431a" and "'Pigeon'" in error.message and "Any, Email, Phone, Fax, Mail" in error.message
    )
    await world.edit(person, dynamicsPreferredContact="Phone")
    await world.rest()
    row = await world.row("leads", lead)
    assert (row["preferredcontactmethodcode"], row["jobtitle"], await world.errors()) == (3, "Admiral", [])


async def test_a_choice_that_travels_as_its_number_is_one_on_both_sides(bare: World) -> None:
    choice = 'kind = "choice", travels_as = "number", display_name = "Industry Number"'
    await keep_in_step(bare, f'industryNumber = {{ column = "industrycode", {choice} }}')
    lead = await bare.lead(industrycode=7)
    await bare.rest()
    person = await bare.one(dynamicsLeadId=lead)
    assert person["industryNumber"] == 7
    await bare.edit(str(person["id"]), industryNumber=9)
    await bare.rest()
    assert (await bare.row("leads", lead))["industrycode"] == 9


# lengths


async def test_a_text_that_is_too_long_is_refused_where_nothing_else_is_said(bare: World) -> None:
    await keep_in_step(bare, BADGE)
    lead = await bare.lead(new_badge="x" * 300)
    await bare.rest()
    assert await bare.codes() == ["1003"]
    (found,) = await findings(bare, "badge")
    assert (found.kind, "255 characters in Marketo and 400" in found.message) == ("too-short", True)
    await bare.edit_lead(lead, new_badge="short")
    await bare.rest()
    assert (await bare.one(dynamicsLeadId=lead))["badge"] == "short"


async def test_a_text_that_is_to_be_truncated_is_and_comes_back_no_more(bare: World) -> None:
    await keep_in_step(bare, BADGE.replace(" }", ', too_long = "truncate" }'))
    lead = await bare.lead(new_badge="x" * 300)
    await bare.rest()
    person = await bare.one(dynamicsLeadId=lead)
    assert person["badge"] == "x" * 255
    await bare.edit(str(person["id"]), title="Admiral")
    await bare.rest()
    row = await bare.row("leads", lead)
    assert (len(row["new_badge"]), row["jobtitle"], await findings(bare, "badge")) == (300, "Admiral", [])


# what one side lacks, or will not have written


async def test_what_dynamics_lacks_is_left_out_and_told_before_the_first_write(bare: World) -> None:
    await keep_in_step(bare, 'title2 = { column = "new_nothing", display_name = "Second Title" }')
    lead = await bare.lead(jobtitle="Admiral")
    await bare.sync()
    assert (await bare.one(dynamicsLeadId=lead))["title"] == "Admiral"
    (found,) = await findings(bare, "title2")
    assert found.message == "leads: title2 is not kept in step, Dynamics has no column new_nothing"


async def test_a_finding_knows_since_when_and_goes_once_it_is_mended(bare: World) -> None:
    field = 'title2 = { column = "new_late", display_name = "Second Title" }'
    await keep_in_step(bare, field)
    await bare.sync(passes=2)
    bare.engine.fitted.clear()
    await keep_in_step(bare, field)
    await bare.sync()
    (found,) = await findings(bare, "title2")
    assert found.since is not None and bare.now - found.since >= timedelta(minutes=3)
    await control(bare.dynamics, "columns", {"table": "lead", "name": "new_late", "type": "String", "length": 50})
    bare.engine.fitted.clear()
    await keep_in_step(bare, field)
    await bare.sync()
    assert await findings(bare, "title2") == []


async def test_a_column_under_field_level_security_is_told_and_kept_in_step(bare: World) -> None:
    title = {"table": "lead", "name": "jobtitle", "type": "String", "length": 100, "secured": True}
    await control(bare.dynamics, "columns", title)
    lead = await bare.lead(jobtitle="Admiral")
    await bare.rest()
    assert [each.kind for each in await findings(bare, "title")] == ["secured"]
    assert (await bare.one(dynamicsLeadId=lead))["title"] == "Admiral"


async def test_a_field_that_marketo_does_not_let_write_is_only_read(bare: World) -> None:
    await keep_in_step(bare, 'urgency = { column = "new_visits", kind = "number" }')
    lead = await bare.lead(new_visits=3)
    await bare.rest()
    assert (await findings(bare, "urgency"))[0].kind == "read-only"
    assert (await bare.one(dynamicsLeadId=lead)).get("urgency") is None
    assert (await bare.row("leads", lead))["new_visits"] == 3


# what is given once


async def test_a_lead_made_in_dynamics_is_given_its_company_once(world: World) -> None:
    person = await world.person(lastName="Bo", company="Acme", annualRevenue=5, syncToDynamics=True)
    await world.rest()
    (row,) = await world.rows("leads")
    assert (row["companyname"], row["revenue"]) == ("Acme", 5)
    await world.edit(person, company="Other", title="Admiral")
    await world.rest()
    (row,) = await world.rows("leads")
    assert (row["companyname"], row["jobtitle"]) == ("Acme", "Admiral")


async def test_what_marketo_never_had_does_not_empty_dynamics(world: World) -> None:
    person = await world.person(lastName="Bo", email="bo@x.example")
    lead = await world.lead(lastname="Bo", emailaddress1="bo@x.example", mkt_leadscore=7, companyname="Acme")
    await world.rest()
    assert (await world.by_id(person))["dynamicsLeadId"] == lead
    row = await world.row("leads", lead)
    assert (row["mkt_leadscore"], row["companyname"]) == (7, "Acme")


async def test_the_last_interesting_moment_is_told_to_dynamics(world: World) -> None:
    lead = await world.lead()
    await world.rest()
    person = str((await world.one(dynamicsLeadId=lead))["id"])
    told = {"Date": "2026-11-20T08:30:00Z", "Desc": "Asked for a price", "Source": "Web", "Type": "Milestone"}
    await world.edit(person, **{f"lastInterestingMoment{part}": value for part, value in told.items()})
    await world.rest()
    row = await world.row("leads", lead)
    assert row["mkt_lastinterestingmomentdate"] == "2026-11-20T08:30:00Z"
    assert row["mkt_lastinterestingmomentdesc"] == "Asked for a price"
    assert (row["mkt_leadinterestingmomentsource"], row["mkt_lastinterestingmomenttype"]) == ("Web", "Milestone")


async def test_a_process_that_begins_anew_knows_since_when_a_field_is_missing(bare: World) -> None:
    await keep_in_step(bare, 'shoe = { column = "new_shoe" }', 'badge = { column = "new_badge" }')
    described = bare.engine.objects
    await bare.sync()
    found = [await findings(bare, name) for name in ("shoe", "badge")]
    await bare.advance(7200)
    await bare.restart()
    bare.engine.objects = described
    await bare.sync()
    assert [await findings(bare, name) for name in ("shoe", "badge")] == found and all(found)
    await bare.database.close()


async def test_the_default_catalogue_fits_an_instance_that_has_been_set_up(world: World) -> None:
    await world.sync()
    async with world.database.read() as connection:
        assert await read_findings(connection) == []


async def test_both_sides_may_be_fitted_to_at_once_by_a_pass_and_a_comparison(world: World) -> None:
    world.engine.objects = default_objects()
    world.engine.fitted.clear()
    await asyncio.gather(fit(world.engine, "dynamics"), fit(world.engine, "marketo"))
    leads = world.engine.object_named("leads")
    assert (leads.field("title").rest_name, leads.merged_column) == ("title", "merged")
