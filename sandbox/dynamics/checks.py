"""What Dataverse checks of the values of a write, column by column, and what it makes of them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox.dynamics.addresses import GUID
from sandbox.dynamics.columns import Column, Table
from sandbox.dynamics.refusals import (
    Refusal,
    bad_payload,
    invalid_characters,
    invalid_status,
    out_of_range,
    required_missing,
    too_long,
)
from sandbox.dynamics.store import Row

# what XML 1.0 cannot hold
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def checked(table: Table, column: Column, value: Any) -> Any:
    """`value` as it is stored; null clears. Wrong types, lengths, ranges and characters are refused."""
    if value is None:
        return None
    return CHECKS[column.kind](table, column, value)


def wrong_type(table: Table, column: Column, value: Any, expected: str) -> Refusal:
    said = (
        f"Cannot convert the literal '{value}' to the expected type '{expected}' for the property '{column.name}'. "
        "InnerException : Microsoft.OData.ODataException"
    )
    return bad_payload(table.logical, said)


def text(table: Table, column: Column, value: Any) -> str | None:
    if not isinstance(value, str):
        raise wrong_type(table, column, value, "Edm.String")
    if found := CONTROL.search(value):
        raise invalid_characters(column.name, found.group())
    if column.length is not None and len(value) > column.length:
        raise too_long(column.name, table.logical, column.length)
    # Dataverse stores an empty text as null
    return value or None


def whole(table: Table, column: Column, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(table, column, value, "Edm.Int32")
    low = -(2**31) if column.low is None else int(column.low)
    high = 2**31 - 1 if column.high is None else int(column.high)
    if not low <= value <= high:
        raise out_of_range("0x8004432f", column.name, table.logical, value, f"Min: {low}, Max: {high}")
    return value


def decimal(table: Table, column: Column, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(table, column, value, "Edm.Decimal")
    low, high = column.low, column.high
    if (low is not None and value < low) or (high is not None and value > high):
        raise out_of_range("0x80044330", column.name, table.logical, value, f"Min: {low}, Max: {high}")
    return round(value, column.precision) if column.precision is not None else value


def truth(table: Table, column: Column, value: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong_type(table, column, value, "Edm.Boolean")
    return value


def option(table: Table, column: Column, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(table, column, value, "Edm.Int32")
    if value not in column.options:
        allowed = ",".join(str(known) for known in column.options)
        raise out_of_range("0x8004431a", column.name, table.logical, value, f"Accepted Values: {allowed}")
    return value


def date(table: Table, column: Column, value: Any) -> str:
    """Dates alone as `YYYY-MM-DD`, times in UTC with a Z."""
    expected = "Edm.Date" if column.format == "DateOnly" else "Edm.DateTimeOffset"
    if not isinstance(value, str):
        raise wrong_type(table, column, value, expected)
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        raise wrong_type(table, column, value, expected) from None
    if column.format == "DateOnly":
        if len(value) != 10:
            raise wrong_type(table, column, value, expected)
        return value
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def guid(table: Table, column: Column, value: Any) -> str:
    if not isinstance(value, str) or not GUID.fullmatch(value):
        raise wrong_type(table, column, value, "Edm.Guid")
    return value.lower()


CHECKS: dict[str, Callable[[Table, Column, Any], Any]] = {
    "String": text,
    "Memo": text,
    "Virtual": text,
    "Integer": whole,
    "BigInt": whole,
    "Money": decimal,
    "Decimal": decimal,
    "Double": decimal,
    "Boolean": truth,
    "Picklist": option,
    "State": option,
    "Status": option,
    "DateTime": date,
    "Uniqueidentifier": guid,
    "Lookup": guid,
    "Customer": guid,
    "Owner": guid,
}


def settle_state(table: Table, old: Row, values: Row, row_id: str) -> None:
    """A state brings its first status along; a status must belong to the state that the row has or is given."""
    if "statecode" not in table.columns or not {"statecode", "statuscode"} & values.keys():
        return
    states, statuses = table.columns["statecode"], table.columns["statuscode"]
    state = values["statecode"] if values.get("statecode") is not None else old.get("statecode", 0)
    belonging = [status for status, its_state in statuses.states.items() if its_state == state]
    status = values.get("statuscode")
    if status is None:
        kept = old.get("statuscode")
        status = kept if kept in belonging else belonging[0]
    if status not in belonging:
        raise invalid_status(status, table.logical, states.options[state], row_id)
    values["statecode"], values["statuscode"] = state, status


def check_required(table: Table, row: Row) -> None:
    """The Web API enforces SystemRequired and nothing weaker: a lead without a last name is taken."""
    for column in table.columns.values():
        if column.required == "SystemRequired" and column.create and row.get(column.property_name) is None:
            raise required_missing(column.name)
