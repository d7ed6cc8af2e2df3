"""Reading and writing people in the Marketo stand-in, by raw HTTP: every refusal a sync has to live with."""

import asyncio
from typing import Any

import pytest

from tests.sandbox.marketo_service import Json, MarketoService, code_of, marketo, skipped_with

__all__ = ["marketo"]


async def test_results_come_in_the_order_of_the_input_without_seq(marketo: MarketoService) -> None:
    one, bad, two = await marketo.sync("leads", {"email": "a@b.co"}, {"nope": 1}, {"email": "c@d.co"})
    assert (one["status"], one["id"], two["id"]) == ("created", 1, 2)
    assert skipped_with(bad) == "1006"
    assert "seq" not in one


async def test_an_upsert_finds_its_person_by_email_whatever_the_case(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co")
    [result] = await marketo.sync("leads", {"email": "A@B.co", "firstName": "A"})
    assert result == {"id": person, "status": "updated"}


async def test_create_only_refuses_a_person_that_exists_with_1005(marketo: MarketoService) -> None:
    await marketo.person(email="a@b.co")
    [result] = await marketo.sync("leads", {"email": "a@b.co"}, action="createOnly")
    assert skipped_with(result) == "1005"


async def test_update_only_refuses_a_person_that_does_not_exist_with_1004(marketo: MarketoService) -> None:
    [by_email] = await marketo.sync("leads", {"email": "a@b.co"}, action="updateOnly")
    [by_id] = await marketo.sync("leads", {"id": 99}, action="updateOnly", lookupField="id")
    assert (skipped_with(by_email), skipped_with(by_id)) == ("1004", "1004")


async def test_create_duplicate_makes_a_second_person_and_then_an_upsert_is_refused_with_1007(
    marketo: MarketoService,
) -> None:
    await marketo.person(email="a@b.co")
    [second] = await marketo.sync("leads", {"email": "a@b.co"}, action="createDuplicate")
    [third] = await marketo.sync("leads", {"email": "a@b.co"})
    assert second == {"id": 2, "status": "created"}
    assert skipped_with(third) == "1007"


async def test_an_id_is_allowed_with_update_only_alone(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co")
    for action in ("createOnly", "createOrUpdate", "createDuplicate"):
        [result] = await marketo.sync("leads", {"id": person, "email": "a@b.co"}, action=action)
        assert skipped_with(result) == "1003"
    [result] = await marketo.sync("leads", {"id": person, "firstName": "A"}, action="updateOnly", lookupField="id")
    assert result["status"] == "updated"


async def test_a_custom_field_is_a_lookup_field(marketo: MarketoService) -> None:
    await marketo.field("dynamicsLeadId")
    record = {"dynamicsLeadId": "g-1", "lastName": "Nameless"}
    [created] = await marketo.sync("leads", record, lookupField="dynamicsLeadId")
    [updated] = await marketo.sync("leads", record, lookupField="dynamicsLeadId")
    assert (created["status"], updated["status"]) == ("created", "updated")
    assert created["id"] == updated["id"]


async def test_a_record_without_its_lookup_field_is_refused_with_1003(marketo: MarketoService) -> None:
    [result] = await marketo.sync("leads", {"firstName": "A"})
    assert skipped_with(result) == "1003"


@pytest.mark.parametrize(("lookup", "code"), [("firstName", "1011"), ("nope", "1006")])
async def test_other_lookup_fields_are_refused(marketo: MarketoService, lookup: str, code: str) -> None:
    assert code_of(await marketo.post("leads", {"lookupField": lookup, "input": [{lookup: "A"}]})) == code


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"doNotCall": "maybe"}, "1001"),
        ({"leadScore": "many"}, "1001"),
        ({"leadScore": 1.5}, "1001"),
        ({"dateOfBirth": "yesterday"}, "1001"),
        ({"firstName": {"first": "A"}}, "1001"),
        ({"firstName": "x" * 256}, "1003"),
        ({"mktoPersonNotes": "é" * 15_001}, "1003"),
        ({"createdAt": "2026-01-01T00:00:00Z"}, "1003"),
        ({"priority": 1}, "1003"),
        ({"company": "Acme"}, "1021"),
        ({"annualRevenue": 5}, "1021"),
        ({"nope": "x"}, "1006"),
        ({"externalCompanyId": "unknown"}, "1003"),
        ({"externalSalesPersonId": "unknown"}, "718"),
    ],
)
async def test_a_value_that_cannot_be_is_refused(marketo: MarketoService, values: Json, code: str) -> None:
    [result] = await marketo.sync("leads", {"email": "a@b.co", **values})
    assert skipped_with(result) == code
    assert (await marketo.control("people", "GET"))["count"] == 0


