"""How calls may be put to the Marketo stand-in, and how it answers whole calls, by raw HTTP."""

import json
from collections.abc import AsyncIterator

from tests.sandbox.marketo_service import MarketoService, code_of, marketo

__all__ = ["marketo"]

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_an_answer_has_a_request_id_and_its_success(marketo: MarketoService) -> None:
    answer = await marketo.get("leads/partitions")
    assert answer["success"] is True
    assert "#" in answer["requestId"]


async def test_a_refusal_is_http_200_with_a_code_that_is_text(marketo: MarketoService) -> None:
    response = await marketo.http.get("/rest/v1/leads.json")
    assert response.status_code == 200
    assert response.json()["errors"] == [
        {"code": "1002", "message": "Missing value for the required parameter 'filterType'"}
    ]


async def test_an_unknown_address_is_refused_with_610(marketo: MarketoService) -> None:
    assert code_of(await marketo.get("leeds")) == "610"


async def test_a_method_that_is_not_taken_is_refused_with_605(marketo: MarketoService) -> None:
    assert code_of(await marketo.post("leads/describe", {})) == "605"


async def test_a_body_that_is_not_json_is_refused_with_609(marketo: MarketoService) -> None:
    headers = {"Content-Type": "application/json"}
    response = await marketo.http.post("/rest/v1/leads.json", content=b"{", headers=headers)
    assert code_of(response.json()) == "609"


async def test_a_write_without_a_body_is_refused_with_609(marketo: MarketoService) -> None:
    assert code_of(await marketo.post("leads")) == "609"


async def test_another_content_type_is_refused_with_612(marketo: MarketoService) -> None:
    headers = {"Content-Type": "text/plain"}
    response = await marketo.http.post("/rest/v1/leads.json", content=b"{}", headers=headers)
    assert code_of(response.json()) == "612"


async def test_a_long_query_travels_as_a_form_with_method_get_in_the_address(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co")
    form = f"filterType=id&filterValues={person}"
    response = await marketo.http.post("/rest/v1/leads.json?_method=GET", content=form, headers=FORM)
    assert response.json()["result"][0]["email"] == "a@b.co"


async def test_some_clients_put_method_get_into_the_form(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co")
    form = {"_method": "GET", "filterType": "id", "filterValues": str(person)}
    response = await marketo.http.post("/rest/v1/leads.json", data=form)
    assert response.json()["result"][0]["id"] == person


async def test_an_address_above_8_kb_is_http_414(marketo: MarketoService) -> None:
    response = await marketo.http.get("/rest/v1/leads.json", params={"filterValues": "9" * 8200})
    assert response.status_code == 414


async def test_a_body_above_1_mb_is_http_413(marketo: MarketoService) -> None:
    body = json.dumps({"input": [{"mktoPersonNotes": "x" * 1_100_000}]})
    response = await marketo.http.post("/rest/v1/leads.json", content=body)
    assert response.status_code == 413


async def test_a_chunked_body_above_1_mb_is_http_413_too(marketo: MarketoService) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * 100_000

    response = await marketo.http.post("/rest/v1/leads.json", content=body())
    assert response.status_code == 413


async def test_301_records_are_refused_with_1003(marketo: MarketoService) -> None:
    records = [{"email": f"a{n}@b.co"} for n in range(301)]
    assert code_of(await marketo.post("leads", {"input": records})) == "1003"
    assert (await marketo.control("people", "GET"))["count"] == 0


async def test_large_answers_come_gzipped_when_asked_for(marketo: MarketoService) -> None:
    packed = await marketo.http.get("/rest/v1/leads/describe.json", headers={"Accept-Encoding": "gzip"})
    plain = await marketo.http.get("/rest/v1/leads/describe.json", headers={"Accept-Encoding": "identity"})
    small = await marketo.http.get("/rest/v1/leads/partitions.json", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in small.headers


async def test_the_service_counts_what_it_was_asked(marketo: MarketoService) -> None:
    await marketo.person(email="a@b.co")
    await marketo.get("leeds")
    counted = await marketo.control("calls", "GET")
    assert counted["by_kind"]["leads.write"] == 1
    assert counted["refused"] == {"610": 1}


async def test_programs_are_an_empty_answer_with_a_warning(marketo: MarketoService) -> None:
    answer = (await marketo.http.get("/rest/asset/v1/programs.json")).json()
    assert answer["success"]
    assert answer["warnings"] == ["No assets found for the given search criteria."]


async def test_over_one_record_a_whole_call_is_refused_and_nothing_of_it_done(marketo: MarketoService) -> None:
    await marketo.control("breaking", body={"field": "title", "value": "Spy", "code": "611", "message": "System error"})
    rows = [{"email": "a@b.co"}, {"email": "c@d.co", "title": "Spy"}]
    assert code_of(await marketo.post("leads", {"input": rows})) == "611"
    assert (await marketo.control("people", "GET"))["count"] == 0
    await marketo.control("breaking", body={})
    assert len(await marketo.sync("leads", *rows)) == 2
