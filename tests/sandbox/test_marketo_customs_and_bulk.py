"""Custom objects, static lists, and files in and out of the Marketo stand-in."""

import httpx

from tests.sandbox.marketo_service import Json, MarketoService, code_of, marketo, skipped_with

__all__ = ["marketo"]

FIELDS: list[Json] = [
    {"name": "vin", "displayName": "VIN", "dataType": "string", "isDedupeField": True},
    {"name": "owner", "displayName": "Owner", "dataType": "link", "relatedTo": {"name": "Lead", "field": "id"}},
    {"name": "year", "displayName": "Year", "dataType": "integer"},
]


async def cars(marketo: MarketoService) -> None:
    await marketo.post("customobjects/schema", {"apiName": "car", "displayName": "Car"})
    await marketo.sync("customobjects/schema/car/addField", *FIELDS)
    assert (await marketo.post("customobjects/schema/car/approve"))["success"]


async def test_a_custom_object_is_drafted_approved_and_filled(marketo: MarketoService) -> None:
    await cars(marketo)
    [created] = await marketo.sync("customobjects/car", {"vin": "v1", "year": 2003})
    [wrong] = await marketo.sync("customobjects/car", {"vin": "v2", "year": "old"})
    assert (created["status"], skipped_with(wrong)) == ("created", "1001")
    [row] = (await marketo.get("customobjects/car", filterType="vin", filterValues="v1", fields="year"))["result"]
    assert row["year"] == 2003
    assert (await marketo.sync("customobjects/car/delete", {"vin": "v1"}))[0]["status"] == "deleted"


async def test_a_draft_holds_no_records_yet(marketo: MarketoService) -> None:
    await marketo.post("customobjects/schema", {"apiName": "car", "displayName": "Car"})
    assert code_of(await marketo.post("customobjects/car", {"input": [{"vin": "v1"}]})) == "1013"
    assert code_of(await marketo.post("customobjects/schema/car/approve")) == "1003"


async def added(marketo: MarketoService, name: str, *fields: Json) -> Json:
    await marketo.post("customobjects/schema", {"apiName": name, "displayName": name})
    return await marketo.post(f"customobjects/schema/{name}/addField", {"input": list(fields)})


async def test_a_type_may_link_to_one_that_is_approved_and_has_no_link_itself(marketo: MarketoService) -> None:
    key = {"name": "key", "displayName": "Key", "dataType": "string", "isDedupeField": True}
    related = {"name": "course", "field": "key"}
    to_course = {"name": "course", "displayName": "Course", "dataType": "link", "relatedTo": related}
    await added(marketo, "course", key)
    assert code_of(await added(marketo, "early", key, to_course)) == "1003"
    await marketo.post("customobjects/schema/course/approve")
    assert (await added(marketo, "enrolment", key, to_course))["success"]
    await cars(marketo)
    to_car = {**to_course, "relatedTo": {"name": "car", "field": "vin"}}
    assert code_of(await added(marketo, "wheel", key, to_car)) == "1003"


async def test_an_approved_type_gets_no_new_link(marketo: MarketoService) -> None:
    await cars(marketo)
    link = {"name": "buyer", "displayName": "Buyer", "dataType": "link", "relatedTo": {"name": "Lead", "field": "id"}}
    assert code_of(await added(marketo, "car", link)) == "1003"
    assert (await added(marketo, "car", {"name": "color", "displayName": "Color", "dataType": "string"}))["success"]


async def test_a_type_has_at_most_fifty_fields_and_an_instance_ten_types(marketo: MarketoService) -> None:
    many = [{"name": f"f{n}", "displayName": f"F {n}", "dataType": "string"} for n in range(51)]
    assert code_of(await added(marketo, "wide", *many)) == "1028"
    replies = [await marketo.post("customobjects/schema", {"apiName": f"t{n}", "displayName": "T"}) for n in range(10)]
    assert [reply["success"] for reply in replies] == [True] * 9 + [False]


async def test_a_record_without_its_dedupe_field_is_skipped(marketo: MarketoService) -> None:
    await cars(marketo)
    [result] = await marketo.sync("customobjects/car", {"year": 2003})
    assert result["reasons"][0]["message"] == "missing.dedupe.fields"


async def test_a_subscription_without_custom_objects_refuses_all_about_them(marketo: MarketoService) -> None:
    await cars(marketo)
    await marketo.control("custom-objects", body={"on": False})
    replies = [await marketo.get(path) for path in ("customobjects", "customobjects/car/describe")]
    replies.append(await marketo.post("customobjects/schema", {"apiName": "b", "displayName": "B"}))
    assert [code_of(reply) for reply in replies] == ["1026"] * 3


