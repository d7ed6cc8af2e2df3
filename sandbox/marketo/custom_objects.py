"""Custom objects: their types (drafted, approved, described) and, once approved, their records.

From Marketo's "Custom objects": calls that change a type answer with an empty result; an approved type gets no new
dedupe or link field; a type may link to a person, a company, or another type that is approved and has no link itself.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.marketo.envelope import Call, Json, Refusal, succeeded
from sandbox.marketo.fields import CREATABLE, Field, FieldTable, mismatch
from sandbox.marketo.objects import ObjectStore, ObjectType
from sandbox.marketo.queries import describe, described_field, query

TYPES_AT_MOST = 10
FIELDS_AT_MOST = 50
ADDED_LATER_AT_MOST = 20
DEDUPE_AT_MOST = 3
STANDARD = {"lead": "leads", "company": "companies"}


@dataclass
class CustomType:
    """A type as drafted; `store` is there once it was `approved` with these fields."""

    name: str
    display: str
    made: str
    description: str | None = None
    fields: dict[str, Json] = field(default_factory=dict)
    store: ObjectStore | None = None
    approved: tuple[str, ...] = ()

    def described(self) -> Json:
        dedupe = [name for name, asked in self.fields.items() if asked.get("isDedupeField")]
        return {
            "state": "approved" if self.store else "draft",
            "apiName": self.name,
            "displayName": self.display,
            "description": self.description,
            "createdAt": self.made,
            "updatedAt": self.made,
            "idField": "marketoGUID",
            "dedupeFields": dedupe,
            "searchableFields": [dedupe, ["marketoGUID"], *([name] for name in self.links())],
            "relationships": [self.relationship(name, "relatedTo") for name in self.links()],
            "fields": [described_field(one) for one in self.table().by_name.values()],
        }

    def links(self) -> list[str]:
        return [name for name, asked in self.fields.items() if asked.get("relatedTo")]

    def relationship(self, name: str, key: str) -> Json:
        """The list of objects has the relation under `relatedTo`, describe under `object`."""
        return {"field": name, "type": "child", key: self.fields[name]["relatedTo"]}

    def table(self) -> FieldTable:
        system = [
            Field("marketoGUID", "Marketo GUID", length=36, read_only=True),
            Field("createdAt", "Created At", "datetime", read_only=True),
            Field("updatedAt", "Updated At", "datetime", read_only=True),
        ]
        own = [Field(name, asked["displayName"], asked["dataType"], custom=True) for name, asked in self.fields.items()]
        return FieldTable([*system, *own])


class CustomObjects:
    def __init__(self, new_guid: Callable[[], Any], tables: Callable[[str], FieldTable]) -> None:
        """`tables` gives the fields of "leads" and of "companies", for links to them."""
        self.types: dict[str, CustomType] = {}
        self.on = True
        """Whether the subscription has custom objects at all."""
        self._new_guid = new_guid
        self._tables = tables

    def check_on(self) -> None:
        if not self.on:
            raise Refusal("1026", "Custom object not enabled")

    # records

    def store(self, call: Call) -> ObjectStore:
        self.check_on()
        kind = self.types.get(call.path[0])
        if kind is None or kind.store is None:
            raise Refusal("1013", f"Object '{call.path[0]}' not found")
        return kind.store

    def listed(self, call: Call) -> Json:
        """GET customobjects.json?names="""
        self.check_on()
        names = call.listed("names")
        shown = [kind for kind in self.types.values() if kind.store and (not names or kind.name in names)]
        hidden = ("apiName", "state", "fields")
        return succeeded(
            [{"name": kind.name, **{k: v for k, v in kind.described().items() if k not in hidden}} for kind in shown]
        )

    def describe(self, call: Call) -> Json:
        return describe(self.store(call))

    def query(self, call: Call) -> Json:
        return query(self.store(call), call)

    def sync(self, call: Call) -> Json:
        return self.store(call).sync(call)

    def delete(self, call: Call) -> Json:
        return self.store(call).delete(call)

    # types

    def type(self, call: Call) -> CustomType:
        self.check_on()
        kind = self.types.get(call.path[0])
        if kind is None:
            raise Refusal("1013", f"Object '{call.path[0]}' not found")
        return kind

    def types_listed(self) -> Json:
        self.check_on()
        return succeeded([kind.described() for kind in self.types.values()])

    def type_described(self, call: Call) -> Json:
        return succeeded([self.type(call).described()])

    def sync_type(self, call: Call) -> Json:
        """POST customobjects/schema.json {action, apiName, displayName, description}: a draft."""
        self.check_on()
        asked = call.json()
        name, display = asked.get("apiName"), asked.get("displayName")
        if not isinstance(name, str) or not re.fullmatch(r"\w+", name, re.ASCII):
            raise Refusal("1003", f"Invalid apiName '{name}'")
        action, old = asked.get("action") or "createOrUpdate", self.types.get(name)
        if old is not None and action == "createOnly":
            raise Refusal("1017", f"Object '{name}' already exists")
        if old is None and action == "updateOnly":
            raise Refusal("1013", f"Object '{name}' not found")
        if old is not None:
            old.display, old.description = display or old.display, asked.get("description", old.description)
            return succeeded([])
        if not display or len(self.types) >= TYPES_AT_MOST:
            raise Refusal("1003", "A display name is required" if not display else "At most 10 custom object types")
        self.types[name] = CustomType(name, display, call.stamp, asked.get("description"))
        return succeeded([])

    def add_fields(self, call: Call) -> Json:
        """POST customobjects/schema/{name}/addField.json {input: [{name, displayName, dataType, isDedupeField, …}]}

        All of them or none; Marketo tells nothing about the single field.
        """
        kind, asked = self.type(call), call.records()
        added = dict[str, Json]()
        for each in asked:
            name = self._checked(kind, {**kind.fields, **added}, each)
            added[name] = {**each, "dataType": self._stored_type(each)}
        kind.fields |= added
        return succeeded([])

    def _checked(self, kind: CustomType, fields: dict[str, Json], asked: Json) -> str:
        name, display, data_type = (asked.get(part) for part in ("name", "displayName", "dataType"))
        if not isinstance(name, str) or not re.fullmatch(r"\w+", name, re.ASCII) or not display:
            raise Refusal("1003", "A field needs name and displayName")
        if name in fields or display in [each["displayName"] for each in fields.values()]:
            raise Refusal("1017", f"Field '{name}' already exists")
        if data_type not in CREATABLE | {"link", "text"}:
            raise mismatch(data_type, "dataType")
        if len(fields) >= FIELDS_AT_MOST:
            raise Refusal("1028", "Max field limit reached")
        if sum(bool(each.get("isDedupeField")) for each in [*fields.values(), asked]) > DEDUPE_AT_MOST:
            raise Refusal("1003", "At most 3 dedupe fields")
        if kind.store is not None:
            self._check_later(kind, fields, asked)
        return name

    def _check_later(self, kind: CustomType, fields: dict[str, Json], asked: Json) -> None:
        if asked.get("isDedupeField") or asked.get("dataType") == "link":
            raise Refusal("1003", "An approved object gets no more link or dedupe fields")
        if len(fields) - len(kind.approved) >= ADDED_LATER_AT_MOST:
            raise Refusal("1028", "Max field limit reached")

    def _stored_type(self, asked: Json) -> str:
        """A link holds what the field that it leads to holds."""
        if asked["dataType"] != "link":
            return str(asked["dataType"])
        related = asked.get("relatedTo") or {}
        name, field_name = str(related.get("name")), str(related.get("field"))
        if standard := STANDARD.get(name.lower()):
            return self._tables(standard).named(field_name).type
        target = self.types.get(name)
        if target is None or target.store is None or target.links():
            raise Refusal("1003", f"'{name}' cannot be linked to: it must be approved and have no link itself")
        return target.store.kind.table.named(field_name).type

    def approve(self, call: Call) -> Json:
        """Makes the draft's fields those of the records; a type needs a dedupe field."""
        kind = self.type(call)
        dedupe = tuple(kind.described()["dedupeFields"])
        if not dedupe:
            raise Refusal("1003", "A custom object needs a dedupe field")
        if kind.store is None:
            searchable = dict.fromkeys([*(dedupe if len(dedupe) == 1 else ()), "marketoGUID", *kind.links()])
            relations = [kind.relationship(name, "object") for name in kind.links()]
            made = ObjectType(
                kind.name, kind.display, "marketoGUID", dedupe, tuple(searchable), kind.table(), of_crm=False
            )
            made.relationships = relations
            made.key_missing = "missing.dedupe.fields"
            kind.store = ObjectStore(made, self._new_guid)
            kind.approved = tuple(kind.fields)
        kind.store.kind.table = kind.table()
        return succeeded([])

    def delete_type(self, call: Call) -> Json:
        del self.types[self.type(call).name]
        return succeeded([])

    def discard_draft(self, call: Call) -> Json:
        kind = self.type(call)
        if kind.store is None:
            raise Refusal("1048", "Custom Object Discard Draft Failed")
        kind.fields = {name: asked for name, asked in kind.fields.items() if name in kind.store.kind.table.by_name}
        return succeeded([])
