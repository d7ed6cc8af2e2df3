"""CreateMultiple, UpdateMultiple, UpsertMultiple and BulkDelete.

Standard tables take a *Multiple as a whole or not at all: one bad row rolls everything back with that row's error,
without saying which row it was.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sandbox.dynamics.addresses import Key, read_key, segments
from sandbox.dynamics.calls import Answer, Call
from sandbox.dynamics.refusals import bad_payload, does_not_exist, not_implemented, unknown_segment
from sandbox.dynamics.store import Rows, Store
from sandbox.dynamics.writing import create, delete_one, update


def targets(rows: Rows, call: Call) -> list[dict[str, Any]]:
    """The Targets of the body: objects, each naming the table in its @odata.type."""
    logical = rows.table.logical
    found = call.json().get("Targets")
    if not isinstance(found, list) or not found or not all(isinstance(target, dict) for target in found):
        raise bad_payload(logical, "The parameter 'Targets' must be a list of entities.")
    for target in found:
        if str(target.get("@odata.type", "")).removeprefix("#") != f"Microsoft.Dynamics.CRM.{logical}":
            raise bad_payload(logical, "Each of the Targets needs the @odata.type of this table.")
    return found


def create_multiple(store: Store, rows: Rows, call: Call) -> Answer:
    with store.transaction():
        made = [create(store, rows, target, call, {}) for target in targets(rows, call)]
    ids = [row[rows.table.id_name] for row in made]
    context = f"{call.base}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse"
    return Answer(200, {"@odata.context": context, "Ids": ids})


def update_multiple(store: Store, rows: Rows, call: Call) -> Answer:
    logical, id_name = rows.table.logical, rows.table.id_name
    with store.transaction():
        for target in targets(rows, call):
            key = Key(str(target[id_name]).lower(), {}) if target.get(id_name) else odata_id(rows, target)
            if key.row_id not in rows.by_id:
                raise does_not_exist(logical, str(key.row_id))
            update(store, rows, str(key.row_id), target, call, {})
    return Answer(204)


def upsert_multiple(store: Store, rows: Rows, call: Call) -> Answer:
    """204 and nothing else: neither ids nor which rows were new."""
    id_name = rows.table.id_name
    with store.transaction():
        for target in targets(rows, call):
            key = Key(str(target[id_name]).lower(), {}) if target.get(id_name) else odata_id(rows, target)
            if key.row_id in rows.by_id:
                update(store, rows, str(key.row_id), target, call, {})
            else:
                create(store, rows, target, call, {}, key)
    return Answer(204)


def odata_id(rows: Rows, target: dict[str, Any]) -> Key:
    """`"@odata.id": "leads(new_marketoid=42)"`, relative or whole."""
    address = str(target.get("@odata.id", ""))
    found = segments(address.split("/api/data/v9.2/", 1)[-1])
    if len(found) != 1 or found[0].key is None:
        raise bad_payload(rows.table.logical, "Each of the Targets needs an id or an @odata.id.")
    if found[0].name != rows.table.entity_set:
        raise unknown_segment(found[0].name)
    return read_key(rows, found[0].key)


def delete_multiple(_store: Store, _rows: Rows, _call: Call) -> Answer:
    """Elastic tables only."""
    raise not_implemented("DeleteMultiple")


def bulk_delete(store: Store, call: Call) -> Answer:
    """A job on the real service; here it is done before the answer."""
    body = call.json()
    for query in body.get("QuerySet", []):
        rows = store.logical.get(query.get("EntityName"))
        if rows is None:
            raise bad_payload(str(query.get("EntityName")), "The entity was not found.")
        for condition in query.get("Criteria", {}).get("Conditions", []):
            if condition.get("AttributeName") != rows.table.id_name or condition.get("Operator") not in {"In", "Equal"}:
                raise bad_payload(rows.table.logical, "This sandbox deletes in bulk by id only.")
            for value in condition.get("Values", []):
                delete_one(store, rows, str(value.get("Value")).lower())
    context = f"{call.base}/$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse"
    return Answer(200, {"@odata.context": context, "JobId": str(uuid4())})


ACTIONS: dict[str, Callable[[Store, Rows, Call], Answer]] = {
    "CreateMultiple": create_multiple,
    "UpdateMultiple": update_multiple,
    "UpsertMultiple": upsert_multiple,
    "DeleteMultiple": delete_multiple,
}
