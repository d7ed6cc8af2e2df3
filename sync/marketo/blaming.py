"""Which records of a refused call its refusal is about, as far as Marketo's words tell. Values in, values out.

Codes and their words: Marketo's developer documentation, "Error codes".
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sync.errors import Later, Never, SyncFailure
from sync.marketo.codes import NO_SALES_PERSON

Row = Mapping[str, Any]
SALES_PERSON = "externalSalesPersonId"
ABOUT_THE_CALL = frozenset({"605", "609", "612", "613"})  # wrong verb, no JSON, wrong content type, wrong multipart
EMPTY = (None, "")


def may_be_about_a_record(failed: SyncFailure) -> bool:
    """Whether a call may have been refused, and before anything was written, for what is in one of its records."""
    if failed.code == NO_SALES_PERSON:
        return True
    return isinstance(failed, Never) and failed.code not in ABOUT_THE_CALL


def blame(
    failed: SyncFailure, rows: Sequence[Row], known: Collection[str] | None, partial: bool
) -> list[SyncFailure | None]:
    """The refusal of each of `rows` that `failed` is about, and None for the others.

    `known` are the sales persons whom Marketo has, in lower case, of those that the rows name: all rows of any other
    are refused alike; None where they could not be looked up. Rows that are `partial` leave what they do not name as
    it is; in any other, a field that is left out is blank.
    """
    if known is not None and any(refused := [_without_owner(row, known) for row in rows]):
        return refused
    named = _holding_value(failed.message, rows)
    if not any(named):
        named = _leaving_blank(failed.message, rows, partial)
    return [failed if is_named else None for is_named in named]


def owners_of(rows: Sequence[Row]) -> list[str]:
    """The sales persons that these rows name, once each."""
    return list(dict.fromkeys(str(row[SALES_PERSON]) for row in rows if row.get(SALES_PERSON)))


def _without_owner(row: Row, known: Collection[str]) -> SyncFailure | None:
    owner = str(row.get(SALES_PERSON) or "")
    if not owner or owner.lower() in known:
        return None
    return Later(NO_SALES_PERSON, f"ExternalSalesPersonID '{owner}' not found")


def _holding_value(message: str, rows: Sequence[Row]) -> list[bool]:
    """Rows that hold a value which the message quotes, in a field that it names ("ExternalSalesPersonID 'x' …")."""
    quoted = set(re.findall(r"'([^']+)'", message))
    words = {word.lower() for word in re.findall(r"\w+", message)}
    return [any(str(value) in quoted and field.lower() in words for field, value in row.items()) for row in rows]


def _leaving_blank(message: str, rows: Sequence[Row], partial: bool) -> list[bool]:
    """Rows without the field that the message finds blank ("name cannot be blank")."""
    found = re.search(r"(\w+)\W+cannot be blank", message, re.IGNORECASE)
    field = found[1].lower() if found else ""
    held = [{name.lower(): value for name, value in row.items()} for row in rows]
    if not any(field in row for row in held):
        return [False] * len(rows)  # no field of ours, as far as can be seen
    return [row.get(field, "?" if partial else None) in EMPTY for row in held]
