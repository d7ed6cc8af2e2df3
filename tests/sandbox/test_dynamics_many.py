"""$batch and the *Multiple messages of the Dynamics stand-in, by raw HTTP."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.sandbox.dynamics_service import API, DynamicsService, Json, dynamics, said

FREE = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DynamicsService]:
    async with dynamics(tmp_path) as running:
        yield running


def request(method: str, address: str, body: Json | None = None, content_id: int | None = None, **headers: str) -> str:
    """One operation as a part of a batch, without its boundary."""
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    lines += [f"Content-ID: {content_id}"] if content_id is not None else []
    lines += ["", f"{method} {address} HTTP/1.1", "Content-Type: application/json; type=entry"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", json.dumps(body) if body is not None else ""]) + "\r\n"


def change_set(*parts: str) -> str:
    inner = "".join(f"--changeset_1\r\n{part}" for part in parts) + "--changeset_1--\r\n"
    return f'Content-Type: multipart/mixed; boundary="changeset_1"\r\n\r\n{inner}'


async def batch(service: DynamicsService, *parts: str, prefer: str = "") -> httpx.Response:
    body = "".join(f"--batch_1\r\n{part}" for part in parts) + "--batch_1--\r\n"
    headers = {"Content-Type": 'multipart/mixed; boundary="batch_1"', "Prefer": prefer}
    return await service.http.post(API + "$batch", content=body, headers=service.headers | headers)


def statuses(response: httpx.Response) -> list[int]:
    return [int(status) for status in re.findall(r"^HTTP/1\.1 (\d+)", response.text, re.MULTILINE)]


def create(lastname: str, **more: str) -> str:
    return request("POST", "/api/data/v9.2/leads", {"lastname": lastname, **more})


BAD = request("POST", "leads", {"mobilephone": "1" * 21})


async def test_operations_are_done_and_answered_in_order(service: DynamicsService) -> None:
    lead = await service.lead()
    response = await batch(
        service,
        create("A"),
        request("PATCH", f"{service.url}/api/data/v9.2/leads({lead})", {"firstname": "Ada"}, If_Match="*"),
        request("GET", f"leads({lead})?$select=firstname"),
        request("DELETE", f"/api/data/v9.2/leads({lead})"),
    )
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("multipart/mixed; boundary=batchresponse_")
    assert statuses(response) == [204, 204, 200, 204]
    assert '"firstname":"Ada"' in response.text


async def test_the_first_failure_stops_a_batch_with_400_and_what_came_before_stays(service: DynamicsService) -> None:
    response = await batch(service, create("A"), BAD, create("B"))
    assert response.status_code == 400
    assert statuses(response) == [204, 400]
    assert "0x80044331" in response.text
    assert len(await service.ids("leads")) == 1


async def test_continue_on_error_gives_each_operation_its_own_status_under_200(service: DynamicsService) -> None:
    response = await batch(service, create("A"), BAD, create("B"), prefer="odata.continue-on-error")
    assert response.status_code == 200
    assert statuses(response) == [204, 400, 204]
    assert len(await service.ids("leads")) == 2


async def test_each_part_has_its_own_headers(service: DynamicsService) -> None:
    missing = request("PATCH", f"leads({FREE})", {"lastname": "A"}, If_Match="*")
    shown = request("POST", "leads?$select=lastname", {"lastname": "B"}, Prefer="return=representation")
    response = await batch(service, missing, shown, prefer="odata.continue-on-error")
    assert statuses(response) == [404, 201]


async def test_a_change_set_is_done_as_a_whole(service: DynamicsService) -> None:
    parts = [request("POST", "leads", {"lastname": name}, content_id=at) for at, name in enumerate("AB", 1)]
    response = await batch(service, change_set(*parts))
    assert statuses(response) == [204, 204]
    assert "changesetresponse_" in response.text
    assert re.findall(r"Content-ID: (\d)", response.text) == ["1", "2"]


async def test_a_failed_change_set_undoes_everything_and_answers_with_one_part(service: DynamicsService) -> None:
    lead = await service.lead(firstname="Ada")
    link = await service.started_tracking()
    parts = [
        request("POST", "leads", {"lastname": "A"}, content_id=1),
        request("PATCH", f"leads({lead})", {"firstname": "B"}, content_id=2),
        request("DELETE", f"leads({lead})", content_id=3),
        request("POST", "leads", {"mobilephone": "1" * 21}, content_id=4),
    ]
    response = await batch(service, change_set(*parts))
    assert (response.status_code, statuses(response)) == (400, [400])
    assert await service.ids("leads") == [lead]
    assert (await service.row("leads", lead))["firstname"] == "Ada"
    assert (await service.get(link))["value"] == []


async def test_a_content_id_refers_to_a_row_made_before(service: DynamicsService) -> None:
    parts = [
        request("POST", "accounts", {"name": "Acme"}, content_id=1),
        request("POST", "leads", {"lastname": "A", "parentaccountid@odata.bind": "$1"}, content_id=2),
        request("PATCH", "$2", {"firstname": "Ada"}, content_id=3),
    ]
    assert statuses(await batch(service, change_set(*parts))) == [204, 204, 204]
    (account,), (lead,) = await service.ids("accounts"), await service.ids("leads")
    row = await service.row("leads", lead)
    assert (row["_parentaccountid_value"], row["firstname"]) == (account, "Ada")


async def test_a_content_id_that_was_never_declared_is_refused(service: DynamicsService) -> None:
    response = await batch(service, change_set(request("PATCH", "$1", {"firstname": "A"}, content_id=2)))
    assert response.status_code == 400
    assert "Content-ID Reference: '$1' does not exist in the batch context." in response.text


async def test_a_change_set_holds_no_reads(service: DynamicsService) -> None:
    assert (await batch(service, change_set(request("GET", "leads", content_id=1)))).status_code == 400


async def test_a_change_set_needs_content_ids(service: DynamicsService) -> None:
    assert (await batch(service, change_set(create("A")))).status_code == 400


async def test_a_thousand_operations_are_taken_and_one_more_is_not(service: DynamicsService) -> None:
    assert len(statuses(await batch(service, *[create("A")] * 1000))) == 1000
    assert (await batch(service, *[create("A")] * 1001)).status_code == 400
    assert len(await service.ids("leads")) == 1000


async def test_a_batch_in_another_content_type_is_refused(service: DynamicsService) -> None:
    assert (await service.call("POST", "$batch", {})).status_code == 400


def targets(*rows: Json) -> Json:
    return {"Targets": [{"@odata.type": "Microsoft.Dynamics.CRM.lead", **row} for row in rows]}


async def test_create_multiple_gives_the_ids_in_the_order_of_the_input(service: DynamicsService) -> None:
    body = targets({"lastname": "A", "leadid": FREE}, {"lastname": "B"})
    response = await service.call("POST", "leads/Microsoft.Dynamics.CRM.CreateMultiple", body)
    assert response.status_code == 200
    assert response.json()["Ids"] == await service.ids("leads")
    assert response.json()["Ids"][0] == FREE


async def test_one_bad_row_undoes_a_create_multiple(service: DynamicsService) -> None:
    body = targets({"lastname": "A"}, {"mobilephone": "1" * 21})
    response = await service.call("POST", "leads/Microsoft.Dynamics.CRM.CreateMultiple", body)
    assert said(response) == (400, "0x80044331")
    assert await service.ids("leads") == []


async def test_update_multiple_answers_204_and_undoes_all_when_a_row_is_missing(service: DynamicsService) -> None:
    lead = await service.lead()
    address = "leads/Microsoft.Dynamics.CRM.UpdateMultiple"
    missing = targets({"leadid": lead, "firstname": "A"}, {"leadid": FREE, "firstname": "B"})
    assert said(await service.call("POST", address, missing)) == (404, "0x80040217")
    assert "firstname" not in await service.row("leads", lead)
    good = targets({"leadid": lead, "firstname": "A"})
    assert (await service.call("POST", address, good)).status_code == 204
    assert (await service.row("leads", lead))["firstname"] == "A"


async def test_upsert_multiple_goes_by_key_and_tells_nothing(service: DynamicsService) -> None:
    await service.lead(new_marketoid=1)
    body = targets(
        {"@odata.id": "leads(new_marketoid=1)", "firstname": "A"},
        {"@odata.id": "leads(new_marketoid=2)", "firstname": "B"},
    )
    response = await service.call("POST", "leads/Microsoft.Dynamics.CRM.UpsertMultiple", body)
    assert (response.status_code, response.text) == (204, "")
    rows = (await service.get("leads?$select=firstname,new_marketoid"))["value"]
    assert [(row["firstname"], row["new_marketoid"]) for row in rows] == [("A", 1), ("B", 2)]


async def test_targets_must_name_their_type(service: DynamicsService) -> None:
    body = {"Targets": [{"lastname": "A"}]}
    response = await service.call("POST", "leads/Microsoft.Dynamics.CRM.CreateMultiple", body)
    assert response.status_code == 400


async def test_delete_multiple_is_for_elastic_tables_only(service: DynamicsService) -> None:
    response = await service.call("POST", "leads/Microsoft.Dynamics.CRM.DeleteMultiple", targets({"leadid": FREE}))
    assert response.json()["error"]["message"] == "DeleteMultiple has not yet been implemented."
