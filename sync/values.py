"""How values are read from either side, compared, and written to the other.

Both sides' values are brought into one compared form per kind first, or every difference of spelling (0 and 0.0,
null and "", a trailing blank) would travel back and forth for ever.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from math import isfinite
from typing import Any

from sync.objects import Field, Object, Parent

FORMATTED = "@OData.Community.Display.V1.FormattedValue"
LOOKUP = "@Microsoft.Dynamics.CRM.lookuplogicalname"

Row = Mapping[str, Any]

EXACT = 2**53  # beyond, a float is no exact whole number any more


def text(raw: Any) -> str | None:
    """Trimmed, with one kind of line end, and of characters that can be stored; nothing at all is None."""
    if raw is None:
        return None
    return storable(str(raw)).strip().replace("\r\n", "\n") or None


def storable(raw: str) -> str:
    """Without NUL, which PostgreSQL refuses, and without half a surrogate pair, which no encoding takes."""
    if raw.isascii():
        return raw.replace("\0", "") if "\0" in raw else raw
    return raw.replace("\0", "").encode("utf-8", "replace").decode()


def flag(raw: Any) -> bool:
    """Absent is False on both sides; Marketo's activities spell it "true" and "1"."""
    return raw is True or raw == 1 or (isinstance(raw, str) and raw.strip().lower() in ("true", "1", "yes"))


def number(raw: Any) -> int | float | None:
    """Whole numbers as int, so that 5 and 5.0 are one; what is no finite number is None."""
    if raw is None or raw == "":
        return None
    try:
        value = float(raw)
    except (TypeError, ValueError):
        return None
    if not isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < EXACT else round(value, 4)


def date(raw: Any) -> str | None:
    """YYYY-MM-DD, of a date or of a moment."""
    return str(raw)[:10] if raw else None


def moment(raw: Any) -> str | None:
    """2026-11-23T10:00:00Z, to the second, however either side spells it; what is no moment is None."""
    try:
        found = datetime.fromisoformat(str(raw).replace("+0000", "+00:00")) if raw else None
    except ValueError:
        return None
    if found is None:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


COMPARED: dict[str, Callable[[Any], Any]] = {
    "text": text,
    "email": text,
    "choice": text,
    "reference": text,
    "flag": flag,
    "number": number,
    "date": date,
    "moment": moment,
}


def compared(field: Field, raw: Any) -> Any:
    """A value of either side in its compared form.

    What is to be truncated is truncated here, on both sides alike: the side that holds the whole text then agrees with
    the one that holds its beginning, and nothing travels back.
    """
    if field.number:
        return number(raw)
    value = COMPARED[field.kind](raw)
    if field.too_long == "truncate" and field.limit is not None and isinstance(value, str):
        return value[: field.limit].strip() or None
    return value


def fingerprint(field: Field, value: Any) -> str:
    """Twelve characters that stand for `value` (in its compared form); "" for nothing. E-mail ignores case."""
    if value is None:
        return ""
    return _digest(str(value).lower() if field.kind == "email" else str(value))


@lru_cache(maxsize=1 << 16)
def _digest(spelled: str) -> str:
    """Remembered, because stages, owners, flags and cities repeat."""
    return blake2b(spelled.encode(), digest_size=6).hexdigest()


def fingerprints(fields: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, str]:
    """One per field of `fields` that `values` holds."""
    return {field.name: fingerprint(field, values[field.name]) for field in fields if field.name in values}


def from_dynamics(one: Object, row: Row) -> dict[str, Any]:
    """The mapped values of a Dataverse row, in their compared form. Choices are their labels.

    A lookup to another table than its parent's (an owner that is a team, a customer that is a contact) is nothing.
    """
    return {field.name: _from_column(field, row) for field in one.fields}


def _from_column(field: Field, row: Row) -> Any:
    raw = row.get(field.column)
    if raw is None:
        return compared(field, None)
    if field.kind == "choice" and not field.number:
        return compared(field, row.get(field.column + FORMATTED, raw))
    if field.kind == "reference" and parent_of(field, row) is None:
        return None
    return compared(field, raw)


def led_to(one: Object, row: Row) -> dict[str, str]:
    """Beside the values: of each reference that may lead to several objects, the one that a row's leads to."""
    found = ((each, parent_of(each, row)) for each in one.fields if len(each.parents) > 1 and row.get(each.column))
    return {beside(each): parent.object for each, parent in found if parent}


def beside(field: Field) -> str:
    """Under which name the values of a change hold the object that a reference leads to."""
    return f"@{field.name}"


def parent_of(field: Field, row: Row) -> Parent | None:
    """Which of its parents a row's reference leads to; None where to none of them. Unannotated, it is the first."""
    table = row.get(field.column + LOOKUP)
    return next((each for each in field.parents if table in (None, "", each.table)), None)


def from_marketo(one: Object, person: Row) -> dict[str, Any]:
    """The mapped values of a Marketo person as the REST API gives it, in their compared form."""
    return {field.name: compared(field, person.get(field.rest)) for field in one.fields}


def to_marketo(one: Object, values: Mapping[str, Any]) -> dict[str, Any]:
    """What to send: each value under the name that its field has in this instance."""
    return {one.field(name).rest: value for name, value in values.items()}


def not_an_option(one: Object, values: Mapping[str, Any]) -> str | None:
    """The first choice among `values` that Dynamics does not have, told with those it has; None where it has all."""
    for name, value in values.items():
        field = one.field(name)
        if field.kind == "choice" and value is not None and option_of(field, value) is None:
            offered = ", ".join(option for _, option in field.options)
            return f"{name}: Dynamics has no option '{value}' for {field.column}; it has {offered}"
    return None


def option_of(field: Field, value: Any) -> int | None:
    """The number of the option that `value` (its label, or its number) names; labels are alike but for their case."""
    if field.number:
        return next((found for found, _ in field.options if found == value), None)
    return next((found for found, label in field.options if label.lower() == str(value).lower()), None)


def label(one: Object, row: Row) -> str:
    """What people call a Dataverse row."""
    for column in one.label_columns:
        if row.get(column):
            return storable(str(row[column]))[:400]
    return ""


def person_label(person: Row) -> str:
    """What people call a Marketo person."""
    name = " ".join(str(person[part]) for part in ("firstName", "lastName") if person.get(part))
    return storable(name or str(person.get("email") or ""))[:400]


def to_dynamics(one: Object, values: Mapping[str, Any], parents: Mapping[str, Collection[str]]) -> dict[str, Any]:
    """The Dataverse columns to send. A reference becomes a bind, a choice its number; nothing clears the column.

    `parents` are the ids we know of, by object: they tell whether an owner is a user or a team.
    """
    columns: dict[str, Any] = {}
    for name, value in values.items():
        field = one.field(name)
        if field.kind == "reference":
            navigation = field.column.removeprefix("_").removesuffix("_value")
            columns[f"{navigation}@odata.bind"] = value and f"/{_led_by_id(field, value, parents)}({value})"
        else:
            columns[field.column] = option_of(field, value) if field.kind == "choice" else value
    return columns


def _led_by_id(field: Field, value: str, parents: Mapping[str, Collection[str]]) -> str:
    """The entity set that an id is one of; unknown to us, it is taken for one of the field's first parent."""
    known = (each.entity_set for each in field.parents if value in parents.get(each.object, ()))
    return next(known, field.parents[0].entity_set)