async def test_the_list_tells_the_relation_under_related_to_and_describe_under_object(marketo: MarketoService) -> None:
    await cars(marketo)
    [listed] = (await marketo.get("customobjects"))["result"]
    [described] = (await marketo.get("customobjects/car/describe"))["result"]
    assert listed["relationships"][0]["relatedTo"] == {"name": "Lead", "field": "id"}
    assert described["relationships"][0]["object"] == {"name": "Lead", "field": "id"}
    assert described["dedupeFields"] == ["vin"]


async def test_people_are_put_on_a_list_and_taken_off(marketo: MarketoService) -> None:
    person = await marketo.person(email="a@b.co")
    await marketo.control("lists/5", body={"ids": []})
    assert (await marketo.sync("lists/5/leads", {"id": person}))[0]["status"] == "added"
    assert [row["id"] for row in (await marketo.get("list/5/leads"))["result"]] == [person]
    removed = await marketo.http.request("DELETE", "/rest/v1/lists/5/leads.json", json={"input": [{"id": person}]})
    assert removed.json()["result"][0]["status"] == "removed"
    assert code_of(await marketo.get("list/6/leads")) == "1013"


async def imported(marketo: MarketoService, text: str) -> Json:
    upload = {"file": ("people.csv", text.encode(), "text/csv")}
    queued = await marketo.http.post("/bulk/v1/leads.json", params={"format": "csv"}, files=upload)
    [job] = queued.json()["result"]
    assert job["status"] == "Queued"
    status = await marketo.http.get(f"/bulk/v1/leads/batch/{job['batchId']}.json")
    return dict(status.json()["result"][0])


async def failures(marketo: MarketoService, job: Json) -> httpx.Response:
    return await marketo.http.get(f"/bulk/v1/leads/batch/{job['batchId']}/failures.json")


async def test_a_file_of_people_is_imported_and_tells_how_many(marketo: MarketoService) -> None:
    job = await imported(marketo, "email,firstName\na@b.co,A\nc@d.co,C\n")
    assert (job["status"], job["numOfLeadsProcessed"], job["numOfRowsFailed"]) == ("Complete", 2, 0)
    assert (await failures(marketo, job)).status_code == 404


async def test_failed_rows_come_back_with_their_reason_in_a_last_column(marketo: MarketoService) -> None:
    job = await imported(marketo, "email,firstName\nnonsense,A\nc@d.co,C\n")
    lines = (await failures(marketo, job)).text.splitlines()
    assert lines[0] == "email,firstName,Import Failure Reason"
    assert lines[1].startswith("nonsense,A,")


async def test_a_row_with_a_value_that_is_none_of_its_field_is_imported_without_it_and_warned_of(
    marketo: MarketoService,
) -> None:
    job = await imported(marketo, "email,leadScore\na@b.co,lots\nc@d.co,7\n")
    assert (job["numOfLeadsProcessed"], job["numOfRowsFailed"], job["numOfRowsWithWarning"]) == (2, 0, 1)
    warnings = await marketo.http.get(f"/bulk/v1/leads/batch/{job['batchId']}/warnings.json")
    assert warnings.text.splitlines()[1].startswith("a@b.co,lots,")


async def bulk(marketo: MarketoService, path: str, body: Json | None = None) -> Json:
    method = "POST" if body is not None or path.endswith("enqueue.json") else "GET"
    return dict((await marketo.http.request(method, f"/bulk/v1/{path}", json=body)).json())


async def test_an_export_is_created_enqueued_and_fetched(marketo: MarketoService) -> None:
    marketo.clock_at("2026-11-23T10:00:00+00:00")
    await marketo.control("people", body=[{"email": "a@b.co"}])
    window = {"createdAt": {"startAt": "2026-11-01T00:00:00Z", "endAt": "2026-11-30T00:00:00Z"}}
    marketo.around.clock.real()
    created = await bulk(marketo, "leads/export/create.json", {"fields": ["email", "city"], "filter": window})
    export = created["result"][0]["exportId"]
    assert (await bulk(marketo, f"leads/export/{export}/enqueue.json"))["result"][0]["status"] == "Queued"
    assert (await bulk(marketo, f"leads/export/{export}/status.json"))["result"][0]["numberOfRecords"] == 1
    file = await marketo.http.get(f"/bulk/v1/leads/export/{export}/file.json")
    assert file.text.splitlines() == ["email,city", "a@b.co,null"]


async def test_a_window_of_more_than_31_days_is_refused_and_so_is_another_filter(marketo: MarketoService) -> None:
    long = {"createdAt": {"startAt": "2026-10-01T00:00:00Z", "endAt": "2026-11-30T00:00:00Z"}}
    answers = [
        await bulk(marketo, "activities/export/create.json", {"filter": chosen})
        for chosen in (long, {"smartListId": 1})
    ]
    assert [code_of(answer) for answer in answers] == ["1003", "1035"]
