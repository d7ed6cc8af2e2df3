"""Comparing both sides record by record, by a map of its own: what `sync` believes is not asked.

A record that is named in an open error, or that waits, may differ; everything else has to be on the other side
exactly once and equal in the mapped fields.
"""

from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from storage.models import changes, errors
from tests.journeys.colleagues import FLAG
from tests.journeys.world import LOOKUP, Row, World

STATES = {"leads": {0: "Open", 1: "Qualified", 2: "Disqualified"}, "contacts": {0: "Active", 1: "Inactive"}}
STAGES = {0: "Open", 1: "Won", 2: "Lost"}
RATINGS = {1: "Hot", 2: "Warm", 3: "Cold"}
KEYS = {"leads": ("leadid", "dynamicsLeadId"), "contacts": ("contactid", "dynamicsContactId")}
CUSTOMER, ROLE = "_customerid_value", "_record2roleid_value"
Role = tuple[str, Any, str | None]  # its opportunity, its person, its name
BY_COLLEAGUES = {"leads": {"subject"}, "contacts": {"department", "_parentcustomerid_value"}}
"""Columns that we never write, and whoever works in Dynamics here always does."""

TEXTS = {
    "salutation": "salutation",
    "firstname": "firstName",
    "middlename": "middleName",
    "lastname": "lastName",
    "emailaddress1": "email",
    "jobtitle": "title",
    "telephone1": "phone",
    "mobilephone": "mobilePhone",
    "address1_line1": "address",
    "address1_city": "city",
    "address1_stateorprovince": "state",
    "address1_country": "country",
    "address1_postalcode": "postalCode",
    "description": "mktoPersonNotes",
}
FLAGS = {"donotphone": "doNotCall", "donotbulkemail": "unsubscribed", "donotemail": "dynamicsDoNotEmail"}
ACCOUNT = {
    "name": "company",
    "address1_line1": "billingStreet",
    "address1_city": "billingCity",
    "address1_country": "billingCountry",
    "telephone1": "mainPhone",
    "revenue": "annualRevenue",
    "numberofemployees": "numberOfEmployees",
    "websiteurl": "website",
}
OPPORTUNITY = {
    "name": "name",
    "closeprobability": "probability",
    "estimatedvalue": "expectedRevenue",
    "actualvalue": "amount",
    "actualclosedate": "closeDate",
    "_ownerid_value": "externalSalesPersonId",
}
USER = {"internalemailaddress": "email", "firstname": "firstName", "lastname": "lastName"}


async def assert_equal(world: World) -> None:
    """Everything on both sides, or an AssertionError that lists what is not as it should be."""
    wrong = [*await differences(world), *await _made_by_us(world)]
    assert not wrong, "\n".join(wrong[:20])


async def differences(world: World, heirs: Collection[int] = (), kept_out: Collection[str] = frozenset()) -> list[str]:
    """What is not on the other side, or not exactly once, or not equal there.

    `heirs` are people who survived a merge in Marketo: they inherited roles, and ids of rows that were gone already.
    `kept_out` are addresses of rows that were left out: flagged people with one are not made beside such a row.
    """
    excused = await named(world)
    wrong = [each for one in KEYS for each in await _people_of(world, one, excused, heirs)]
    wrong += await _flagged(world, excused, kept_out)
    wrong += await _objects_of(world, excused)
    return wrong + await _roles(world, excused, heirs)


async def named(world: World) -> set[tuple[str, str]]:
    """(object, id) of every record that an open error names or that waits, on either side."""
    async with world.database.read() as connection:
        failed = list(await connection.execute(select(errors).where(errors.c.state == "open")))
        waiting = list(await connection.execute(select(changes).where(changes.c.state != "parked")))
    found = {(row.object, str(each)) for row in failed for each in (row.record_id, row.dynamics_id, row.marketo_id)}
    return found | {(row.object, row.record_id) for row in waiting}


def kept(row: Row) -> bool:
    """Whether a row is kept in step: neither merged into another one, nor does its flag say No."""
    return not row.get("merged") and row.get(FLAG) is not False


