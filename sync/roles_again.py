"""The roles of people whom Marketo lost: they went with the person, and are made again with the new one."""

from collections.abc import Sequence

from storage.changes import Seen
from storage.ledger.links import links_by
from sync.engine import Engine
from sync.fitting import logical
from sync.objects import Object
from sync.roles import AGAIN, CUSTOMER, CUSTOMER_ROLE, LEAD_ID, OPPORTUNITY_ID, ROLE, roles_in
from sync.values import from_dynamics, label


async def roles_of(engine: Engine, one: Object, ids: Sequence[str]) -> dict[str, list[Seen]]:
    """Per Dynamics id of people, what to note about the roles they had as soon as they are in Marketo again.

    Dynamics is asked, for Marketo has forgotten them. Raises SyncFailure.
    """
    roles = roles_in(engine)
    if not ids or roles is None or one.name not in {parent.object for parent in roles.field(LEAD_ID).parents}:
        return {}
    found = [*await _by_connection(engine, roles, ids), *await _as_customers(engine, ids)]
    async with engine.database.read() as connection:
        links = await links_by(connection, roles.name, "dynamics_id", [seen.record_id for seen in found])
    had = {known for known, link in links.items() if link.marketo_id and not link.dynamics_deleted}
    again: dict[str, list[Seen]] = {}
    for seen in found:
        if seen.record_id in had:
            again.setdefault(seen.values[LEAD_ID], []).append(seen)
    return again


async def _by_connection(engine: Engine, roles: Object, ids: Sequence[str]) -> list[Seen]:
    column = logical(roles.field(LEAD_ID).column)
    rows = await engine.dynamics.find(roles.entity_set, column, ids, roles.columns)
    seen = [
        _again(engine, roles, row[roles.dynamics_key], from_dynamics(roles, row), label(roles, row)) for row in rows
    ]
    return [each for each in seen if each.values[LEAD_ID] and each.values[OPPORTUNITY_ID]]


async def _as_customers(engine: Engine, ids: Sequence[str]) -> list[Seen]:
    one = next((each for each in engine.objects if each.is_opportunity), None)
    if one is None or CUSTOMER not in one.columns:
        return []
    rows = await engine.dynamics.find(one.entity_set, logical(CUSTOMER), ids, one.columns)
    values = [{OPPORTUNITY_ID: row[one.dynamics_key], LEAD_ID: row[CUSTOMER], ROLE: CUSTOMER_ROLE} for row in rows]
    return [
        _again(engine, one, each[OPPORTUNITY_ID], each, label(one, row)) for each, row in zip(values, rows, strict=True)
    ]


def _again(engine: Engine, one: Object, record_id: str, values: dict[str, object], called: str) -> Seen:
    return Seen(record_id, "update", values, engine.now(), called, extra=AGAIN)
