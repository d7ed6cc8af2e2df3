"""Companies, opportunities, roles and sales persons in the Marketo stand-in, by raw HTTP."""

import pytest

from tests.sandbox.marketo_service import Json, MarketoService, code_of, marketo, skipped_with

__all__ = ["marketo"]

DEAL = {"externalOpportunityId": "o1", "name": "Deal"}
COMPANY = {"externalCompanyId": "c1", "company": "Acme"}
SELLER = {"externalSalesPersonId": "s1", "email": "s@b.co"}
OBJECTS = {"companies": COMPANY, "opportunities": DEAL, "salespersons": SELLER}
KEYS = {"companies": "id", "opportunities": "marketoGUID", "salespersons": "id"}


@pytest.mark.parametrize("kind", OBJECTS)
async def test_an_upsert_creates_and_then_updates_and_tells_seq_and_id(marketo: MarketoService, kind: str) -> None:
    [created] = await marketo.sync(kind, OBJECTS[kind])
    [updated] = await marketo.sync(kind, OBJECTS[kind], action="createOrUpdate", dedupeBy="dedupeFields")
    assert (created["seq"], created["status"], updated["status"]) == (0, "created", "updated")
    assert created[KEYS[kind]] == updated[KEYS[kind]]


@pytest.mark.parametrize("kind", OBJECTS)
async def test_what_exists_cannot_be_created_1017_and_what_does_not_cannot_be_updated_1013(
    marketo: MarketoService, kind: str
) -> None:
    [missing] = await marketo.sync(kind, OBJECTS[kind], action="updateOnly")
    await marketo.sync(kind, OBJECTS[kind])
    [there] = await marketo.sync(kind, OBJECTS[kind], action="createOnly")
    assert (skipped_with(missing), skipped_with(there)) == ("1013", "1017")


@pytest.mark.parametrize("kind", OBJECTS)
async def test_deleting_twice_is_refused_with_1013(marketo: MarketoService, kind: str) -> None:
    await marketo.sync(kind, OBJECTS[kind])
    [deleted] = await marketo.sync(f"{kind}/delete", OBJECTS[kind], deleteBy="dedupeFields")
    [again] = await marketo.sync(f"{kind}/delete", OBJECTS[kind])
    assert deleted["status"] == "deleted"
    assert skipped_with(again) == "1013"


@pytest.mark.parametrize("kind", [*OBJECTS, "opportunities/roles"])
async def test_with_the_native_sync_on_every_write_is_refused_with_1018(marketo: MarketoService, kind: str) -> None:
    await marketo.control("native-sync", body={"on": True})
    assert code_of(await marketo.post(kind, {"input": [DEAL]})) == "1018"
    assert code_of(await marketo.post(f"{kind}/delete", {"input": [DEAL]})) == "1018"
    assert (await marketo.get(f"{kind}/describe"))["success"]


@pytest.mark.parametrize("kind", OBJECTS)
async def test_the_same_key_twice_in_a_call_is_refused_with_1036(marketo: MarketoService, kind: str) -> None:
    first, second = await marketo.sync(kind, OBJECTS[kind], OBJECTS[kind])
    assert first["status"] == "created"
    assert skipped_with(second) == "1036"