async def _people_of(world: World, one: str, excused: set[tuple[str, str]], heirs: Collection[int]) -> list[str]:
    key, marketo_key = KEYS[one]
    people: dict[str, list[Row]] = {}
    for person in await world.people():
        people.setdefault(person.get(marketo_key, ""), []).append(person)
    rows = {row[key]: row for row in await world.rows(one)}
    wrong = []
    for row_id, row in rows.items():
        found = people.get(row_id, [])
        if ((one, row_id) in excused or not kept(row)) and len(found) < 2:
            continue
        if len(found) != 1:
            wrong.append(f"{one} {row_id} is in Marketo {len(found)} times")
        elif (one, str(found[0]["id"])) not in excused:
            wrong += _differences(one, row, found[0])
    for row_id, found in people.items():
        gone = row_id and row_id not in rows and not any(person.get("dynamicsDeleted") for person in found)
        inherited = all(person["id"] in heirs or _is_both(person) for person in found)
        if gone and (one, row_id) not in excused and not inherited:
            wrong.append(f"{one} {row_id} is gone from Dynamics, and Marketo does not say so")
    return wrong


def _is_both(person: Row) -> bool:
    return bool(person.get("dynamicsLeadId") and person.get("dynamicsContactId"))


def _differences(one: str, row: Row, person: Row) -> list[str]:
    """Of somebody who is a lead and a contact, only the contact is compared: the lead is history by then."""
    if _is_both(person) and one == "leads":
        return []
    pairs: list[tuple[str, Any, Any]] = []
    if row.get("statecode", 0) == 0:  # a closed row is not written to, so it may lag behind
        pairs += [(name, _text(row.get(column)), _text(person.get(name))) for column, name in TEXTS.items()]
        pairs += [(name, bool(row.get(column)), bool(person.get(name))) for column, name in FLAGS.items()]
        score = (person.get("leadScore") or 0, row.get("mkt_leadscore") or 0)
        pairs.append(("leadScore", *score))
    if not _is_both(person):  # who shares these with the lead that they were
        pairs.append(("leadStatus", STATES[one][row.get("statecode", 0)], person.get("leadStatus")))
        pairs.append(("owner", row.get("_ownerid_value"), person.get("externalSalesPersonId")))
    if one == "leads":
        pairs.append(("rating", RATINGS.get(row.get("leadqualitycode", 0)), person.get("rating")))
    key, _ = KEYS[one]
    return [
        f"{one} {row[key]}, person {person['id']}: {name} is {left!r} in Dynamics and {right!r} in Marketo"
        for name, left, right in pairs
        if left != right
    ]


def _text(value: Any) -> str | None:
    return (str(value).strip() or None) if value is not None else None


async def _made_by_us(world: World) -> list[str]:
    """Rows that we made in Dynamics and that no person holds, because an earlier row of theirs stands in the way."""
    people = await world.people()
    doubtful = {error.record_id for error in await world.errors() if error.code == "ambiguous"}
    return [
        f"{one} {row[key]} was made by us in Dynamics, and nobody in Marketo holds it"
        for one, (key, name) in KEYS.items()
        for row in await world.rows(one)
        if not (BY_COLLEAGUES[one] | {"_originatingleadid_value"}) & row.keys() and row[key] in doubtful
        if row[key] not in {person.get(name) for person in people}
    ]


async def _flagged(world: World, excused: set[tuple[str, str]], kept_out: Collection[str]) -> list[str]:
    """Flagged people are in Dynamics, unless a row with their address is, or was, left out."""
    rows = [(row[key], row) for one, (key, _) in KEYS.items() for row in await world.rows(one)]
    ids = {row_id for row_id, _ in rows}
    left_out = {str(row.get("emailaddress1")).lower() for _, row in rows if not kept(row)} | set(kept_out)
    return [
        f"person {person['id']} is flagged and not in Dynamics"
        for person in await world.people(syncToDynamics=True)
        if str(person.get("email", "")).lower() not in left_out
        if not {person.get(name) for _, name in KEYS.values()} & ids
        if not any((one, str(person["id"])) in excused for one in KEYS)
    ]


