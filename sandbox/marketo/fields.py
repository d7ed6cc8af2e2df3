"""Fields: what each may hold, and the checks that say no before anything is written.

A check takes a value as it came in JSON and gives back what is stored (None for null and ""), or raises a Refusal:
1001 for a value of another type, 1003 for one that is too long or malformed.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sandbox.marketo.envelope import Json, Refusal
from sandbox.marketo.stamps import read_moment, stamp

Check = Callable[[Any], Any]

TEXT_TYPES = frozenset({"string", "email", "phone", "url", "reference"})
CREATABLE = frozenset(
    "boolean currency date datetime email float integer percent phone score string url".split()  # noqa: SIM905
)
"""The types a field may be created with over the API (Marketo, Create Lead Fields)."""
API_CREATED_LIMIT = 100

EMAIL = re.compile(r"[^@\s,;:<>()\[\]\"\\]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")


@dataclass(slots=True)
class Field:
    """One field of one object."""

    name: str
    display: str
    type: str = "string"
    length: int | None = None
    read_only: bool = False
    of_company: bool = False
    """On people: the value lives on the company and is written through Sync Companies only (1021)."""
    default: Any = None
    custom: bool = False
    id: int = 0
    description: str | None = None
    hidden: bool = False

    def __post_init__(self) -> None:
        if self.length is None and self.type in TEXT_TYPES:
            self.length = 255


def mismatch(value: Any, wanted: str) -> Refusal:
    return Refusal("1001", f"Invalid value '{value}'. Required of type '{wanted}'")


def _text(field: Field) -> Check:
    name, length = field.name, field.length or 255

    def check(value: Any) -> Any:
        if value is None or value == "":
            return None
        if type(value) is not str:
            if not isinstance(value, (int, float)):
                raise mismatch(value, field.type)
            value = str(value).lower() if isinstance(value, bool) else str(value)
        if len(value) > length:
            raise Refusal("1003", f"Value for field '{name}' is too long: {len(value)} characters, at most {length}")
        return value

    return check


def _long_text(field: Field) -> Check:
    def check(value: Any) -> Any:
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise mismatch(value, "text")
        if len(value.encode()) > 30_000:
            raise Refusal("1003", f"Value for field '{field.name}' is too long: at most 30000 bytes")
        return value

    return check


def _email(field: Field) -> Check:
    text = _text(field)

    def check(value: Any) -> Any:
        value = text(value)
        if value is None:
            return None
        if not value.isascii() or not EMAIL.fullmatch(value) or ".." in value or value[0] == "." or ".@" in value:
            raise Refusal("1003", f"Invalid email address '{value}'")
        return value

    return check


def _boolean(field: Field) -> Check:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}

    def check(value: Any) -> Any:
        if value is True or value is False:
            return value
        if value is None or value == "":
            return field.default
        meant = words.get(str(value).lower())
        if meant is None:
            raise mismatch(value, "boolean")
        return meant

    return check


def _whole(field: Field) -> Check:
    def check(value: Any) -> Any:
        if type(value) is int:
            number: float = value
        elif value is None or value == "":
            return None
        else:
            number = _number(value, "integer")
            if number != int(number):
                raise mismatch(value, "integer")
        if not -(2**31) <= number < 2**31:
            raise mismatch(value, "integer")
        return int(number)

    return check


def _number(value: Any, wanted: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise mismatch(value, wanted)
    try:
        number = float(value)
    except ValueError:
        raise mismatch(value, wanted) from None
    if number != number or number in (float("inf"), float("-inf")):
        raise mismatch(value, wanted)
    return number


def _decimal(field: Field) -> Check:
    def check(value: Any) -> Any:
        if type(value) is float or type(value) is int:
            return _number(value, field.type) if type(value) is float else value
        return None if value is None or value == "" else _number(value, field.type)

    return check


def _date(_: Field) -> Check:
    def check(value: Any) -> Any:
        if value is None or value == "":
            return None
        try:
            return date.fromisoformat(str(value)[:10]).isoformat()
        except ValueError:
            raise mismatch(value, "date") from None

    return check


def _datetime(_: Field) -> Check:
    def check(value: Any) -> Any:
        if value is None or value == "":
            return None
        try:
            return stamp(read_moment(str(value)))
        except ValueError:
            raise mismatch(value, "datetime") from None

    return check


CHECKS: dict[str, Callable[[Field], Check]] = {
    "email": _email,
    "text": _long_text,
    "boolean": _boolean,
    "integer": _whole,
    "score": _whole,
    "percent": _whole,
    "float": _decimal,
    "currency": _decimal,
    "date": _date,
    "datetime": _datetime,
}


class FieldTable:
    """The fields of one object by name, with a check for each that may be written."""

    def __init__(self, fields: Iterable[Field], first_id: int = 1) -> None:
        self.by_name: dict[str, Field] = {}
        self.checks: dict[str, Check] = {}
        self.first_id = first_id
        for field in fields:
            self.add(field)

    def add(self, field: Field) -> None:
        field.id = self.first_id + len(self.by_name)
        self.by_name[field.name] = field
        self.checks[field.name] = CHECKS.get(field.type, _text)(field)

    def named(self, name: str) -> Field:
        if name not in self.by_name:
            raise Refusal("1006", f"Field '{name}' not found")
        return self.by_name[name]

    def create(self, asked: Json) -> None:
        """Adds a custom field as Create Lead Fields does; 1003, 1017 (there already) or 1028 (100 created)."""
        name, display, kind = (asked.get(part) for part in ("name", "displayName", "dataType"))
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII):
            raise Refusal("1003", f"Invalid field name '{name}'")
        if not isinstance(display, str) or not re.fullmatch(r"[\w -]+", display):
            raise Refusal("1003", f"Invalid display name '{display}'")
        if kind not in CREATABLE:
            raise mismatch(kind, "dataType")
        if any(name.lower() == field.name.lower() or display == field.display for field in self.by_name.values()):
            raise Refusal("1017", f"Field '{name}' already exists")
        if sum(field.custom for field in self.by_name.values()) >= API_CREATED_LIMIT:
            raise Refusal("1028", "Max field limit reached")
        described = asked.get("description")
        self.add(Field(name, display, kind, custom=True, description=described, hidden=bool(asked.get("isHidden"))))
