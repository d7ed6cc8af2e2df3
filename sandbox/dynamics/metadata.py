"""EntityDefinitions, their attributes, keys and choices, and RetrieveMetadataChanges. Metadata is never paged."""

import json
import re
from typing import Any

from sandbox.dynamics.addresses import GUID, Segment
from sandbox.dynamics.calls import Answer, Call
from sandbox.dynamics.columns import Column, Table
from sandbox.dynamics.definitions import attribute, key_definition, matches_cast, option_set, table_definition
from sandbox.dynamics.query import Filter, with_aliases
from sandbox.dynamics.refusals import Refusal, bad_request, unknown_property, unknown_segment
from sandbox.dynamics.relationships import all_relationships, one_to_many, relationships_of
from sandbox.dynamics.store import Store

ROOTS = {"EntityDefinitions", "RelationshipDefinitions", "GlobalOptionSetDefinitions"}
CASTS = "Microsoft.Dynamics.CRM."


def route(store: Store, found: list[Segment], call: Call) -> Answer:
    """Reads of the metadata; GUIDs and `LogicalName='lead'` both address it."""
    head = found[0]
    if head.name == "RelationshipDefinitions":
        return collection(all_relationships(store), call, head.name)
    if head.name != "EntityDefinitions":
        return collection([], call, head.name)
    if head.key is None:
        tables = [rows.table for rows in store.sets.values()]
        return collection([expanded_table(table, call) for table in tables], call, "EntityDefinitions")
    table = table_at(store, head.key)
    if len(found) == 1:
        return single(expanded_table(table, call), call, "EntityDefinitions/$entity")
    part = found[1]
    if part.name == "Keys":
        return collection([key_definition(table, name) for name in table.keys], call, "Keys")
    if part.name == "Attributes":
        cast = found[-1].name if found[-1].name.startswith(CASTS) else ""
        return attributes(table, part, cast, call)
    if part.name == "ManyToOneRelationships":
        return collection(list(relationships_of(store, table)), call, part.name)
    if part.name == "OneToManyRelationships":
        return collection(one_to_many(store, table), call, part.name)
    if part.name == "ManyToManyRelationships":
        return collection([], call, part.name)
    raise unknown_segment(part.name)


def table_at(store: Store, key: str) -> Table:
    """The table with this metadata id or `LogicalName='…'`; 404 when there is none."""
    name = re.fullmatch(r"\s*LogicalName\s*=\s*'([^']*)'\s*", key)
    for rows in store.sets.values():
        if (name and rows.table.logical == name[1]) or rows.table.metadata_id == key.strip().lower():
            return rows.table
    wanted = name[1] if name else key
    said = f"Could not find an entity with name {wanted} and version stamp."
    raise Refusal(404, "0x80040217" if GUID.fullmatch(key.strip()) else "0x80060888", said)


def column_at(table: Table, key: str) -> Column:
    name = re.fullmatch(r"\s*LogicalName\s*=\s*'([^']*)'\s*", key)
    for column in table.columns.values():
        if (name and column.name == name[1]) or table.column_id(column.name) == key.strip().lower():
            return column
    said = f"Could not find an attribute with specified name: {name[1] if name else key} on {table.logical}."
    raise Refusal(404, "0x80040217", said)


def attributes(table: Table, part: Segment, cast: str, call: Call) -> Answer:
    expand = expansions(call.query.get("$expand", ""))
    if part.key is not None:
        column = column_at(table, part.key)
        if cast and not matches_cast(column, cast):
            raise unknown_segment(cast)
        return single(with_options(attribute(table, column), column, expand), call, "Attributes/$entity")
    chosen = [column for column in table.columns.values() if not cast or matches_cast(column, cast)]
    return collection([with_options(attribute(table, column), column, expand) for column in chosen], call, "Attributes")


def with_options(shown: dict[str, Any], column: Column, expand: dict[str, dict[str, str]]) -> dict[str, Any]:
    """OptionSet is a navigation property: only there when expanded."""
    if "OptionSet" in expand and (column.options or column.kind == "Boolean"):
        shown["OptionSet"] = narrowed(option_set(column), expand["OptionSet"].get("$select", ""))
    return shown


