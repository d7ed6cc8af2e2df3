"""Contact roles by the native connector's attribution rule, and who holds them.

A contact as an opportunity's customer is a role of that contact, and the opportunity's company is the contact's, which
may be none. An account is the company alone, whoever the parent contact is: with both, the customer is the account.
Each connection from an opportunity to a contact is one role (Marketo community, ta-p/250296).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import ECHO, Link, Seen
from storage.ledger.claiming import waiting_values
from storage.ledger.links import links_by
from sync.decide import edited
from sync.dynamics.access import ChangedRows
from sync.engine import Engine
from sync.objects import Object
from sync.values import LOOKUP

CUSTOMER = "_customerid_value"
CUSTOMER_CONTACT = "@contact"  # in a row of an opportunity: the contact that is its customer
CONTACTS_ACCOUNT = "_parentcustomerid_value"
OPPORTUNITY_ID, LEAD_ID, ROLE = "externalOpportunityId", "leadId", "role"  # what Marketo tells roles apart by
CUSTOMER_ROLE = "Customer"
AGAIN = {"again": True}

Row = Mapping[str, Any]


def roles_in(engine: Engine) -> Object | None:
    """What holds contact roles, if they are kept in step."""
    return next((one for one in engine.objects if one.is_role), None)


async def attributed(engine: Engine, one: Object, rows: Sequence[Row]) -> list[Row]:
    """Rows of opportunities with their customer as Marketo takes it; rows of other tables as they are.

    All contacts among the customers are looked up at once. Raises SyncFailure.
    """
    asked = {str(row[CUSTOMER]) for row in rows if one.is_opportunity and _has_contact(row)}
    if not asked:
        return list(rows)
    columns = ["contactid", CONTACTS_ACCOUNT]
    contacts = await engine.dynamics.find("contacts", "contactid", sorted(asked), columns)
    accounts = {
        row["contactid"]: row.get(CONTACTS_ACCOUNT) for row in contacts if _is(row, CONTACTS_ACCOUNT, "account")
    }
    return [with_company(row, accounts) for row in rows]


async def attributed_page(engine: Engine, one: Object, page: ChangedRows) -> ChangedRows:
    """The same for a page of the change feed."""
    return replace(page, rows=[dict(row) for row in await attributed(engine, one, page.rows)])


def with_company(row: Row, accounts: Mapping[str, str | None]) -> Row:
    """An opportunity whose customer is a contact, with the contact's account in its place and the contact beside it."""
    if not _has_contact(row):
        return row
    contact = str(row[CUSTOMER])
    return {**row, CUSTOMER: accounts.get(contact), CUSTOMER + LOOKUP: "account", CUSTOMER_CONTACT: contact}


def _has_contact(row: Row) -> bool:
    return bool(row.get(CUSTOMER)) and _is(row, CUSTOMER, "contact")


def _is(row: Row, column: str, table: str) -> bool:
    return row.get(column + LOOKUP) == table


async def roles_of_customers(
    engine: Engine, connection: AsyncConnection, opportunities: Iterable[tuple[Seen, Row]]
) -> list[Seen]:
    """What was seen of opportunities, each beside its row, means to the roles of their customers."""
    roles, told = roles_in(engine), list(opportunities)
    if roles is None or not told:
        return []
    ids = [seen.record_id for seen, _ in told]
    links = await links_by(connection, roles.name, "dynamics_id", ids)
    waiting = await waiting_values(connection, roles.name, "to-marketo", ids)
    found = (role_of_customer(roles, seen, row, links.get(seen.record_id), waiting) for seen, row in told)
    return [each for each in found if each]


def role_of_customer(roles: Object, seen: Seen, row: Row, link: Link | None, waiting: Collection[str]) -> Seen | None:
    """The role that an opportunity's customer holds, under the opportunity's own id; None where nothing changed.

    It goes when the customer is no contact any more, or the opportunity is gone. One that is not kept in step keeps
    the role it has.
    """
    if seen.skip not in (None, ECHO) and seen.operation != "delete":
        return None
    there = link is not None and link.marketo_id is not None and not link.dynamics_deleted
    known = there or seen.record_id in waiting
    contact = None if seen.operation == "delete" else row.get(CUSTOMER_CONTACT)
    if contact is None:
        return seen._replace(operation="delete", values={}, skip=None, extra=None) if known else None
    values = {OPPORTUNITY_ID: seen.record_id, LEAD_ID: contact, ROLE: CUSTOMER_ROLE}
    if there and link and not edited(roles, "to-marketo", values, link) and seen.record_id not in waiting:
        return None
    return seen._replace(operation="update" if there else "insert", values=values, skip=None, extra=None)


def is_of_customer(dynamics_id: str, values: Mapping[str, Any]) -> bool:
    """Whether a role stems from its opportunity's customer: then it has the opportunity's id, else a connection's."""
    return dynamics_id == values.get(OPPORTUNITY_ID)


def holders_of(claimed_parents: Mapping[str, Mapping[str, str]], roles: Object) -> dict[str, int]:
    """Marketo's ids of the people who may hold roles, by their Dynamics id."""
    people = [claimed_parents.get(parent.object, {}) for parent in roles.field(LEAD_ID).parents]
    return {dynamics_id: int(marketo_id) for each in people for dynamics_id, marketo_id in each.items()}


def role_row(values: Mapping[str, Any], dynamics_id: str, people: Mapping[str, int]) -> dict[str, Any]:
    """A role as Marketo is told of it; the customer's is the primary one."""
    row = {**values, LEAD_ID: people[values[LEAD_ID]]}
    return {**row, "isPrimary": True} if is_of_customer(dynamics_id, values) else row
