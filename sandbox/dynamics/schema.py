"""Changes to the metadata: tables, columns and keys that customers make. They end the delta tokens of their table."""

from dataclasses import replace
from typing import Any

from sandbox.dynamics.addresses import Segment
from sandbox.dynamics.calls import Answer, Call
from sandbox.dynamics.columns import Column, Table
from sandbox.dynamics.indexes import Index
from sandbox.dynamics.metadata import column_at, table_at
from sandbox.dynamics.refusals import Refusal, bad_payload, unknown_property, wrong_verb
from sandbox.dynamics.relationships import all_relationships, relationship_id, relationship_name
from sandbox.dynamics.store import Rows, Store
from sandbox.dynamics.tables import ACTIVE, owned


def route(store: Store, found: list[Segment], call: Call) -> Answer:
    """POST, PUT and DELETE below EntityDefinitions."""
    if found[0].name == "RelationshipDefinitions" and call.method == "POST":
        return create_lookup(store, call)
    if found[0].name == "RelationshipDefinitions" and call.method == "DELETE":
        return delete_lookup(store, found[0].key or "")
    if found[0].name != "EntityDefinitions" or found[0].key is None:
        raise wrong_verb(f"{call.base}/{call.path}")
    rows = store.logical[table_at(store, found[0].key).logical]
    if len(found) == 1 and call.method == "DELETE":
        store.drop_table(rows.table)
        return Answer(204)
    part = found[1] if len(found) > 1 else Segment("", None)
    if part.name == "Attributes":
        return on_column(store, rows, part, call)
    if part.name == "Keys":
        return on_key(rows, part, call)
    raise wrong_verb(f"{call.base}/{call.path}")


def on_column(store: Store, rows: Rows, part: Segment, call: Call) -> Answer:
    table = rows.table
    made = 0
    if part.key is None and call.method == "POST":
        column = column_from(call.json())
        if column.name in table.columns:
            raise Refusal(400, "0x80044363", f"An attribute with the specified name {column.name} already exists")
        table.add(column)
        made = 1
    elif part.key is not None and call.method == "DELETE":
        column = column_at(table, part.key)
        table.drop(column.name)
    elif part.key is not None and call.method == "PUT":
        column = column_at(table, part.key)
        table.add(replace(column_from(call.json()), name=column.name, kind=column.kind, options=column.options))
    else:
        raise wrong_verb(f"{call.base}/{call.path}")
    table.changed_at_version = store.next_version()
    address = f"{call.base}/EntityDefinitions({table.metadata_id})/Attributes({table.column_id(column.name)})"
    return Answer(204, None, {"OData-EntityId": address} if made else {})


def create_lookup(store: Store, call: Call) -> Answer:
    """A one-to-many relationship, which is a lookup column on the table of the many."""
    body = call.json()
    lookup, one, many = body.get("Lookup"), body.get("ReferencedEntity"), body.get("ReferencingEntity")
    if lookup is None or one not in store.logical or many not in store.logical:
        raise Refusal(501, "0x80060888", "This sandbox makes one-to-many relationships between its own tables only.")
    table, schema_name = store.logical[many].table, str(lookup["SchemaName"])
    column = Column(schema_name.lower(), "Lookup", targets=(one,), schema_name=schema_name)
    table.add(column)
    table.changed_at_version = store.next_version()
    name = relationship_name(table, column.name, schema_name, one)
    return Answer(204, None, {"OData-EntityId": f"{call.base}/RelationshipDefinitions({relationship_id(name)})"})


def delete_lookup(store: Store, wanted: str) -> Answer:
    for relationship in all_relationships(store):
        if relationship["MetadataId"] == wanted:
            table = store.logical[relationship["ReferencingEntity"]].table
            table.drop(relationship["ReferencingAttribute"])
            table.changed_at_version = store.next_version()
            return Answer(204)
    raise Refusal(404, "0x80040217", f"Relationship With Id = {wanted} Does Not Exist")