def expanded_table(table: Table, call: Call) -> dict[str, Any]:
    """A table with the `Attributes` and `Keys` that $expand asks for."""
    shown = table_definition(table)
    for name, options in expansions(call.query.get("$expand", "")).items():
        if name == "Attributes":
            parts = [attribute(table, column) for column in table.columns.values()]
        elif name == "Keys":
            parts = [key_definition(table, key) for key in table.keys]
        else:
            raise unknown_property(name, "EntityMetadata")
        test = Filter(options["$filter"], lambda _: None).test if "$filter" in options else None
        select = options.get("$select", "")
        shown[name] = [narrowed(part, select) for part in parts if test is None or test(part)]
    return shown


def expansions(text: str) -> dict[str, dict[str, str]]:
    """`Keys($select=KeyAttributes),OptionSet` -> {"Keys": {"$select": "KeyAttributes"}, "OptionSet": {}}."""
    found = re.findall(r"(\w+)(?:\(((?:[^()]|\([^()]*\))*)\))?", text)
    return {name: dict(part.split("=", 1) for part in inner.split(";") if "=" in part) for name, inner in found}


def narrowed(shown: dict[str, Any], select: str) -> dict[str, Any]:
    """Only what was selected, MetadataId and @odata.type besides."""
    if not select:
        return shown
    names = {name.strip() for name in select.split(",")}
    unknown = names - shown.keys() - OPTIONAL
    if unknown:
        raise unknown_property(min(unknown), "EntityMetadata")
    return {name: value for name, value in shown.items() if name in names | {"MetadataId", "@odata.type", "OptionSet"}}


# what only some kinds of attribute have: selecting them elsewhere gives nothing
OPTIONAL = {"MaxLength", "Format", "FormatName", "MinValue", "MaxValue", "Precision", "Targets", "DateTimeBehavior"}
OPTIONAL |= {"OptionSet", "Attributes", "Keys"}


def collection(shown: list[dict[str, Any]], call: Call, context: str) -> Answer:
    query = call.query
    for option in ("$top", "$orderby", "$skip"):
        if option in query:
            raise bad_request(f"The query parameter {option} is not supported.")
    if "$filter" in query:
        test = Filter(with_aliases(query["$filter"], query), lambda _: None).test
        shown = [item for item in shown if test(item)]
    value = [narrowed_item(item, query.get("$select", ""), query.get("$expand", "")) for item in shown]
    return Answer(200, {"@odata.context": f"{call.base}/$metadata#{context}", "value": value})


def narrowed_item(item: dict[str, Any], select: str, expand: str) -> dict[str, Any]:
    names = ",".join([select, *expansions(expand)]) if select else ""
    return narrowed(item, names.strip(","))


def single(shown: dict[str, Any], call: Call, context: str) -> Answer:
    kept = narrowed_item(shown, call.query.get("$select", ""), call.query.get("$expand", ""))
    return Answer(200, {"@odata.context": f"{call.base}/$metadata#{context}", **kept})


def changes(store: Store, call: Call) -> Answer:
    """RetrieveMetadataChanges(Query=@p1), as far as asking for tables and columns by name goes."""
    try:
        query = json.loads(call.query.get("@p1") or call.query.get("@Query") or "{}")
    except ValueError:
        raise bad_request("The Query parameter is malformed.") from None
    tables = [rows.table for rows in store.sets.values() if wanted(query, {"LogicalName": rows.table.logical})]
    asked = query.get("AttributeQuery", {})
    names = asked.get("Properties", {}).get("PropertyNames") or []
    shown = []
    for table in tables:
        columns = [attribute(table, column) for column in table.columns.values()]
        columns = [column for column in columns if wanted(asked, column)]
        shown.append(
            {
                "MetadataId": table.metadata_id,
                "LogicalName": table.logical,
                "HasChanged": None,
                "Attributes": [narrowed_plain(column, names) for column in columns],
            }
        )
    context = f"{call.base}/$metadata#Microsoft.Dynamics.CRM.RetrieveMetadataChangesResponse"
    stamp = f"{store.version}!{store.clock.now():%m/%d/%Y %H:%M:%S}"
    return Answer(200, {"@odata.context": context, "ServerVersionStamp": stamp, "EntityMetadata": shown})


def narrowed_plain(shown: dict[str, Any], names: list[str]) -> dict[str, Any]:
    if not names:
        return shown
    return {
        name: value for name, value in shown.items() if name in {*names, "MetadataId", "LogicalName", "@odata.type"}
    }


def wanted(query: dict[str, Any], item: dict[str, Any]) -> bool:
    conditions = query.get("Criteria", {}).get("Conditions", [])
    return all(
        item.get(condition.get("PropertyName")) == condition.get("Value", {}).get("Value")
        for condition in conditions
        if condition.get("ConditionOperator") == "Equals"
    )
