"""Describing people and creating fields: leads/describe, describe2, {object}/schema/fields, partitions."""

from sandbox.marketo.envelope import Call, Json, Refusal, skipped, succeeded
from sandbox.marketo.fields import FieldTable
from sandbox.marketo.people import People
from sandbox.marketo.queries import described_field, paged, schema_field


def describe_people(people: People) -> Json:
    """GET leads/describe.json"""
    shown: list[Json] = []
    for field in people.table.by_name.values():
        if field.hidden:
            continue
        known: Json = {"id": field.id, "displayName": field.display, "dataType": field.type}
        if field.length:
            known["length"] = field.length
        read_only = field.read_only or field.of_company
        known["rest"] = {"name": field.name, "readOnly": read_only}
        known["soap"] = {"name": field.name[0].upper() + field.name[1:], "readOnly": read_only}
        shown.append(known)
    return succeeded(shown)


def describe_people_2(people: People) -> Json:
    """GET leads/describe2.json, the one that names the searchable fields."""
    fields = [{**described_field(f), "crmManaged": False} for f in people.table.by_name.values() if not f.hidden]
    for field in fields:
        field["updateable"] = field["updateable"] and not people.table.by_name[field["name"]].of_company
    searchable = [[name] for name in people.searchable()]
    return succeeded([{"name": "API Lead", "searchableFields": searchable, "fields": fields}])


def browse_fields(table: FieldTable, call: Call) -> Json:
    return {"moreResult": False, **paged([schema_field(field) for field in table.by_name.values()], call)}


def one_field(table: FieldTable, call: Call) -> Json:
    return succeeded([schema_field(table.named(call.path[0]))])


def create_fields(table: FieldTable, call: Call) -> Json:
    """POST {object}/schema/fields.json {input: [{displayName, name, dataType, …}]}"""
    results: list[Json] = []
    for asked in call.records():
        try:
            table.create(asked)
            results.append({"name": asked["name"], "status": "created"})
        except Refusal as refusal:
            results.append({"name": asked.get("name"), **skipped(refusal)})
    return succeeded(results)


def update_field(table: FieldTable, call: Call) -> Json:
    """POST {object}/schema/fields/{name}.json: display name, description and hidden; never type or name."""
    field = table.named(call.path[0])
    asked = call.records()[0]
    if "dataType" in asked or "name" in asked:
        raise Refusal("1003", "dataType and name of a field cannot be updated")
    if not field.custom and ("displayName" in asked or "isHidden" in asked):
        raise Refusal("1003", "displayName and isHidden of a standard field cannot be updated")
    field.display = asked.get("displayName", field.display)
    field.description = asked.get("description", field.description)
    field.hidden = bool(asked.get("isHidden", field.hidden))
    return succeeded([{"name": field.name, "status": "updated"}])


def partitions(people: People) -> Json:
    return succeeded([{"id": number, "name": name} for name, number in people.partitions.items()])


def move_partitions(people: People, call: Call) -> Json:
    """POST leads/partitions.json {input: [{id, partitionName}]}"""
    results: list[Json] = []
    for asked in call.records():
        found = people.having("id", asked.get("id"))
        number = people.partitions.get(str(asked.get("partitionName")))
        if not found:
            results.append(skipped(Refusal("1004", "Lead not found")))
        elif number is None:
            denied = Refusal("1008", f"Access denied to partition '{asked.get('partitionName')}'")
            results.append({"id": found[0], **skipped(denied)})
        else:
            people.rows[found[0]]["leadPartitionId"] = number
            results.append({"id": found[0], "status": "updated"})
    return succeeded(results)
