"""A file of one's own: other names, fewer objects, and still everything in step."""

from storage.ledger.findings import read_findings
from sync.catalogue import parse_objects
from tests.journeys.world import World

PATIENTS = """
[patients]
table = "contact"
rows = "contacts"
key = "contactid"
label = "fullname"
marketo = "leads"
marketo_key = "dynamicsContactId"
direction = "both"
deleted_flag = "dynamicsDeleted"

[patients.fields]
lastName = "lastname"
email = { column = "emailaddress1", kind = "email" }
title = "jobtitle"
"""
CLINICS = """
[clinics]
table = "account"
rows = "accounts"
key = "accountid"
marketo = "companies"
marketo_key = "externalCompanyId"

[clinics.fields]
company = "name"
"""


async def described_by(world: World, text: str) -> None:
    world.engine.objects = parse_objects(text, "objects.toml")
    await world.go_live()


async def test_people_under_another_name_are_kept_in_step_both_ways(world: World) -> None:
    await described_by(world, PATIENTS)
    contact = await world.contact(lastname="Grey", emailaddress1="grey@x.example")
    await world.rest()
    person = await world.one(dynamicsContactId=contact)
    await world.edit(str(person["id"]), title="Patient")
    made = await world.person(lastName="Pink", email="pink@x.example", syncToDynamics=True)
    await world.rest()
    assert (await world.row("contacts", contact))["jobtitle"] == "Patient"
    assert (await world.by_id(made))["dynamicsType"] == "Contact"
    assert sorted(row["lastname"] for row in await world.rows("contacts")) == ["Grey", "Pink"]
    await world.delete("contacts", contact)
    await world.rest()
    assert (await world.one(dynamicsContactId=contact))["dynamicsDeleted"] is True


async def test_without_people_in_the_file_nobody_is_read(world: World) -> None:
    await described_by(world, CLINICS)
    (clinic,) = await world.put("accounts", {"name": "Cardiology"})
    await world.lead(lastname="Nobody")
    await world.rest()
    assert [(each["externalCompanyId"], each["company"]) for each in await world.objects("companies")] == [
        (clinic, "Cardiology")
    ]
    assert await world.people(lastName="Nobody") == []
    assert await world.codes() == []


async def test_a_table_that_dynamics_lacks_leaves_its_object_out_and_no_other(world: World) -> None:
    await described_by(
        world, PATIENTS + CLINICS.replace('"account"', '"new_clinic"').replace('"accounts"', '"new_clinics"')
    )
    contact = await world.contact(lastname="Grey")
    await world.rest()
    assert await world.one(dynamicsContactId=contact)
    async with world.database.read() as connection:
        messages = [each.message for each in await read_findings(connection)]
    assert messages == ["clinics are not kept in step, Dynamics has no table new_clinic"]
