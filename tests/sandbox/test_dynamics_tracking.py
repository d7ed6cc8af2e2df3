"""Change tracking of the Dynamics stand-in, by raw HTTP."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.sandbox.dynamics_service import DynamicsService, dynamics, said

TRACK = "odata.track-changes"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DynamicsService]:
    async with dynamics(tmp_path) as running:
        yield running


async def test_the_first_read_gives_all_rows_and_a_delta_link_on_the_last_page_only(service: DynamicsService) -> None:
    await service.add("leads", *({"lastname": name} for name in "ABC"))
    preference = f"{TRACK},odata.maxpagesize=2"
    response = await service.call("GET", "leads?$select=lastname", Prefer=preference)
    assert response.headers["Preference-Applied"] == preference
    first = response.json()
    assert "@odata.deltaLink" not in first
    last = await service.get(first["@odata.nextLink"], Prefer=preference)
    assert [row["lastname"] for row in first["value"] + last["value"]] == ["A", "B", "C"]
    assert "@odata.nextLink" not in last


async def test_a_delta_link_holds_the_select_and_a_token_of_version_and_time(service: DynamicsService) -> None:
    link = await service.started_tracking(select="lastname,firstname")
    assert "$select=lastname,firstname&$deltatoken=" in link
    assert re.search(r"\$deltatoken=\d+!\d\d/\d\d/\d{4} \d\d:\d\d:\d\d$", unquote(link))
    assert re.search(r"deltatoken=\d+%21\d\d%2f\d\d%2f", link)


async def test_a_delta_without_changes_is_empty_and_has_a_new_link(service: DynamicsService) -> None:
    answer = await service.get(await service.started_tracking())
    assert answer["value"] == []
    assert "@odata.deltaLink" in answer
    assert answer["@odata.context"].endswith("$metadata#leads(lastname)/$delta")


async def test_a_changed_row_comes_once_and_whole_in_its_select(service: DynamicsService) -> None:
    lead = await service.lead(firstname="Ada")
    link = await service.started_tracking(select="lastname,firstname,jobtitle")
    await service.call("PATCH", f"leads({lead})", {"firstname": "A"})
    await service.call("PATCH", f"leads({lead})", {"firstname": "B"})
    (row,) = (await service.get(link))["value"]
    assert row.pop("@odata.etag").startswith('W/"')
    assert row == {"lastname": "Lovelace", "firstname": "B", "jobtitle": None, "leadid": lead}


async def test_the_same_value_written_again_is_in_the_delta(service: DynamicsService) -> None:
    lead = await service.lead(firstname="Ada")
    link = await service.started_tracking()
    await service.call("PATCH", f"leads({lead})", {"firstname": "Ada"})
    assert len((await service.get(link))["value"]) == 1


async def test_a_deleted_row_is_an_id_and_a_reason_and_nothing_else(service: DynamicsService) -> None:
    lead = await service.lead()
    link = await service.started_tracking()
    await service.call("DELETE", f"leads({lead})")
    (gone,) = (await service.get(link))["value"]
    context = f"{service.url}/api/data/v9.2/$metadata#leads/$deletedEntity"
    assert gone == {"@odata.context": context, "id": lead, "reason": "deleted"}


async def test_updates_come_by_version_and_before_deletes(service: DynamicsService) -> None:
    a, b, c = await service.add("leads", *({"lastname": name} for name in "ABC"))
    link = await service.started_tracking()
    await service.call("DELETE", f"leads({a})")
    await service.call("PATCH", f"leads({c})", {"firstname": "x"})
    await service.call("PATCH", f"leads({b})", {"firstname": "x"})
    value = (await service.get(link))["value"]
    assert [item.get("leadid") or item["id"] for item in value] == [c, b, a]


async def test_created_and_deleted_between_polls_is_only_a_delete(service: DynamicsService) -> None:
    link = await service.started_tracking()
    lead = await service.lead()
    await service.call("DELETE", f"leads({lead})")
    value = (await service.get(link))["value"]
    assert [(item["id"], item["reason"]) for item in value] == [(lead, "deleted")]


async def test_deleted_and_created_again_is_only_an_update(service: DynamicsService) -> None:
    lead = await service.lead()
    link = await service.started_tracking()
    await service.call("DELETE", f"leads({lead})")
    await service.call("PATCH", f"leads({lead})", {"lastname": "Again"})
    assert [row["lastname"] for row in (await service.get(link))["value"]] == ["Again"]


async def test_the_first_read_reports_no_deletes(service: DynamicsService) -> None:
    lead = await service.lead()
    await service.call("DELETE", f"leads({lead})")
    assert (await service.get("leads?$select=lastname", Prefer=TRACK))["value"] == []


async def test_a_long_delta_comes_in_pages_updates_and_deletes_each_once(service: DynamicsService) -> None:
    ids = await service.add("leads", *({"lastname": str(number)} for number in range(7)))
    link: str | None = await service.started_tracking()
    for lead in ids[:4]:
        await service.call("PATCH", f"leads({lead})", {"firstname": "x"})
    for lead in ids[4:]:
        await service.call("DELETE", f"leads({lead})")
    told, pages = [], 0
    while link:
        answer = await service.get(link, Prefer="odata.maxpagesize=2")
        told += [item.get("leadid") or item["id"] for item in answer["value"]]
        pages, link = pages + 1, answer.get("@odata.nextLink")
    assert (told, pages) == (ids, 4)
    assert (await service.get(answer["@odata.deltaLink"]))["value"] == []


async def test_what_changes_while_a_delta_is_paged_comes_in_the_next_one(service: DynamicsService) -> None:
    ids = await service.add("leads", *({"lastname": name} for name in "ABC"))
    first = await service.get(
        "leads?$select=lastname", Prefer=f"{TRACK},odata.maxpagesize=2"
    )  # the token is of the moment this page was read
    await service.call("PATCH", f"leads({ids[0]})", {"firstname": "x"})
    last = await service.get(first["@odata.nextLink"], Prefer=f"{TRACK},odata.maxpagesize=2")
    assert [row["leadid"] for row in (await service.get(last["@odata.deltaLink"]))["value"]] == [ids[0]]


async def test_the_pending_changes_of_a_token_can_be_counted(service: DynamicsService) -> None:
    link = await service.started_tracking()
    await service.lead()
    token = link.split("$deltatoken=")[1]
    assert (await service.call("GET", f"leads/$count?$deltatoken={token}")).text == "1"


@pytest.mark.parametrize(
    ("option", "value"),
    [("$filter", "lastname eq 'A'"), ("$orderby", "lastname"), ("$expand", "ownerid"), ("$top", "5")],
)
async def test_tracking_refuses_what_it_does_not_go_with(service: DynamicsService, option: str, value: str) -> None:
    response = await service.call("GET", f"leads?{option}={value}", Prefer=TRACK)
    assert response.status_code == 400
    sentence = f'The "{option}" query parameter isn\'t supported when Change Tracking is enabled.'
    assert response.json()["error"]["message"] == sentence


async def test_a_token_expires_after_seven_days_by_the_clock(service: DynamicsService) -> None:
    link = await service.started_tracking()
    service.around.clock.set(service.around.clock.now() + timedelta(days=7, minutes=1))
    await service.sign_in()
    response = await service.call("GET", link)
    assert said(response) == (400, "0x80044352")
    assert response.json()["error"]["message"].startswith("Version stamp associated with the client has expired.")


async def test_how_long_a_token_lives_is_a_setting_of_the_organization(service: DynamicsService) -> None:
    (organization,) = (await service.get("organizations?$select=expirechangetrackingindays"))["value"]
    assert organization["expirechangetrackingindays"] == 7
    address = f"organizations({organization['organizationid']})"
    assert (await service.call("PATCH", address, {"expirechangetrackingindays": 30})).status_code == 204
    link = await service.started_tracking()
    service.around.clock.set(service.around.clock.now() + timedelta(days=20))
    await service.sign_in()
    assert (await service.call("GET", link)).status_code == 200


async def test_tokens_can_be_made_to_expire_and_a_new_start_works(service: DynamicsService) -> None:
    link = await service.started_tracking()
    await service.control("delta/expire")
    assert said(await service.call("GET", link)) == (400, "0x80044352")
    assert (await service.get(await service.started_tracking()))["value"] == []


async def test_a_new_column_ends_the_tokens_of_its_table(service: DynamicsService) -> None:
    leads, accounts = await service.started_tracking(), await service.started_tracking("accounts", "name")
    column = {"@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata", "SchemaName": "new_Tier", "MaxLength": 9}
    address = "EntityDefinitions(LogicalName='lead')/Attributes"
    assert (await service.call("POST", address, column)).status_code == 204
    assert said(await service.call("GET", leads)) == (400, "0x80044352")
    assert (await service.call("GET", accounts)).status_code == 200


async def test_a_table_without_tracking_says_so(service: DynamicsService) -> None:
    await service.control("tracking", table="lead", enabled=False)
    assert said(await service.call("GET", "leads", Prefer=TRACK)) == (400, "0x80072491")
    answer = await service.get("EntityDefinitions(LogicalName='lead')?$select=ChangeTrackingEnabled")
    assert answer["ChangeTrackingEnabled"] is False


async def test_a_malformed_token_is_400(service: DynamicsService) -> None:
    assert (await service.call("GET", "leads?$deltatoken=nonsense")).status_code == 400


async def test_the_log_behind_deltas_does_not_grow_without_end(service: DynamicsService) -> None:
    store = service.organization.store
    lead = await service.lead()
    link = await service.started_tracking()
    for number in range(25_000):
        store.update(store.sets["leads"], lead, {"new_visits": number})
    assert len(store.sets["leads"].log_ids) < 11_000
    assert len((await service.get(link))["value"]) == 1