@pytest.mark.parametrize(
    ("kind", "record", "code"),
    [
        ("opportunities", {"externalOpportunityId": "o1"}, "1002"),
        ("opportunities", {"name": "Deal"}, "1002"),
        ("opportunities", {**DEAL, "externalOpportunityId": "x" * 51}, "1003"),
        ("opportunities", {**DEAL, "name": "x" * 256}, "1003"),
        ("opportunities", {**DEAL, "externalCompanyId": "unknown"}, "1003"),
        ("opportunities", {**DEAL, "amount": "much"}, "1001"),
        ("opportunities", {**DEAL, "closeDate": "soon"}, "1001"),
        ("opportunities", {**DEAL, "isWon": "perhaps"}, "1001"),
        ("opportunities", {**DEAL, "nope": 1}, "1006"),
        ("opportunities", {**DEAL, "marketoGUID": "g"}, "1003"),
        ("opportunities", {**DEAL, "createdAt": "2026-01-01T00:00:00Z"}, "1003"),
        ("companies", {**COMPANY, "externalCompanyId": "x" * 101}, "1003"),
        ("salespersons", {**SELLER, "externalSalesPersonId": "x" * 256}, "1003"),
        ("salespersons", {**SELLER, "email": "é@b.co"}, "1003"),
    ],
)
async def test_a_record_that_cannot_be_is_skipped(marketo: MarketoService, kind: str, record: Json, code: str) -> None:
    good = {**OBJECTS[kind], next(iter(OBJECTS[kind])): "other"}
    refused, taken = await marketo.sync(kind, record, good)
    assert (refused["seq"], skipped_with(refused)) == (0, code)
    assert (taken["seq"], taken["status"]) == (1, "created")


async def test_a_name_cannot_be_taken_away_again(marketo: MarketoService) -> None:
    await marketo.sync("opportunities", DEAL)
    [refused] = await marketo.sync("opportunities", {**DEAL, "name": None})
    assert skipped_with(refused) == "1002"


async def test_an_opportunity_of_an_unknown_sales_person_fails_the_whole_call_with_718(marketo: MarketoService) -> None:
    deals = [{**DEAL, "externalSalesPersonId": "s1"}, {**DEAL, "externalOpportunityId": "o2"}]
    assert code_of(await marketo.post("opportunities", {"input": deals})) == "718"
    assert (await marketo.control("opportunities", "GET"))["count"] == 0
    await marketo.sync("salespersons", SELLER)
    assert [row["status"] for row in await marketo.sync("opportunities", *deals)] == ["created", "created"]


async def test_dedupe_by_id_goes_with_update_only_alone(marketo: MarketoService) -> None:
    [created] = await marketo.sync("opportunities", DEAL)
    by_id = {"marketoGUID": created["marketoGUID"], "name": "Better"}
    body = {"action": "createOrUpdate", "dedupeBy": "idField", "input": [by_id]}
    assert code_of(await marketo.post("opportunities", body)) == "1003"
    [updated] = await marketo.sync("opportunities", by_id, action="updateOnly", dedupeBy="idField")
    assert updated["status"] == "updated"


async def test_null_and_empty_text_clear(marketo: MarketoService) -> None:
    await marketo.sync("opportunities", {**DEAL, "stage": "Open", "amount": 5})
    await marketo.sync("opportunities", {**DEAL, "stage": "", "amount": None})
    [row] = (await marketo.control("opportunities", "GET"))["rows"]
    assert {"stage", "amount"} & set(row) == set()


async def test_a_query_gives_the_fields_asked_for_and_leaves_out_what_is_null(marketo: MarketoService) -> None:
    [created] = await marketo.sync("opportunities", DEAL)
    query = {"filterType": "externalOpportunityId", "filterValues": "o1,o2", "fields": "name,stage"}
    [row] = (await marketo.get("opportunities", **query))["result"]
    assert row == {"seq": 0, "marketoGUID": created["marketoGUID"], "name": "Deal"}


@pytest.mark.parametrize("filter_type", ["idField", "marketoGUID", "dedupeFields"])
async def test_a_query_by_the_ids_aliases(marketo: MarketoService, filter_type: str) -> None:
    [created] = await marketo.sync("opportunities", DEAL)
    value = "o1" if filter_type == "dedupeFields" else created["marketoGUID"]
    [row] = (await marketo.get("opportunities", filterType=filter_type, filterValues=value))["result"]
    assert set(row) == {"seq", "marketoGUID", "externalOpportunityId", "createdAt", "updatedAt"}


async def test_a_query_by_another_field_is_refused_with_1011(marketo: MarketoService) -> None:
    assert code_of(await marketo.get("opportunities", filterType="name", filterValues="Deal")) == "1011"


