"""Somebody else's client, marketorestpython, works on the stand-in unchanged but for its address.

It holds itself to five calls a second, so each test makes few.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from marketorestpython.client import MarketoClient

from tests.sandbox.marketo_service import LONG_AGO, running_in_a_thread


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with running_in_a_thread() as url:
        client = MarketoClient("123-ABC-456", "demo", "demo")
        client.host = url
        yield client


def test_people_are_written_read_merged_and_deleted(client: Any) -> None:
    people = [{"email": f"{name}@b.co", "firstName": name} for name in ("ann", "bob", "cid")]
    ann, bob, cid = (row["id"] for row in client.execute("create_update_leads", people, lookupField="email"))
    found = client.execute("get_multiple_leads_by_filter_type", "email", ["ann@b.co", "bob@b.co"], batchSize=1)
    assert [row["id"] for row in found] == [ann, bob]
    assert client.execute("merge_lead", ann, [bob]) is True
    assert client.execute("delete_lead", [cid])[0]["status"] == "deleted"
    assert client.execute("get_lead_by_id", ann, fields="email")[0]["email"] == "ann@b.co"
    assert [row["leadId"] for row in client.execute("get_deleted_leads", sinceDatetime=LONG_AGO)] == [cid]


def test_activities_and_changes_are_read_up_to_a_date(client: Any) -> None:
    for name in ("dan", "don"):
        client.execute("create_update_leads", [{"email": "dan@b.co", "firstName": name}])
    until = {"sinceDatetime": LONG_AGO, "untilDatetime": "2100-01-01"}
    assert client.execute("get_lead_activities", ["12", "13"], **until)
    changes = client.execute("get_lead_changes", ["firstName"], **until)
    assert changes[-1]["fields"][0]["newValue"] == "don"
    assert client.execute("get_activity_types")[0]["id"] == 1


def test_companies_and_sales_persons(client: Any) -> None:
    company = {"externalCompanyId": "c1", "company": "Acme"}
    assert client.execute("create_update_companies", [company])[0]["status"] == "created"
    assert client.execute("get_companies", "externalCompanyId", ["c1"], fields="company")[0]["company"] == "Acme"
    assert client.execute("delete_companies", [{"externalCompanyId": "c1"}])[0]["status"] == "deleted"
    seller = {"externalSalesPersonId": "s1", "email": "s@b.co"}
    assert client.execute("create_update_sales_persons", [seller])[0]["status"] == "created"
    assert client.execute("get_sales_persons", "externalSalesPersonId", ["s1"])[0]["seq"] == 0
    assert client.execute("delete_sales_persons", [{"externalSalesPersonId": "s1"}])[0]["status"] == "deleted"


def test_opportunities_and_roles(client: Any) -> None:
    [lead] = client.execute("create_update_leads", [{"email": "eve@b.co"}])
    client.execute("create_update_opportunities", [{"externalOpportunityId": "o1", "name": "Deal"}])
    assert client.execute("get_opportunities", "externalOpportunityId", ["o1"], fields="name")[0]["name"] == "Deal"
    role = {"externalOpportunityId": "o1", "leadId": lead["id"], "role": "Buyer"}
    assert client.execute("create_update_opportunities_roles", [role])[0]["status"] == "created"
    assert client.execute("get_opportunity_roles", "leadId", [str(lead["id"])])[0]["role"] == "Buyer"
    assert client.execute("delete_opportunity_roles", [role])[0]["status"] == "deleted"
    assert client.execute("delete_opportunities", [{"externalOpportunityId": "o1"}])[0]["status"] == "deleted"


@pytest.mark.parametrize("kind", ["describe_company", "describe_opportunity", "describe_opportunity_role"])
def test_objects_are_described(client: Any, kind: str) -> None:
    assert client.execute(kind)[0]["dedupeFields"]


def test_people_and_usage_are_described(client: Any) -> None:
    assert "email" in {field["rest"]["name"] for field in client.execute("describe")}
    assert client.execute("describe2")[0]["name"] == "API Lead"
    assert client.execute("get_lead_partitions")[0]["name"] == "Default"
    assert client.execute("get_daily_usage")[0]["total"] > 0
    assert client.execute("get_daily_errors")[0]["total"] >= 0


def test_a_refusal_reaches_the_client_with_its_code(client: Any) -> None:
    with pytest.raises(Exception, match="1011"):
        client.execute("get_multiple_leads_by_filter_type", "firstName", ["A"])