@pytest.mark.parametrize(
    "email", ["é@b.co", "a@bücher.de", "a", "a@b", "a@b@c.de", "a b@c.de", "a@.de", "a..b@c.de", ".a@b.de", "a@b.co "]
)
async def test_an_email_that_is_malformed_or_not_ascii_is_refused_with_1003(
    marketo: MarketoService, email: str
) -> None:
    [result] = await marketo.sync("leads", {"email": email}, action="createOnly")
    assert skipped_with(result) == "1003"


@pytest.mark.parametrize("email", ["a+tag@b.co", "o'neil@b.co", "a.b_c-d@sub.b-c.museum"])
async def test_an_unusual_email_is_taken(marketo: MarketoService, email: str) -> None:
    assert await marketo.person(email=email)


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("doNotCall", "true", True),
        ("leadScore", "12", 12),
        ("postalCode", 4828, "4828"),
        ("dateOfBirth", "1990-02-03T00:00:00Z", "1990-02-03"),
        ("firstName", "x" * 255, "x" * 255),
    ],
)
async def test_a_value_is_kept_in_its_fields_type(marketo: MarketoService, name: str, given: Any, kept: Any) -> None:
    person = await marketo.person(email="a@b.co", **{name: given})
    assert (await marketo.get(f"lead/{person}", fields=name))["result"] == [{"id": person, name: kept}]


@pytest.mark.parametrize("nothing", [None, ""])
async def test_null_and_empty_text_both_clear(marketo: MarketoService, nothing: str | None) -> None:
    person = await marketo.person(email="a@b.co", firstName="A")
    await marketo.sync("leads", {"email": "a@b.co", "firstName": nothing})
    assert (await marketo.get(f"lead/{person}", fields="firstName"))["result"][0]["firstName"] is None


async def test_two_overlapping_upserts_of_one_key_make_two_people(marketo: MarketoService) -> None:
    marketo.around.weather.latency_ms = 50
    await asyncio.gather(*(marketo.sync("leads", {"email": "a@b.co"}) for _ in range(2)))
    assert (await marketo.control("people", "GET"))["count"] == 2


async def test_upserts_one_after_the_other_make_one_person(marketo: MarketoService) -> None:
    marketo.around.weather.latency_ms = 10
    for _ in range(2):
        await marketo.sync("leads", {"email": "a@b.co"}, {"email": "a@b.co"})
    assert (await marketo.control("people", "GET"))["count"] == 1


async def test_an_unknown_partition_is_refused_with_1008_and_a_move_with_1010(marketo: MarketoService) -> None:
    body = {"partitionName": "Mars", "input": [{"email": "a@b.co"}]}
    assert code_of(await marketo.post("leads", body)) == "1008"
    await marketo.person(email="a@b.co")
    [result] = await marketo.sync("leads", {"email": "a@b.co"}, partitionName="Europe")
    assert skipped_with(result) == "1010"


async def test_people_are_moved_between_partitions(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co")
    [result] = await marketo.sync("leads/partitions", {"id": person, "partitionName": "Europe"})
    assert result["status"] == "updated"
    assert [row["name"] for row in (await marketo.get("leads/partitions"))["result"]] == ["Default", "Europe"]


async def test_an_asynchronous_write_tells_no_outcomes(marketo: MarketoService) -> None:
    assert await marketo.sync("leads", {"email": "a@b.co"}, asyncProcessing=True) == []
    assert (await marketo.control("people", "GET"))["count"] == 1


async def test_six_fields_come_when_none_are_asked_for(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co")
    [shown] = (await marketo.get(f"lead/{person}"))["result"]
    assert set(shown) == {"id", "email", "updatedAt", "createdAt", "firstName", "lastName"}


async def test_a_person_who_is_not_there_is_refused_with_1004(marketo: MarketoService) -> None:
    assert code_of(await marketo.get("lead/7")) == "1004"


async def test_a_filter_that_finds_nobody_is_a_success(marketo: MarketoService) -> None:
    assert (await marketo.get("leads", filterType="email", filterValues="a@b.co"))["result"] == []


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"filterType": "firstName", "filterValues": "A"}, "1011"),
        ({"filterType": "nope", "filterValues": "A"}, "1006"),
        ({"filterType": "email"}, "1002"),
        ({"filterType": "id", "filterValues": "1", "fields": "nope"}, "1006"),
        ({"filterType": "id", "filterValues": ",".join(map(str, range(301)))}, "1003"),
        ({"filterType": "id", "filterValues": "1", "nextPageToken": "nonsense"}, "1003"),
    ],
)
async def test_a_query_that_cannot_be_is_refused(marketo: MarketoService, parameters: Json, code: str) -> None:
    assert code_of(await marketo.get("leads", **parameters)) == code


