"""A round's items as Marketo's rows, and the call that writes them."""

from collections.abc import Sequence
from typing import Any

from sync.claims import Claim, Item
from sync.decide import Delete, Insert
from sync.engine import Engine
from sync.naming import with_people_named
from sync.objects import DELETED, SYNC, TYPE, Object
from sync.outcomes import Outcome
from sync.roles import holders_of, role_row
from sync.values import to_marketo


async def write(engine: Engine, claimed: Claim, items: Sequence[Item]) -> list[Outcome]:
    """One call of items that can be sent alike. Raises SyncFailure where it failed as a whole."""
    one = claimed.one
    if one.is_person and isinstance(items[0].decision, Insert):
        rows = [inserted(one, item) for item in items]
        outcomes = await engine.marketo.write_people("createOrUpdate", one.marketo_key, rows)
        return await with_people_named(engine, one, items, outcomes)
    if one.is_person:
        return await engine.marketo.write_people("updateOnly", "id", [_person_update(one, item) for item in items])
    if one.is_role:
        return await _write_roles(engine, claimed, items)
    if isinstance(items[0].decision, Delete) and not one.deleted_field:
        return await engine.marketo.delete_objects(
            one.kind, [{one.marketo_key: item.change.record_id} for item in items]
        )
    return await engine.marketo.write_objects(one.kind, [_object_row(one, item) for item in items])


def inserted(one: Object, item: Item) -> dict[str, Any]:
    """A person as inserted: with our id field, by which it is found again."""
    return {one.marketo_key: item.change.record_id, TYPE: one.person_type, **to_marketo(one, item.decision.values)}


def _person_update(one: Object, item: Item) -> dict[str, Any]:
    assert item.link is not None
    row: dict[str, Any] = {"id": int(item.link.marketo_id or 0)}
    if isinstance(item.decision, Delete):
        return {**row, DELETED: True, SYNC: False}
    if item.link.dynamics_deleted:
        row |= {DELETED: False}
    return {**row, **to_marketo(one, item.decision.values), **(item.change.extra or {})}


def _object_row(one: Object, item: Item) -> dict[str, Any]:
    """The whole record every time: it costs no more calls, and mends what was edited in Marketo meanwhile."""
    key: dict[str, Any] = {one.marketo_key: item.change.record_id}
    if isinstance(item.decision, Delete):
        return {**key, one.deleted_field: True}
    if item.link and item.link.dynamics_deleted and one.deleted_field:
        key[one.deleted_field] = False
    found = ((each.rest, item.change.values.get(each.name)) for each in one.fields)
    inserts = isinstance(item.decision, Insert)
    return key | {name: value for name, value in found if value is not None or not inserts}


async def _write_roles(engine: Engine, claimed: Claim, items: Sequence[Item]) -> list[Outcome]:
    """A role's opportunity, person and name are its key in Marketo: one that changed is another role there."""
    old = [{"marketoGUID": item.link.marketo_id} for item in items if item.link and item.link.marketo_id]
    deleted = await engine.marketo.delete_objects(claimed.one.kind, old) if old else []
    if isinstance(items[0].decision, Delete):
        return deleted
    people = holders_of(claimed.parents, claimed.one)
    rows = [role_row(_values(claimed.one, item), item.change.record_id, people) for item in items]
    return await engine.marketo.write_objects(claimed.one.kind, rows)


def _values(one: Object, item: Item) -> dict[str, Any]:
    return {each.name: item.change.values.get(each.name) for each in one.fields}
