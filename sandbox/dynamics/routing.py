"""Which operation a call asks for. The same road for calls that come alone and for parts of a $batch."""

import re
from collections.abc import Callable

from sandbox.dynamics import merge, metadata, multiple, qualify, reading, schema, writing
from sandbox.dynamics.addresses import Segment, segments, table_rows
from sandbox.dynamics.calls import Answer, Call, refused
from sandbox.dynamics.refusals import Refusal, bad_key, unknown_segment, wrong_verb
from sandbox.dynamics.store import Rows, Store

References = dict[str, str]


def answer(store: Store, call: Call, references: References | None = None) -> Answer:
    """Does what the call asks; refusals become answers here and nowhere else."""
    try:
        return carry_out(store, call, references or {})
    except Refusal as refusal:
        return refused(refusal)


def carry_out(store: Store, call: Call, references: References) -> Answer:
    """As `answer`, but raises its refusals."""
    found = segments(call.path)
    if not found:
        return service_document(store, call)
    head = found[0]
    if head.name in metadata.ROOTS:
        return schema.route(store, found, call) if call.method != "GET" else metadata.route(store, found, call)
    function = FUNCTIONS.get((call.method, head.name))
    if function is not None:
        return function(store, head, call)
    if any(name == head.name for _, name in FUNCTIONS):
        raise wrong_verb(f"{call.base}/{call.path}")
    rows = table_rows(store, head.name)
    if len(found) == 1:
        return on_table(store, rows, head, call, references)
    return beyond(store, rows, found, call)


def on_table(store: Store, rows: Rows, head: Segment, call: Call, references: References) -> Answer:
    if head.key is None:
        if call.method == "GET":
            return reading.read_table(store, rows, call)
        if call.method == "POST":
            return writing.post_row(store, rows, call, references)
    elif call.method == "GET":
        return reading.read_row(store, rows, head.key, call)
    elif call.method == "PATCH":
        return writing.patch_row(store, rows, head.key, call, references)
    elif call.method == "DELETE":
        return writing.delete_row(store, rows, head.key, call)
    raise wrong_verb(f"{call.base}/{call.path}")


def beyond(store: Store, rows: Rows, found: list[Segment], call: Call) -> Answer:
    """What follows a table or a row: `$count`, a bound action, a property, `$ref`."""
    key, then = found[0].key, found[1].name
    if then == "$count" and key is None and call.method == "GET":
        return reading.count_table(store, rows, call)
    if then.startswith("Microsoft.Dynamics.CRM."):
        action = then.rsplit(".", 1)[1]
        if call.method == "POST" and key is None and action in multiple.ACTIONS:
            return multiple.ACTIONS[action](store, rows, call)
        if call.method == "POST" and key is not None and action == "QualifyLead" and rows.table.logical == "lead":
            return qualify.qualify_lead(store, rows, key, call)
        raise wrong_verb(f"{call.base}/{call.path}")
    if key is None:
        raise bad_key(found[0].name)
    return on_property(store, rows, key, then, call)


def on_property(store: Store, rows: Rows, key: str, name: str, call: Call) -> Answer:
    if name not in rows.table.properties and name not in rows.table.navigations:
        raise unknown_segment(name)
    if call.method == "GET":
        return reading.read_property(store, rows, key, name, call)
    if call.method == "PUT":
        return writing.put_property(store, rows, key, name, call)
    if call.method == "DELETE":
        return writing.delete_property(store, rows, key, name, call)
    raise wrong_verb(f"{call.base}/{call.path}")


def service_document(store: Store, call: Call) -> Answer:
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in store.sets]
    return Answer(200, {"@odata.context": f"{call.base}/$metadata", "value": sets})


def who_am_i(store: Store, _: Segment, call: Call) -> Answer:
    unit = next(iter(store.logical["businessunit"].by_id), "")
    organization = next(iter(store.logical["organization"].by_id), "")
    ids = {"BusinessUnitId": unit, "UserId": store.user_id, "OrganizationId": organization}
    context = f"{call.base}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse"
    return Answer(200, {"@odata.context": context, **ids})


def record_count(store: Store, head: Segment, call: Call) -> Answer:
    text = head.key or ""
    for alias, value in call.query.items():
        if alias.startswith("@"):
            text = text.replace(alias, value)
    names = re.findall(r"['\"]([^'\"]+)['\"]", text)
    return reading.total_count(store, names, call.base)


def bulk_delete(store: Store, _: Segment, call: Call) -> Answer:
    return multiple.bulk_delete(store, call)


def retrieve_metadata_changes(store: Store, _: Segment, call: Call) -> Answer:
    return metadata.changes(store, call)


def merge_rows(store: Store, _: Segment, call: Call) -> Answer:
    return merge.merge(store, call)


def create_entities(store: Store, _: Segment, call: Call) -> Answer:
    return schema.create_entities(store, call)


FUNCTIONS: dict[tuple[str, str], Callable[[Store, Segment, Call], Answer]] = {
    ("GET", "WhoAmI"): who_am_i,
    ("GET", "RetrieveTotalRecordCount"): record_count,
    ("GET", "RetrieveMetadataChanges"): retrieve_metadata_changes,
    ("POST", "BulkDelete"): bulk_delete,
    ("POST", "Merge"): merge_rows,
    ("POST", "CreateEntities"): create_entities,
}


def kind_of(method: str, path: str) -> str:
    """The name under which a call is counted: `leads.read`, `leads.write`, `leads.multiple`, `$batch`, `metadata`."""
    head = re.split(r"[/(?]", path, maxsplit=1)[0]
    if head in metadata.ROOTS:
        return "metadata"
    if head in {"$batch", *(name for _, name in FUNCTIONS)}:
        return head
    if path.endswith("Multiple"):
        return f"{head}.multiple"
    return f"{head}.{'read' if method == 'GET' else 'write'}"