async def test_more_than_a_page_comes_with_a_token_for_the_next(marketo: MarketoService) -> None:
    for _ in range(3):
        await marketo.sync("leads", {"email": "a@b.co"}, action="createDuplicate")
    query = {"filterType": "email", "filterValues": "a@b.co", "batchSize": 2}
    first = await marketo.get("leads", **query)
    last = await marketo.get("leads", **query, nextPageToken=first["nextPageToken"])
    assert [row["id"] for row in first["result"] + last["result"]] == [1, 2, 3]
    assert "nextPageToken" not in last


async def test_more_than_a_thousand_matches_are_refused_with_1003(marketo: MarketoService) -> None:
    rows = [{"email": "a@b.co"}] * 1001
    await marketo.http.post("/sandbox/people", json=rows, params={"quiet": "1"})
    answer = await marketo.get("leads", filterType="email", filterValues="a@b.co")
    assert code_of(answer) == "1003"
    assert "Too many results" in answer["errors"][0]["message"]


async def test_people_are_found_by_a_custom_integer_field(marketo: MarketoService) -> None:
    await marketo.field("crmNumber", "integer")
    person = await marketo.person(email="a@b.co", crmNumber=42)
    assert (await marketo.get("leads", filterType="crmNumber", filterValues="42"))["result"][0]["id"] == person


async def test_a_deleted_person_is_gone_and_a_second_delete_is_refused_with_1004(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co")
    [deleted] = await marketo.sync("leads/delete", {"id": person})
    [again] = await marketo.sync("leads/delete", {"id": person})
    assert deleted == {"id": person, "status": "deleted"}
    assert skipped_with(again) == "1004"
    assert code_of(await marketo.get(f"lead/{person}")) == "1004"


async def test_in_a_merge_the_winners_value_wins_unless_it_is_empty(marketo: MarketoService) -> None:
    winner = await marketo.person(email="a@b.co", firstName="A")
    loser = await marketo.person(email="c@d.co", firstName="C", lastName="D")
    merged = await marketo.post(f"leads/{winner}/merge", leadId=loser)
    assert "result" not in merged
    [shown] = (await marketo.get(f"lead/{winner}", fields="email,firstName,lastName"))["result"]
    assert shown == {"id": winner, "email": "a@b.co", "firstName": "A", "lastName": "D"}
    assert code_of(await marketo.get(f"lead/{loser}")) == "1004"


async def test_more_than_25_losers_are_refused_with_1080(marketo: MarketoService) -> None:
    winner = await marketo.person(email="a@b.co")
    assert code_of(await marketo.post(f"leads/{winner}/merge", leadIds=",".join(map(str, range(2, 28))))) == "1080"


async def test_an_address_that_unsubscribed_stays_so_when_its_person_comes_back(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co", unsubscribed=True)
    await marketo.sync("leads/delete", {"id": person})
    back = await marketo.person(email="A@b.co", unsubscribed=False)
    assert (await marketo.get(f"lead/{back}", fields="unsubscribed"))["result"][0]["unsubscribed"] is True


async def test_an_address_taken_over_brings_its_unsubscription_along(marketo: MarketoService) -> None:
    await marketo.person(email="a@b.co", unsubscribed=True)
    other = await marketo.person(email="c@d.co")
    await marketo.sync("leads", {"id": other, "email": "a@b.co"}, action="updateOnly", lookupField="id")
    assert (await marketo.get(f"lead/{other}", fields="unsubscribed"))["result"][0]["unsubscribed"] is True


async def test_an_explicit_opt_in_of_a_living_person_ends_the_unsubscription(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co", unsubscribed=True)
    await marketo.sync("leads", {"email": "a@b.co", "unsubscribed": False})
    await marketo.sync("leads/delete", {"id": person})
    back = await marketo.person(email="a@b.co")
    assert (await marketo.get(f"lead/{back}", fields="unsubscribed"))["result"][0]["unsubscribed"] is False


async def test_a_blocked_field_keeps_its_value_though_the_update_is_answered_as_done(marketo: MarketoService) -> None:
    await marketo.control("blocked", body={"fields": ["title"]})
    person = await marketo.person(email="a@b.co", title="Clerk")
    [result] = await marketo.sync("leads", {"email": "a@b.co", "title": "Head", "city": "Pune"})
    (found,) = (await marketo.control("people", "GET"))["rows"]
    assert result == {"id": person, "status": "updated"}
    assert (found["title"], found["city"]) == ("Clerk", "Pune")
