"""Describing people and creating fields in the Marketo stand-in."""

import pytest

from tests.sandbox.marketo_service import Json, MarketoService, code_of, marketo, skipped_with

__all__ = ["marketo"]


async def test_describe_tells_every_field_with_its_rest_name(marketo: MarketoService) -> None:
    fields = {row["rest"]["name"]: row for row in (await marketo.get("leads/describe"))["result"]}
    assert fields["mobilePhone"]["dataType"] == "phone"
    assert fields["email"]["length"] == 255
    assert fields["createdAt"]["rest"]["readOnly"] is True


async def test_describe2_tells_what_can_be_searched_by(marketo: MarketoService) -> None:
    await marketo.field("dynamicsLeadId")
    await marketo.field("syncToDynamics", "boolean")
    [described] = (await marketo.get("leads/describe2"))["result"]
    assert described["name"] == "API Lead"
    assert ["email"] in described["searchableFields"]
    assert ["dynamicsLeadId"] in described["searchableFields"]
    assert ["syncToDynamics"] not in described["searchableFields"]
    assert ["firstName"] not in described["searchableFields"]


async def test_company_fields_are_not_updateable_on_people(marketo: MarketoService) -> None:
    [described] = (await marketo.get("leads/describe2"))["result"]
    updateable = {field["name"]: field["updateable"] for field in described["fields"]}
    assert (updateable["company"], updateable["firstName"]) == (False, True)


async def test_a_created_field_is_custom_and_holds_values(marketo: MarketoService) -> None:
    await marketo.field("dynamicsDeleted", "boolean")
    [field] = (await marketo.get("leads/schema/fields/dynamicsDeleted"))["result"]
    assert field["isCustom"] is True
    person = await marketo.person(email="a@b.co", dynamicsDeleted=True)
    assert (await marketo.get(f"lead/{person}", fields="dynamicsDeleted"))["result"][0]["dynamicsDeleted"] is True


async def test_an_unknown_field_is_refused_with_1006(marketo: MarketoService) -> None:
    assert code_of(await marketo.get("leads/schema/fields/nope")) == "1006"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"name": "email", "displayName": "Mail", "dataType": "string"}, "1017"),
        ({"name": "mail", "displayName": "Email Address", "dataType": "string"}, "1017"),
        ({"name": "1st", "displayName": "First", "dataType": "string"}, "1003"),
        ({"name": "first", "displayName": "First!", "dataType": "string"}, "1003"),
        ({"name": "first", "displayName": "First", "dataType": "textarea"}, "1001"),
    ],
)
async def test_a_field_that_cannot_be_is_refused(marketo: MarketoService, asked: Json, code: str) -> None:
    [result] = await marketo.sync("leads/schema/fields", asked)
    assert skipped_with(result) == code


async def test_the_101st_created_field_is_refused_with_1028(marketo: MarketoService) -> None:
    asked = [{"name": f"f{n}", "displayName": f"F {n}", "dataType": "string"} for n in range(101)]
    *created, refused = await marketo.sync("leads/schema/fields", *asked)
    assert {result["status"] for result in created} == {"created"}
    assert skipped_with(refused) == "1028"


async def test_a_fields_display_name_can_be_updated_and_its_type_cannot(marketo: MarketoService) -> None:
    await marketo.field("first")
    assert (await marketo.sync("leads/schema/fields/first", {"displayName": "Second"}))[0]["status"] == "updated"
    assert code_of(await marketo.post("leads/schema/fields/first", {"input": [{"dataType": "date"}]})) == "1003"


@pytest.mark.parametrize("kind", ["companies", "opportunities"])
async def test_other_objects_get_fields_likewise(marketo: MarketoService, kind: str) -> None:
    asked = {"name": "dynamicsState", "displayName": "Dynamics State", "dataType": "string"}
    assert (await marketo.sync(f"{kind}/schema/fields", asked))[0]["status"] == "created"
    [described] = (await marketo.get(f"{kind}/describe"))["result"]
    assert "dynamicsState" in {field["name"] for field in described["fields"]}
