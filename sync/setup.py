"""The Marketo fields this needs: what they are, which are missing, and creating them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sync import custom_types
from sync.custom_types import fields_there, with_link
from sync.fitting import found_as
from sync.marketo.access import PersonField
from sync.marketo.client import Marketo
from sync.objects import CUSTOM, DELETED, SYNC, TYPE, Field, Object

MOST_FIELDS = 100  # that one instance lets the API create for an object, and none can be deleted again
CREATABLE = ("leads", "companies", "opportunities")
TYPES: Mapping[str, str] = {
    "text": "string",
    "email": "email",
    "flag": "boolean",
    "number": "float",
    "date": "date",
    "moment": "datetime",
    "choice": "string",
    "reference": "string",
}

Missing = dict[str, list[dict[str, Any]]]


def wanted_fields(objects: Iterable[Object], there: Mapping[str, PersonField]) -> list[dict[str, Any]]:
    """The fields, of objects of one kind, that `there` lacks: our own, and mapped ones known by their display name.

    A field that only travels to Dynamics is not made up: Marketo would have nothing to put into it.
    """
    by_rest = {name.lower(): field for name, field in there.items()}
    by_display = {field.display_name.lower(): field for field in there.values()}
    wanted = [field for one in objects for field in _own(one)]
    found: dict[str, dict[str, Any]] = {}
    for each in wanted:
        if each.name.lower() not in found and found_as(each, by_rest, by_display) is None:
            found[each.name.lower()] = _described(each)
    return list(found.values())


def _flag(one: Object) -> list[Field]:
    name = one.deleted_field
    shown = "Dynamics is Deleted" if name == DELETED else _in_words(name)
    return [Field(name, "", "flag", display_name=shown)] if name else []


def _own(one: Object) -> list[Field]:
    flag = _flag(one)
    mapped = [each for each in one.fields if each.display_name and "to-marketo" in each.directions]
    if not one.is_person:
        return [*flag, *mapped]
    ids = [Field(name, "", display_name=_in_words(name)) for name in (one.marketo_key, TYPE)]
    return [*ids, *flag, Field(SYNC, "", "flag", display_name=_in_words(SYNC)), *mapped]


def _in_words(name: str) -> str:
    """dynamicsLeadId -> Dynamics Lead Id"""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name[:1].upper() + name[1:])


def _described(each: Field) -> dict[str, Any]:
    data_type = "integer" if each.number else TYPES[each.kind]
    return {"name": each.name, "displayName": each.display_name, "dataType": data_type}


async def missing_fields(marketo: Marketo, objects: Sequence[Object]) -> Missing:
    """Per kind, the fields that have to be created for `objects`; kinds that lack nothing are left out."""
    missing = {}
    for kind in dict.fromkeys(one.kind for one in objects if one.kind in CREATABLE):
        there = await (marketo.person_fields() if kind == "leads" else marketo.object_fields(kind))
        if lacking := wanted_fields([one for one in objects if one.kind == kind], there):
            missing[kind] = lacking
    for one in (each for each in objects if each.is_custom):
        if lacking := await _lacking(marketo, one, objects):
            missing[one.kind] = lacking
    return missing


async def _lacking(marketo: Marketo, one: Object, objects: Sequence[Object]) -> list[dict[str, Any]]:
    """What a custom object lacks: all of it, where the type is missing; nothing, where Marketo has no such things.

    A type that is there gets no more links.
    """
    there = await fields_there(marketo, one)
    if there is None:
        return []
    key = {**_described(Field(one.marketo_key, "", display_name=_in_words(one.marketo_key))), "isDedupeField": True}
    named = [replace(each, display_name=each.display_name or _in_words(each.name)) for each in one.fields]
    wanted = [key, *(with_link(_described(each), each, objects) for each in (*named, *_flag(one)))]
    names = {name.lower() for name in there}
    lacking = [field for field in wanted if field["name"].lower() not in names]
    return [field for field in lacking if not there or "relatedTo" not in field]


async def create_missing_fields(marketo: Marketo, objects: Sequence[Object]) -> list[str]:
    """Creates what is missing and returns their names as `kind.field`. Marketo can never delete them again."""
    created = []
    for kind, fields in (await missing_fields(marketo, objects)).items():
        if kind.startswith(CUSTOM):
            await custom_types.create(marketo, kind, _in_words(kind.removeprefix(CUSTOM)), fields)
        else:
            await marketo.create_fields(kind, fields)
        created += names_of(kind, fields)
    return created


def names_of(kind: str, fields: Sequence[dict[str, Any]]) -> list[str]:
    return [f"{kind}.{field['name']}" for field in fields]


def told_of(missing: Missing) -> list[str]:
    """A line per field to be created: what it will be called, and of what type."""
    return [
        f"{kind}.{field['name']}: '{field['displayName']}', {field['dataType']}"
        for kind, fields in missing.items()
        for field in fields
    ]


def too_many(missing: Missing) -> list[str]:
    """A sentence for each kind that wants more fields than can be created."""
    return [
        f"{kind}: {len(fields)} fields are missing, but Marketo lets the API create {MOST_FIELDS} at most; "
        "create some in Marketo's Field Management, under the same names"
        for kind, fields in missing.items()
        if len(fields) > MOST_FIELDS
    ]
