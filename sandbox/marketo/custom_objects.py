"""Custom objects: their types (drafted, approved, described) and, once approved, their records."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.marketo.envelope import Call, Json, Refusal, skipped, succeeded
from sandbox.marketo.fields import CREATABLE, Field, FieldTable, mismatch
from sandbox.marketo.objects import ObjectStore, ObjectType
from sandbox.marketo.queries import describe, described_field, query

TYPES_AT_MOST = 10
FIELDS_AT_MOST = 50


@dataclass
class CustomType:
    """A type as drafted; `store` is there once it was approved."""

    name: str
    display: str
    made: str
    description: str | None = None
    fields: dict[str, Json] = field(default_factory=dict)
    store: ObjectStore | None = None

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
    def __init__(self, new_guid: Callable[[], Any]) -> None:
        self.types: dict[str, CustomType] = {}
        self._new_guid = new_guid

    # records

    def store(self, call: Call) -> ObjectStore:
        kind = self.types.get(call.path[0])
        if kind is None or kind.store is None:
            raise Refusal("1013", f"Object '{call.path[0]}' not found")
        return kind.store

    def listed(self, call: Call) -> Json:
        """GET customobjects.json?names="""
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
        kind = self.types.get(call.path[0])
        if kind is None:
            raise Refusal("1013", f"Object '{call.path[0]}' not found")
        return kind

    def types_listed(self) -> Json:
        return succeeded([kind.described() for kind in self.types.values()])

    def type_described(self, call: Call) -> Json:
        return succeeded([self.type(call).described()])

    def sync_type(self, call: Call) -> Json:
        """POST customobjects/schema.json {action, apiName, displayName, description}: a draft."""
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
            return succeeded([{"apiName": name, "status": "updated"}])
        if not display or len(self.types) >= TYPES_AT_MOST:
            raise Refusal("1003", "A display name is required" if not display else "At most 10 custom object types")
        self.types[name] = CustomType(name, display, call.stamp, asked.get("description"))
        return succeeded([{"apiName": name, "status": "created"}])

    def add_fields(self, call: Call) -> Json:
        """POST customobjects/schema/{name}/addField.json {input: [{name, displayName, dataType, isDedupeField, …}]}"""
        kind, results = self.type(call), list[Json]()
        for asked in call.records():
            try:
                self._add_field(kind, asked)
                results.append({"name": asked["name"], "status": "created"})
            except Refusal as refusal:
                results.append(skipped(refusal))
        return succeeded(results)

    def _add_field(self, kind: CustomType, asked: Json) -> None:
        name, data_type = asked.get("name"), asked.get("dataType")
        if not isinstance(name, str) or not asked.get("displayName"):
            raise Refusal("1003", "A field needs name and displayName")
        if name in kind.fields:
            raise Refusal("1017", f"Field '{name}' already exists")
        if data_type not in CREATABLE | {"link", "text"}:
            raise mismatch(data_type, "dataType")
        if len(kind.fields) >= FIELDS_AT_MOST:
            raise Refusal("1028", "Max field limit reached")
        kind.fields[name] = {**asked, "dataType": "string" if data_type == "link" else data_type}

    def approve(self, call: Call) -> Json:
        """Makes the draft's fields those of the records; a type needs a dedupe field and a link."""
        kind = self.type(call)
        dedupe = tuple(kind.described()["dedupeFields"])
        if not dedupe or not kind.links():
            raise Refusal("1003", "A custom object needs a dedupe field and a link field")
        if kind.store is None:
            searchable = dict.fromkeys([*(dedupe if len(dedupe) == 1 else ()), "marketoGUID", *kind.links()])
            relations = [kind.relationship(name, "object") for name in kind.links()]
            made = ObjectType(
                kind.name, kind.display, "marketoGUID", dedupe, tuple(searchable), kind.table(), of_crm=False
            )
            made.relationships = relations
            kind.store = ObjectStore(made, self._new_guid)
        kind.store.kind.table = kind.table()
        return succeeded([{"apiName": kind.name, "status": "updated"}])

    def delete_type(self, call: Call) -> Json:
        del self.types[self.type(call).name]
        return succeeded([{"apiName": call.path[0], "status": "deleted"}])

    def discard_draft(self, call: Call) -> Json:
        kind = self.type(call)
        if kind.store is None:
            raise Refusal("1048", "Custom Object Discard Draft Failed")
        kind.fields = {name: asked for name, asked in kind.fields.items() if name in kind.store.kind.table.by_name}
        return succeeded([{"apiName": kind.name, "status": "updated"}])
