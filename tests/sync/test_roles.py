"""The attribution rule, in values: what an opportunity's customer means to its company and to contact roles."""

from dataclasses import replace
from datetime import UTC, datetime

from storage.changes import ECHO, Link, Seen
from sync.roles import CUSTOMER, is_of_customer, role_of_customer, role_row, with_company
from sync.values import LOOKUP, fingerprints
from tests.objects import BY_NAME

ROLES = BY_NAME["roles"]
DEAL = Seen("deal", "update", {"name": "A deal"}, datetime(2026, 11, 23, tzinfo=UTC), "A deal", skip=ECHO)
OF_GRACE = {"externalOpportunityId": "deal", "leadId": "grace", "role": "Customer"}
LINK = Link("roles", "deal", "guid", agreed=fingerprints(ROLES.fields, OF_GRACE))


def row(customer: str, table: str) -> dict[str, str]:
    return {CUSTOMER: customer, CUSTOMER + LOOKUP: table}


def customers_role(contact: str | None, link: Link | None = None, seen: Seen = DEAL) -> Seen | None:
    return role_of_customer(ROLES, seen, {"@contact": contact}, link, set())


def test_a_contact_as_customer_gives_way_to_its_account() -> None:
    told = with_company(row("grace", "contact"), {"grace": "navy"})
    assert told == {**row("navy", "account"), "@contact": "grace"}
    assert with_company(row("grace", "contact"), {})[CUSTOMER] is None


def test_an_account_as_customer_stays() -> None:
    assert with_company(row("navy", "account"), {"grace": "navy"}) == row("navy", "account")


def test_a_contact_as_customer_is_a_role_under_the_opportunitys_id() -> None:
    made = customers_role("grace")
    assert made is not None
    assert (made.record_id, made.operation, made.values, made.skip) == ("deal", "insert", OF_GRACE, None)


def test_a_role_that_is_there_already_is_not_noted_again() -> None:
    assert customers_role("grace", LINK) is None


def test_another_contact_as_customer_changes_the_role() -> None:
    changed = customers_role("ada", LINK)
    assert changed is not None and (changed.operation, changed.values["leadId"]) == ("update", "ada")


def test_without_a_contact_as_customer_a_known_role_goes_and_nothing_else_does() -> None:
    gone = customers_role(None, LINK)
    assert gone is not None and gone.operation == "delete"
    assert customers_role(None) is None
    assert customers_role(None, replace(LINK, dynamics_deleted=True)) is None


def test_an_opportunity_that_is_deleted_takes_the_role_along() -> None:
    gone = customers_role("grace", LINK, DEAL._replace(operation="delete", skip=None))
    assert gone is not None and gone.operation == "delete"


def test_an_opportunity_that_is_not_kept_in_step_leaves_its_role_alone() -> None:
    assert customers_role("ada", LINK, DEAL._replace(skip="filtered out")) is None
    assert customers_role("ada", None, DEAL._replace(skip="filtered out")) is None


def test_the_customers_role_is_the_primary_one() -> None:
    assert is_of_customer("deal", OF_GRACE) and not is_of_customer("connection", OF_GRACE)
    assert role_row(OF_GRACE, "deal", {"grace": 7}) == {**OF_GRACE, "leadId": 7, "isPrimary": True}
    assert role_row(OF_GRACE, "connection", {"grace": 7}) == {**OF_GRACE, "leadId": 7}
