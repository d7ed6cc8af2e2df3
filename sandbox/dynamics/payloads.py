"""From the body of a write to the values of a row: names, lookups bound by address, and who may write what."""

from typing import Any

from sandbox.dynamics.addresses import Key, read_key, segments, table_rows
from sandbox.dynamics.checks import checked
from sandbox.dynamics.columns import LOOKUPS, Column
from sandbox.dynamics.refusals import bad_payload, does_not_exist, invalid_owner, no_row_for_key, unknown_property
from sandbox.dynamics.store import Row, Rows, Store

BIND = "@odata.bind"


def values_of(store: Store, rows: Rows, body: dict[str, Any], *, creating: bool, references: dict[str, str]) -> Row:
    """The values that the body asks for; None clears. `references` are the Content-IDs of a change set.

    Columns that cannot be written this way are silently left out, as Dataverse does; unknown names are refused.
    """
    values: Row = {}
    for name, value in body.items():
        if name.endswith(BIND):
            values |= bound(store, rows, name.removesuffix(BIND), value, creating, references)
        elif "@" in name:
            continue  # annotations that the row was read with
        else:
            values |= plain(rows, name, value, creating)
    return values


def plain(rows: Rows, name: str, value: Any, creating: bool) -> Row:
    table = rows.table
    column = table.properties.get(name)
    if column is None:
        if name in table.navigations and value is None:
            return cleared(table.navigations[name][0])
        raise unknown_property(name, table.logical)
    if column.kind in LOOKUPS:
        if writable(column, creating):
            said = (
                "CRM do not support direct update of Entity Reference properties, "
                f"Use Navigation properties instead. ({name})"
            )
            raise bad_payload(table.logical, said)
        return {}
    value = checked(table, column, value)
    return {name: value} if writable(column, creating) else {}


def writable(column: Column, creating: bool) -> bool:
    return column.create if creating else column.update


def cleared(column: Column) -> Row:
    return {column.property_name: None, column.type_property: None}


def bound(store: Store, rows: Rows, navigation: str, value: Any, creating: bool, references: dict[str, str]) -> Row:
    """`parentcustomerid_account@odata.bind: "/accounts(guid)"`. A target that is not there is 404 0x80040217."""
    table = rows.table
    if navigation not in table.navigations:
        said = (
            f"An undeclared property '{navigation}' which only has property annotations in the payload "
            "but no property value was found in the payload."
        )
        raise bad_payload(table.logical, said)
    column, target = table.navigations[navigation]
    if not writable(column, creating):
        return {}
    if value is None:
        return cleared(column)
    if not isinstance(value, str):
        raise bad_payload(table.logical, f"The value of '{navigation}{BIND}' must be the address of a row.")
    there, row_id = resolve(store, references.get(value, value))
    wanted = {target} if column.kind != "Owner" else set(column.targets)
    if there.table.logical not in wanted:
        said = f"A {there.table.logical} cannot be bound to '{navigation}'."
        raise bad_payload(table.logical, said)
    check_owner(column, there, row_id)
    named = there.table.logical if len(column.targets) > 1 else None
    return {column.property_name: row_id, column.type_property: named}


def resolve(store: Store, address: str) -> tuple[Rows, str]:
    """The row at `/accounts(guid)`, `accounts(accountnumber='A1')` or a whole URL."""
    path = address.split("/api/data/", 1)[-1]
    found = segments(path.split("/", 1)[1] if path.startswith("v9.") else path)
    if len(found) != 1 or found[0].key is None:
        raise bad_payload("", f"'{address}' is not the address of a row.")
    rows = table_rows(store, found[0].name)
    key: Key = read_key(rows, found[0].key)
    if key.row_id is None:
        raise no_row_for_key(rows.table.logical)
    if key.row_id not in rows.by_id:
        raise does_not_exist(rows.table.logical, key.row_id)
    return rows, key.row_id


def check_owner(column: Column, there: Rows, row_id: str) -> None:
    """Rows are given to users who can sign in."""
    if column.kind == "Owner" and there.by_id[row_id].get("isdisabled"):
        raise invalid_owner(row_id)
