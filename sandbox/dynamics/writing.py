"""POST, PATCH, PUT and DELETE of single rows."""

import re
from typing import Any
from uuid import uuid4

from sandbox.dynamics.addresses import GUID, Key, read_key
from sandbox.dynamics.calls import Answer, Call
from sandbox.dynamics.checks import check_required, checked, settle_state
from sandbox.dynamics.columns import LOOKUPS
from sandbox.dynamics.defaults import complete, derive_name
from sandbox.dynamics.duplicates import check_duplicates, detection_on
from sandbox.dynamics.payloads import cleared, plain, values_of
from sandbox.dynamics.plugins import check_plugins
from sandbox.dynamics.projection import chosen, wanted_annotations
from sandbox.dynamics.reading import entity, known_in, may
from sandbox.dynamics.refusals import (
    already_exists,
    bad_payload,
    cannot_delete,
    does_not_exist,
    duplicate_id,
    key_taken,
    unknown_property,
    version_mismatch,
)
from sandbox.dynamics.store import Row, Rows, Store

References = dict[str, str]


def create(
    store: Store, rows: Rows, body: dict[str, Any], call: Call, references: References, key: Key | None = None
) -> Row:
    """A new row, with the id the caller chose or one of ours; the id of an existing row is 412 0x80040237."""
    may(store, rows, "Create")
    table = rows.table
    row = values_of(store, rows, body, creating=True, references=references)
    if key is not None:
        row |= key.values
        if key.row_id is not None:
            row[table.id_name] = key.row_id
    row_id = row.setdefault(table.id_name, str(uuid4()))
    if not GUID.fullmatch(str(row_id)):
        raise bad_payload(table.logical, f"'{row_id}' is not a Guid.")
    if row_id in rows.by_id:
        raise duplicate_id()
    complete(store, rows, row)
    check_required(table, row)
    check_keys(rows, row, row_id)
    if detection_on(call.headers):
        check_duplicates(rows, row, row_id)
    check_plugins(rows, row)
    return store.insert(rows, {name: value for name, value in row.items() if value is not None})


def check_keys(rows: Rows, row: Row, own_id: str) -> None:
    """Two rows cannot share an alternate key; nulls do not collide."""
    for index in rows.keys.values():
        values = index.values(row)
        if values is not None and set(index.find(*values)) - {own_id}:
            raise key_taken(",".join(index.columns))


def update(store: Store, rows: Rows, row_id: str, body: dict[str, Any], call: Call, references: References) -> Row:
    """Sets what the body names. The same values again are a write like any other."""
    may(store, rows, "Write")
    values = values_of(store, rows, body, creating=False, references=references)
    return apply(store, rows, row_id, values, call)


def apply(store: Store, rows: Rows, row_id: str, values: Row, call: Call) -> Row:
    old = rows.by_id[row_id]
    settle_state(rows.table, old, values, row_id)
    derive_name(rows.table.logical, values, old | values)
    new = old | values
    check_keys(rows, new, row_id)
    if detection_on(call.headers):
        check_duplicates(rows, new, row_id)
    check_required(rows.table, new)
    check_plugins(rows, new)
    return store.update(rows, row_id, values)


def check_etag(call: Call, row: Row) -> None:
    """If-Match with an etag: 412 0x80060882 unless it is the row's own. `*` only says that the row must be there."""
    wanted = call.headers.get("If-Match")
    if wanted is None or wanted.strip() == "*":
        return
    versions = re.findall(r'(?:W/)?"(\d+)"', wanted)
    if str(row["versionnumber"]) not in versions:
        raise version_mismatch()


def post_row(store: Store, rows: Rows, call: Call, references: References) -> Answer:
    chosen(rows.table, call.query.get("$select"))  # refused before anything is written
    with store.transaction():
        row = create(store, rows, call.json(), call, references)
    return written(store, rows, row, call, created=True)


def patch_row(store: Store, rows: Rows, key_text: str, call: Call, references: References) -> Answer:
    """Update or create; `If-Match: *` forbids creating, `If-None-Match: *` forbids updating."""
    key = read_key(rows, key_text)
    body = call.json()
    chosen(rows.table, call.query.get("$select"))
    row_id = key.row_id
    exists = row_id is not None and row_id in rows.by_id
    if exists and call.headers.get("If-None-Match") == "*":
        raise already_exists()
    if not exists and "If-Match" in call.headers:
        raise does_not_exist(rows.table.logical, row_id or key_text)
    with store.transaction():
        if exists and row_id is not None:
            check_etag(call, rows.by_id[row_id])
            row = update(store, rows, row_id, body, call, references)
        else:
            row = create(store, rows, body, call, references, key)
    return written(store, rows, row, call, created=not exists)


def written(store: Store, rows: Rows, row: Row, call: Call, *, created: bool) -> Answer:
    """204 with the row's address, or, with return=representation, the row and no address."""
    if call.prefer.get("return") == "representation":
        columns = chosen(rows.table, call.query.get("$select"))
        shown = entity(store, rows, row, columns, wanted_annotations(call), call)
        headers = {"Preference-Applied": "return=representation", "ETag": shown["@odata.etag"]}
        return Answer(201 if created else 200, shown, headers)
    address = f"{call.base}/{rows.table.entity_set}({row[rows.table.id_name]})"
    return Answer(
        204, None, {"OData-EntityId": address, "Location": address} if created else {"OData-EntityId": address}
    )


def delete_row(store: Store, rows: Rows, key_text: str, call: Call) -> Answer:
    may(store, rows, "Delete")
    row = read_key(rows, key_text).found(rows)
    check_etag(call, row)
    delete_one(store, rows, row[rows.table.id_name])
    return Answer(204)


def delete_one(store: Store, rows: Rows, row_id: str) -> None:
    """Takes a row away with its connections; one that is gone already is let be."""
    if rows.table.logical in {"systemuser", "organization", "businessunit"}:
        raise cannot_delete(rows.table.logical)
    if row_id in rows.by_id:
        store.delete(rows, row_id)
        forget_links(store, rows.table.logical, row_id)


def forget_links(store: Store, logical: str, row_id: str) -> None:
    """Connections of a deleted row go with it, as Dataverse's cascade does."""
    connections = store.logical["connection"]
    if logical == "connection":
        return
    for connection_id in {found for link in connections.links for found in link.find(row_id)}:
        store.delete(connections, connection_id)


def put_property(store: Store, rows: Rows, key_text: str, name: str, call: Call) -> Answer:
    """`PUT leads(guid)/firstname {"value": "x"}`."""
    may(store, rows, "Write")
    row = read_key(rows, key_text).found(rows)
    check_etag(call, row)
    body = call.json()
    if "value" not in body:
        raise bad_payload(rows.table.logical, "The body must hold a 'value'.")
    values = plain(rows, name, body["value"], creating=False)
    apply(store, rows, row[rows.table.id_name], values, call)
    return Answer(204)


def delete_property(store: Store, rows: Rows, key_text: str, name: str, call: Call) -> Answer:
    """Clears one column, or a lookup by `leads(guid)/parentaccountid/$ref`."""
    may(store, rows, "Write")
    row = read_key(rows, key_text).found(rows)
    check_etag(call, row)
    if name in rows.table.navigations:
        values = cleared(rows.table.navigations[name][0])
    else:
        known_in(rows.table)(name)
        column = rows.table.properties[name]
        if column.kind in LOOKUPS:
            raise unknown_property(name, rows.table.logical)
        values = {name: checked(rows.table, column, None)} if column.update else {}
    apply(store, rows, row[rows.table.id_name], values, call)
    return Answer(204)