def on_key(rows: Rows, part: Segment, call: Call) -> Answer:
    table = rows.table
    if part.key is None and call.method == "POST":
        body = call.json()
        name, columns = str(body.get("SchemaName")), tuple(str(column) for column in body.get("KeyAttributes", []))
        for column in columns:
            if column not in table.properties:
                raise unknown_property(column, table.logical)
        add_key(rows, name, columns)
        return Answer(204, None, {"OData-EntityId": f"{call.base}/EntityKeyMetadata({table.key_id(name)})"})
    if part.key is not None and call.method == "DELETE":
        for name in list(table.keys):
            if table.key_id(name) == part.key or f"LogicalName='{name.lower()}'" == part.key:
                del table.keys[name], rows.keys[name]
                return Answer(204)
        raise Refusal(404, "0x80040217", f"EntityKeyMetadata With Id = {part.key} Does Not Exist")
    raise wrong_verb(f"{call.base}/{call.path}")


def add_key(rows: Rows, name: str, columns: tuple[str, ...]) -> None:
    """Declares an alternate key; the real index is built by a job, this one at once."""
    index = Index(columns)
    for row_id, row in rows.by_id.items():
        index.add(row_id, row)
    rows.table.keys[name] = columns
    rows.keys[name] = index


def create_entities(store: Store, call: Call) -> Answer:
    """The CreateEntities action: whole tables with their columns."""
    made = []
    for entity in call.json().get("Entities", []):
        schema_name = str(entity["SchemaName"])
        logical = schema_name.lower()
        if logical in store.logical:
            raise bad_payload(logical, f"An entity with the specified name {schema_name} already exists.")
        columns = [column_from(attribute) for attribute in entity.get("Attributes", [])]
        name = next((a["SchemaName"] for a in entity.get("Attributes", []) if a.get("IsPrimaryName")), "new_name")
        code = 10_000 + len(store.sets)
        table = Table(logical, plural(logical), code, [*columns, *owned(), *ACTIVE], str(name).lower())
        table.schema_name = schema_name
        store.add_table(table)
        made.append({"LogicalName": logical, "MetadataId": table.metadata_id})
    context = f"{call.base}/$metadata#Microsoft.Dynamics.CRM.CreateEntitiesResponse"
    return Answer(200, {"@odata.context": context, "EntitiesCreated": made})


def plural(logical: str) -> str:
    return logical[:-1] + "ies" if logical.endswith("y") else logical + ("es" if logical.endswith("s") else "s")


def column_from(body: dict[str, Any]) -> Column:
    """A column from the metadata that describes it."""
    kind = str(body.get("@odata.type", "")).rsplit(".", 1)[-1].removeprefix("Complex").removesuffix("AttributeMetadata")
    schema_name = str(body.get("SchemaName", ""))
    if not schema_name or kind not in {
        *["String", "Memo", "Integer", "BigInt", "Boolean", "DateTime", "Decimal", "Double", "Money", "Picklist"]
    }:
        raise bad_payload("", f"A column '{schema_name}' of type '{kind}' cannot be made here.")
    options = {
        int(option["Value"]): option_label(option) for option in (body.get("OptionSet") or {}).get("Options") or []
    }
    day = body.get("Format") == "DateOnly" or (body.get("DateTimeBehavior") or {}).get("Value") == "DateOnly"
    return Column(
        schema_name.lower(),
        kind,
        length=body.get("MaxLength"),
        low=body.get("MinValue"),
        high=body.get("MaxValue"),
        precision=body.get("Precision"),
        options=options,
        required=(body.get("RequiredLevel") or {}).get("Value", "None"),
        format="DateOnly" if day and kind == "DateTime" else None,
        schema_name=schema_name,
    )


def option_label(option: dict[str, Any]) -> str:
    labels = (option.get("Label") or {}).get("LocalizedLabels") or [{"Label": str(option["Value"])}]
    return str(labels[0]["Label"])
