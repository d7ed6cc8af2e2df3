"""Answering queries and describes for every object of the shared pattern."""

from typing import Any

from sandbox.marketo.envelope import Call, Json, Refusal, succeeded
from sandbox.marketo.fields import Field
from sandbox.marketo.objects import ObjectStore
from sandbox.marketo.tokens import offset_of, place_token


def wanted_fields(call: Call) -> list[str]:
    """The names in `fields`, a comma-separated parameter or a list in a JSON body."""
    given = call.body.get("fields") if isinstance(call.body, dict) else None
    if isinstance(given, list):
        return [str(name) for name in given]
    return call.listed("fields")


def query(store: ObjectStore, call: Call) -> Json:
    """GET {type}.json. What is null is left out: a field that is asked for and missing is implied to be null."""
    by_lower = {name.lower(): name for name in store.kind.table.by_name}
    names = [by_lower.get(name.lower(), name) for name in wanted_fields(call)] or store.default_fields()
    if store.kind.id_field not in names:
        names.insert(0, store.kind.id_field)
    rows = store.read(call, names)
    shown = [
        {"seq": seq, **{name: row[name] for name in names if row.get(name) is not None}} for seq, row in enumerate(rows)
    ]
    return paged(shown, call)


def paged(rows: list[Any], call: Call) -> Json:
    """One page of an answer; `nextPageToken` and `moreResult` only when there is another."""
    offset = offset_of(call.parameters.get("nextPageToken"))
    end = offset + call.batch_size()
    if end < len(rows):
        return succeeded(rows[offset:end], nextPageToken=place_token(end), moreResult=True)
    return succeeded(rows[offset:end])


def describe(store: ObjectStore) -> Json:
    kind = store.kind
    searchable = [[name] for name in kind.searchable]
    if len(kind.dedupe) > 1:
        searchable.insert(0, list(kind.dedupe))
    shown = {
        "name": kind.name,
        "displayName": kind.display,
        "createdAt": "2015-02-03T22:36:23Z",
        "updatedAt": "2015-02-03T22:36:24Z",
        "idField": kind.id_field,
        "dedupeFields": list(kind.dedupe),
        "searchableFields": searchable,
        "fields": [described_field(field, kind.dedupe) for field in kind.table.by_name.values() if not field.hidden],
    }
    if kind.relationships:
        shown["relationships"] = kind.relationships
    return succeeded([shown])


def described_field(field: Field, dedupe: tuple[str, ...] = ()) -> Json:
    """As describe shows a field; `updateable` is about changing it after creation."""
    shown: Json = {"name": field.name, "displayName": field.display, "dataType": field.type}
    if field.length:
        shown["length"] = field.length
    return {**shown, "updateable": not field.read_only and field.name not in dedupe}


def schema_field(field: Field) -> Json:
    """As the schema endpoints show a field."""
    shown: Json = {
        "displayName": field.display,
        "name": field.name,
        "description": field.description,
        "dataType": field.type,
    }
    if field.length:
        shown["length"] = field.length
    flags = {"isHidden": field.hidden, "isHtmlEncodingInEmail": field.type in ("string", "email", "phone")}
    return {**shown, **flags, "isSensitive": False, "isCustom": field.custom, "isApiCreated": field.custom}


def refuse_while_native(on: bool) -> None:
    if on:
        raise Refusal("1018", "CRM Enabled")