async def _objects_of(world: World, excused: set[tuple[str, str]]) -> list[str]:
    kinds = [
        ("users", "systemusers", "systemuserid", "salespersons", "externalSalesPersonId", USER),
        ("accounts", "accounts", "accountid", "companies", "externalCompanyId", ACCOUNT),
        ("opportunities", "opportunities", "opportunityid", "opportunities", "externalOpportunityId", OPPORTUNITY),
    ]
    wrong: list[str] = []
    for one, entity_set, key, kind, marketo_key, fields in kinds:
        there: dict[str, list[Row]] = {}
        for found in await world.objects(kind):
            there.setdefault(found[marketo_key], []).append(found)
        rows = {row[key]: row for row in await world.rows(entity_set)}
        for row_id, row in rows.items():
            if (one, row_id) not in excused and kept(row):
                wrong += _object(one, row_id, row, there.get(row_id, []), fields)
        for row_id, found_there in there.items():
            if row_id not in rows and not found_there[0].get("dynamicsDeleted") and one != "users":
                wrong.append(f"{one} {row_id} is gone from Dynamics, and Marketo does not say so")
    return wrong


def _object(one: str, row_id: str, row: Row, there: list[Row], fields: dict[str, str]) -> list[str]:
    if len(there) != 1:
        return [f"{one} {row_id} is in Marketo {len(there)} times"]
    pairs = [(name, row.get(column), there[0].get(name)) for column, name in fields.items()]
    if one == "opportunities":
        pairs.append(("stage", STAGES[row.get("statecode", 0)], there[0].get("stage")))
        if not _is_contacts(row):  # whose account it was when the opportunity was written last
            pairs.append(("company", row.get(CUSTOMER), there[0].get("externalCompanyId")))
    return [f"{one} {row_id}: {name} is {left!r} and {right!r}" for name, left, right in pairs if left != right]


def _is_contacts(row: Row) -> bool:
    return bool(row.get(CUSTOMER)) and row.get(CUSTOMER + LOOKUP) == "contact"


async def _roles(world: World, excused: set[tuple[str, str]], heirs: Collection[int]) -> list[str]:
    """Those of connections, and those of contacts who are customers; without an open error, or a contact left out."""
    there = Counter(
        (role["externalOpportunityId"], role["leadId"], role["role"]) for role in await world.objects("roles")
    )
    left_out = {row["contactid"] for row in await world.rows("contacts") if not kept(row)}
    wanted, pending, wrong = set(), set(), []
    for row_id, contact, role in await _wanted_roles(world):
        wanted.add(role)
        named = {("roles", row_id), ("contacts", contact), ("opportunities", role[0])}
        if contact in left_out or named & excused:
            pending.add((role[0], role[2]))  # what it was before may still be there
        elif there[role] != 1:
            wrong.append(f"role {row_id} {role} is in Marketo {there[role]} times")
    alone = [role for role in there if role not in wanted and role[1] not in heirs]
    return wrong + [f"role {role} is in Marketo only" for role in alone if (role[0], role[2]) not in pending]


async def _wanted_roles(world: World) -> list[tuple[str, str, Role]]:
    """The row that it stems from, its contact, and the role as Marketo should have it."""
    names = {row["connectionroleid"]: row["name"] for row in await world.rows("connectionroles")}
    ids = {person.get("dynamicsContactId"): person["id"] for person in await world.people()}
    found = [
        (row["connectionid"], row["_record2id_value"], row["_record1id_value"], names.get(row.get(ROLE, "")))
        for row in await world.rows("connections")
    ]
    deals = [row for row in await world.rows("opportunities") if _is_contacts(row)]
    found += [(row["opportunityid"], row[CUSTOMER], row["opportunityid"], "Customer") for row in deals]
    return [(row_id, contact, (deal, ids.get(contact), name)) for row_id, contact, deal, name in found]
