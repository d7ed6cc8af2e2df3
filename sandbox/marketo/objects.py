"""The pattern that companies, opportunities, roles, sales persons, named accounts and custom objects share."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.marketo.envelope import Call, Json, Refusal, skipped, succeeded
from sandbox.marketo.fields import FieldTable

Row = dict[str, Any]
ACTIONS = ("createOnly", "updateOnly", "createOrUpdate")


@dataclass(slots=True)
class ObjectType:
    """What sets one object apart from the others."""

    name: str
    display: str
    id_field: str
    dedupe: tuple[str, ...]
    searchable: tuple[str, ...]
    table: FieldTable
    required: tuple[str, ...] = ()
    of_crm: bool = True
    """Whether writes are refused (1018) while the native CRM sync is on."""
    relationships: list[Json] = field(default_factory=list)
    key_missing: str = ""
    """What a record without its dedupe fields is told, where that is not the usual sentence."""


class ObjectStore:
    """The records of one object, by id, by dedupe key and by every searchable field."""

    def __init__(self, kind: ObjectType, new_id: Callable[[], Any]) -> None:
        self.kind = kind
        self.rows: dict[Any, Row] = {}
        self.by_key: dict[Any, Row] = {}
        self.indexes: dict[str, dict[Any, dict[Any, Row]]] = {
            name: {} for name in kind.searchable if name != kind.id_field and (name,) != kind.dedupe
        }
        self.check_batch: Callable[[list[Json]], None] = lambda records: None
        self.check_row: Callable[[Row, Row | None], None] = lambda values, old: None
        self.check_delete: Callable[[Row], None] = lambda row: None
        self.on_change: Callable[[Row, Row, Call], None] = lambda old, new, call: None
        self.on_delete: Callable[[Row], None] = lambda row: None
        self._new_id = new_id

    # writing

    def sync(self, call: Call) -> Json:
        """Create and update: body {action, dedupeBy, input}; one result per record with its `seq`."""
        records = call.records()
        body = call.json()
        action = body.get("action") or "createOrUpdate"
        by_id = (body.get("dedupeBy") or "dedupeFields") == "idField"
        if action not in ACTIONS or body.get("dedupeBy") not in (None, "", "idField", "dedupeFields"):
            raise Refusal("1003", f"Invalid action '{action}' or dedupeBy '{body.get('dedupeBy')}'")
        if by_id and action != "updateOnly":
            raise Refusal("1003", f"dedupeBy 'idField' is not allowed with action '{action}'")
        self.check_batch(records)
        stamp, seen, results = call.stamp, set[Any](), list[Json]()
        for seq, record in enumerate(records):
            try:
                results.append({"seq": seq, **self._write(record, action, by_id, stamp, seen, call)})
            except Refusal as refusal:
                results.append({"seq": seq, **skipped(refusal)})
        return succeeded(results)

    def _write(self, record: Json, action: str, by_id: bool, stamp: str, seen: set[Any], call: Call) -> Json:
        key = self._id_key(record) if by_id else self._key(record)
        if key in seen:
            raise Refusal("1036", "Duplicate object found in input")
        seen.add(key)
        old = (self.rows if by_id else self.by_key).get(key)
        if old is None and action == "updateOnly":
            raise Refusal("1013", "Object not found")
        if old is not None and action == "createOnly":
            raise Refusal("1017", "Object already exists")
        values = self._clean(record, by_id)
        self.check_row(values, old)
        id_field = self.kind.id_field
        if old is None:
            return {id_field: self.insert(values, stamp)[id_field], "status": "created"}
        if by_id and any(name in values and values[name] != old.get(name) for name in self.kind.dedupe):
            raise Refusal("1003", f"Fields {', '.join(self.kind.dedupe)} cannot be updated")
        self._update(old, values, stamp, call)
        return {id_field: old[id_field], "status": "updated"}

    def _clean(self, record: Json, by_id: bool) -> Row:
        checks, id_field = self.kind.table.checks, self.kind.id_field
        values: Row = {}
        for name, value in record.items():
            check = checks.get(name)
            if check is None:
                raise Refusal("1006", f"Field '{name}' not found")
            if name == id_field:
                if not by_id:
                    raise Refusal("1003", f"Field '{name}' is not allowed with dedupeBy 'dedupeFields'")
                continue
            values[name] = check(value)
        for name in ("createdAt", "updatedAt"):
            if name in values:
                raise Refusal("1003", f"Field '{name}' is read-only")
        return values

    def insert(self, values: Row, stamp: str) -> Row:
        """Stores a new record of checked values; 1002 when a required field is missing."""
        for name in self.kind.required:
            if values.get(name) is None:
                raise Refusal("1002", f"Missing value for the required parameter '{name}'")
        row = {self.kind.id_field: self._new_id(), **values, "createdAt": stamp, "updatedAt": stamp}
        self.rows[row[self.kind.id_field]] = row
        self.by_key[self._stored_key(row)] = row
        self._index(row)
        return row

    def _update(self, row: Row, values: Row, stamp: str, call: Call) -> None:
        for name in self.kind.required:
            if name in values and values[name] is None:
                raise Refusal("1002", f"Missing value for the required parameter '{name}'")
        changed = {name: value for name, value in values.items() if row.get(name) != value}
        if not changed:
            return
        old = {name: row.get(name) for name in changed}
        self._unindex(row)
        row.update(changed)
        row["updatedAt"] = stamp
        self._index(row)
        self.on_change(old, row, call)

    def put_quietly(self, row: Row, values: Row) -> None:
        """Sets values unchecked, as somebody in Marketo may; not those that tell records apart."""
        self._unindex(row)
        row.update(values)
        self._index(row)

    def delete(self, call: Call) -> Json:
        """body {deleteBy, input}; skipped 1013 for what is not there, 1022 for what is in use."""
        by_id = call.json().get("deleteBy") == "idField"
        results: list[Json] = []
        for seq, record in enumerate(call.records()):
            try:
                row = (self.rows if by_id else self.by_key).get(self._id_key(record) if by_id else self._key(record))
                if row is None:
                    raise Refusal("1013", "Object not found")
                self.check_delete(row)
                self.remove(row)
                results.append({"seq": seq, self.kind.id_field: row[self.kind.id_field], "status": "deleted"})
            except Refusal as refusal:
                results.append({"seq": seq, **skipped(refusal)})
        return succeeded(results)

    def remove(self, row: Row) -> None:
        del self.rows[row[self.kind.id_field]]
        self.by_key.pop(self._stored_key(row), None)
        self._unindex(row)
        self.on_delete(row)

    # keys and indexes

    def _key(self, record: Json) -> Any:
        if len(self.kind.dedupe) == 1:
            return self._part(record, self.kind.dedupe[0])
        return tuple(self._part(record, name) for name in self.kind.dedupe)

    def _part(self, record: Json, name: str) -> Any:
        value = self.kind.table.checks[name](record.get(name))
        if value is None:
            missing = self.kind.key_missing or f"Missing value for the required parameter '{name}'"
            raise Refusal("1002", missing)
        return value

    def _id_key(self, record: Json) -> Any:
        return self._part(record, self.kind.id_field)

    def _stored_key(self, row: Row) -> Any:
        if len(self.kind.dedupe) == 1:
            return row.get(self.kind.dedupe[0])
        return tuple(row.get(name) for name in self.kind.dedupe)

    def _index(self, row: Row) -> None:
        for name, index in self.indexes.items():
            if (value := row.get(name)) is not None:
                index.setdefault(value, {})[row[self.kind.id_field]] = row

    def _unindex(self, row: Row) -> None:
        for name, index in self.indexes.items():
            if (found := index.get(row.get(name))) is not None:
                found.pop(row[self.kind.id_field], None)

    def having(self, name: str, value: Any) -> Iterable[Row]:
        """The records whose searchable field `name` holds `value`."""
        if name == self.kind.id_field:
            source: dict[Any, Row] = self.rows
        elif (name,) == self.kind.dedupe:
            source = self.by_key
        else:
            return list(self.indexes[name].get(value, {}).values())
        return [source[value]] if value in source else []

    # reading

    def read(self, call: Call, fields: list[str]) -> list[Row]:
        """Every record that a query by filter, or by compound keys in the body's `input`, finds, once each."""
        for name in fields:
            self.kind.table.named(name)
        found: dict[Any, Row] = {}
        for row in self._matches(call):
            found[row[self.kind.id_field]] = row
        return list(found.values())

    def _matches(self, call: Call) -> Iterator[Row]:
        filter_type = call.required("filterType")
        if filter_type == "dedupeFields" and isinstance(call.body, dict) and "input" in call.body:
            keys = [self._key(record) for record in call.records()]
            yield from (self.by_key[key] for key in keys if key in self.by_key)
            return
        name = {"idField": self.kind.id_field, "dedupeFields": self.kind.dedupe[0]}.get(filter_type, filter_type)
        if filter_type == "dedupeFields" and len(self.kind.dedupe) > 1:
            raise Refusal("1003", "A compound key is queried by POST with _method=GET and a JSON body")
        if name not in self.kind.searchable:
            raise Refusal("1011", f"Field '{filter_type}' not supported")
        call.required("filterValues")
        values = call.listed("filterValues")
        if len(values) > 300:
            raise Refusal("1003", "At most 300 filterValues are allowed")
        check = self.kind.table.checks[name]
        for value in values:
            yield from self.having(name, check(value))

    def default_fields(self) -> list[str]:
        return [self.kind.id_field, *self.kind.dedupe, "updatedAt", "createdAt"]
