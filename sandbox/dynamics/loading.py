"""What an organisation holds when it starts: the rows every one has, CSV files if given, and people made by Faker."""

import csv
import random
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sandbox.dynamics.columns import LOOKUPS, NUMBERS, Column, Table
from sandbox.dynamics.defaults import put
from sandbox.dynamics.people import People
from sandbox.dynamics.store import Row, Rows, Store

ROLES = ("Stakeholder", "Decision Maker", "Influencer", "Economic Buyer", "Technical Buyer", "Champion")
MULTIPLE = ("CreateMultiple", "UpdateMultiple", "UpsertMultiple")


def fill(store: Store, folder: str | None, seed: int, client_id: str) -> None:
    """`folder` holds CSV files named like entity sets; without one, Faker makes the whole CRM."""
    found(store, seed, client_id)
    people = People(store, random.Random(seed), seed)
    if folder is None:
        people.make_crm()
        return
    for path in sorted(Path(folder).glob("*.csv"), key=lambda path: rank(store, path.stem)):
        if path.stem in store.sets:
            load(store, store.sets[path.stem], path)
    people.add_contacts()
    people.add_roles()


def rank(store: Store, entity_set: str) -> int:
    """Tables that others refer to come first."""
    return list(store.sets).index(entity_set) if entity_set in store.sets else len(store.sets)


def fixed_id(seed: int, what: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"sandbox/{seed}/{what}"))


def found(store: Store, seed: int, client_id: str) -> None:
    """The organisation itself, its application user (who we are to it), roles of connections and message filters."""
    unit, store.user_id = fixed_id(seed, "unit"), fixed_id(seed, "user")
    put(store, "businessunit", {"businessunitid": unit, "name": "sandbox"})
    put(store, "organization", {"organizationid": fixed_id(seed, "organization"), "name": "sandbox"})
    user = {
        "systemuserid": store.user_id,
        "lastname": "Marketo Sync",
        "firstname": "#",
        "internalemailaddress": "marketo.sync@sandbox.example",
        "applicationid": fixed_id(seed, f"application/{client_id}"),
        "_businessunitid_value": unit,
    }
    put(store, "systemuser", user)
    currency = {"currencyname": "US Dollar", "isocurrencycode": "USD"}
    put(store, "transactioncurrency", {"transactioncurrencyid": fixed_id(seed, "USD"), **currency})
    for role in ROLES:
        put(store, "connectionrole", {"connectionroleid": fixed_id(seed, role), "name": role, "category": 4})
    for message in MULTIPLE:
        for logical in list(store.logical):
            row = {"sdkmessageid/name": message, "primaryobjecttypecode": logical}
            put(store, "sdkmessagefilter", {"sdkmessagefilterid": fixed_id(seed, f"{message}/{logical}"), **row})


def load(store: Store, rows: Rows, path: Path) -> None:
    """One CSV file. Columns that Dataverse does not have become custom ones, whole numbers where all values are."""
    with path.open(newline="", encoding="utf-8-sig") as lines:
        given = list(csv.DictReader(lines))
    if not given:
        return
    for name in given[0]:
        if name not in rows.table.properties:
            rows.table.add(custom(name, [line[name] for line in given]))
    for line in given:
        put(store, rows.table.logical, row_from(rows.table, line))


def custom(name: str, values: list[str | None]) -> Column:
    filled = [value for value in values if value]
    if filled and all(value.lstrip("-").isdigit() and len(value) < 10 for value in filled):
        return Column(name, "Integer", low=-(2**31), high=2**31 - 1)
    return Column(name, "String", length=max(100, *(len(value) for value in filled or [""])))


def row_from(table: Table, line: dict[str, str]) -> Row:
    """The line's values in their types; empty cells are nulls."""
    row: Row = {}
    for name, text in line.items():
        if not text:
            continue
        column = table.properties[name]
        row[name] = value_from(column, text)
        if len(column.targets) > 1:
            row[column.type_property] = column.targets[0]
    return row


def value_from(column: Column, text: str) -> Any:
    if column.kind == "Boolean":
        return text.strip().lower() in {"true", "1", "yes"}
    if column.kind in {"Integer", "BigInt", "Picklist", "State", "Status"}:
        return int(text)
    if column.kind in NUMBERS:
        return float(text)
    if column.kind in LOOKUPS or column.kind == "Uniqueidentifier":
        return text.lower()
    return text