async def test_people_show_their_companys_values(marketo: MarketoService) -> None:
    await marketo.sync("companies", {**COMPANY, "industry": "Rockets"})
    person = await marketo.person(email="a@b.co", externalCompanyId="c1")
    await marketo.sync("companies", {**COMPANY, "industry": "Anvils"})
    [shown] = (await marketo.get(f"lead/{person}", fields="company,industry"))["result"]
    assert shown == {"id": person, "company": "Acme", "industry": "Anvils"}


async def test_a_company_with_people_cannot_be_deleted_1022(marketo: MarketoService) -> None:
    await marketo.sync("companies", COMPANY)
    await marketo.person(email="a@b.co", externalCompanyId="c1")
    assert skipped_with((await marketo.sync("companies/delete", COMPANY))[0]) == "1022"


@pytest.mark.parametrize("user", ["leads", "opportunities", "companies"])
async def test_a_sales_person_in_use_cannot_be_deleted_1022(marketo: MarketoService, user: str) -> None:
    await marketo.sync("salespersons", SELLER)
    record: Json = {"leads": {"email": "a@b.co"}, "opportunities": DEAL, "companies": COMPANY}[user]
    await marketo.sync(user, {**record, "externalSalesPersonId": "s1"})
    assert skipped_with((await marketo.sync("salespersons/delete", SELLER))[0]) == "1022"


async def role(marketo: MarketoService, **values: object) -> Json:
    await marketo.sync("opportunities", DEAL)
    record = {"externalOpportunityId": "o1", "leadId": 1, "role": "Buyer", **values}
    return (await marketo.sync("opportunities/roles", record))[0]


async def test_a_role_needs_its_opportunity_and_its_person(marketo: MarketoService) -> None:
    assert skipped_with(await role(marketo)) == "1004"
    await marketo.person(email="a@b.co")
    assert skipped_with(await role(marketo, externalOpportunityId="o2")) == "1013"
    assert skipped_with(await role(marketo, role=None)) == "1002"
    assert (await role(marketo))["status"] == "created"
    assert (await role(marketo, isPrimary=True))["status"] == "updated"


async def test_roles_are_queried_by_their_compound_key_in_a_json_body(marketo: MarketoService) -> None:
    await marketo.person(email="a@b.co")
    created = await role(marketo)
    key = {"externalOpportunityId": "o1", "leadId": 1, "role": "Buyer"}
    body = {"filterType": "dedupeFields", "fields": ["marketoGuid", "role"], "input": [key, {**key, "role": "x"}]}
    [row] = (await marketo.post("opportunities/roles", body, _method="GET"))["result"]
    assert row == {"seq": 0, "marketoGUID": created["marketoGUID"], "role": "Buyer"}
    assert len((await marketo.get("opportunities/roles", filterType="leadId", filterValues="1"))["result"]) == 1


async def test_roles_go_with_their_person_and_pass_to_a_merges_winner(marketo: MarketoService) -> None:
    loser, winner = await marketo.person(email="a@b.co"), await marketo.person(email="c@d.co")
    await role(marketo, leadId=loser)
    await marketo.post(f"leads/{winner}/merge", leadId=loser)
    assert [row["leadId"] for row in (await marketo.control("roles", "GET"))["rows"]] == [winner]
    await marketo.sync("leads/delete", {"id": winner})
    assert (await marketo.control("roles", "GET"))["count"] == 0


@pytest.mark.parametrize(
    ("kind", "id_field", "dedupe"),
    [
        ("companies", "id", ["externalCompanyId"]),
        ("opportunities", "marketoGUID", ["externalOpportunityId"]),
        ("opportunities/roles", "marketoGUID", ["externalOpportunityId", "leadId", "role"]),
        ("salespersons", "id", ["externalSalesPersonId"]),
        ("namedaccounts", "marketoGUID", ["name"]),
    ],
)
async def test_describe_tells_the_id_field_and_the_key(
    marketo: MarketoService, kind: str, id_field: str, dedupe: list[str]
) -> None:
    [described] = (await marketo.get(f"{kind}/describe"))["result"]
    assert (described["idField"], described["dedupeFields"]) == (id_field, dedupe)
    assert dedupe in described["searchableFields"]
