"""Many rows quickly, for benchmarks: plain made-up values instead of Faker's."""

import random
from collections.abc import Callable
from itertools import cycle

from sandbox.dynamics.store import Row, Rows, Store

Maker = Callable[[int, str], Row]


def generate(store: Store, rows: Rows, count: int, chance: random.Random) -> None:
    """`count` rows of leads, contacts, accounts or opportunities, linked to accounts and users that are there."""
    make = MAKERS.get(rows.table.logical)
    if make is None:
        raise ValueError(f"no rows of {rows.table.logical} can be generated")
    users = [row["systemuserid"] for row in store.logical["systemuser"].by_id.values() if not row.get("isdisabled")]
    owners, accounts = cycle(users), cycle(list(store.logical["account"].by_id) or [""])
    kept = {"createdon": store.now(), "statecode": 0, "statuscode": 1}
    kept["_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] = "systemuser"
    id_name = rows.table.id_name
    # Numbers of their own: Faker's people were given their ids from the same seed, and must not be met again.
    chance = random.Random(chance.random())
    first = len(rows.order)
    for number in range(first, first + count):
        row = make(number, next(accounts))
        row[id_name] = quick_id(chance)
        row["_ownerid_value"] = next(owners)
        store.insert(rows, row | kept)


def quick_id(chance: random.Random) -> str:
    """A random GUID, without the cost of a UUID object."""
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def linked(name: str, account: str) -> Row:
    if not account:
        return {}
    return {name: account, f"{name}@Microsoft.Dynamics.CRM.lookuplogicalname": "account"}


def lead(number: int, _: str) -> Row:
    return {
        "subject": f"Lead {number}",
        "firstname": "Generated",
        "lastname": f"Lead{number}",
        "fullname": f"Generated Lead{number}",
        "companyname": f"Company {number % 1000}",
        "emailaddress1": f"lead{number}@generated.example",
        "telephone1": f"+1 555 {number:07}",
        "donotbulkemail": False,
        "donotemail": False,
        "donotphone": False,
    }


def contact(number: int, account: str) -> Row:
    return {
        "firstname": "Generated",
        "lastname": f"Contact{number}",
        "fullname": f"Generated Contact{number}",
        "emailaddress1": f"contact{number}@generated.example",
        "telephone1": f"+1 555 {number:07}",
        "donotbulkemail": False,
        **linked("_parentcustomerid_value", account),
    }


def account(number: int, _: str) -> Row:
    return {"name": f"Account {number}", "numberofemployees": number % 9000, "revenue": float(number % 1000 * 1000)}


def opportunity(number: int, account: str) -> Row:
    return {
        "name": f"Opportunity {number}",
        "estimatedvalue": float(number % 5000),
        "stepname": "Propose",
        "closeprobability": number % 101,
        **linked("_customerid_value", account),
    }


MAKERS: dict[str, Maker] = {"lead": lead, "contact": contact, "account": account, "opportunity": opportunity}
