"""The roles of who is new in Marketo and yet known: they went with the person whom Marketo lost, or waited for nobody
because the person or the opportunity was left out."""

from collections.abc import Sequence

from storage.changes import Seen
from storage.ledger.links import links_by
from sync.engine import Engine
from sync.fitting import logical
from sync.objects import Object
from sync.roles import AGAIN, CUSTOMER, CUSTOMER_ROLE, LEAD_ID, OPPORTUNITY_ID, ROLE, roles_in
from sync.values import from_dynamics, label


async def roles_of(engine: Engine, one: Object, ids: Sequence[str]) -> dict[str, list[Seen]]:
    """Per Dynamics id of people or opportunities, what to note about their roles as soon as they are in Marketo.

    Dynamics is asked, for Marketo has forgotten them, or never knew. Raises SyncFailure.
    """
    roles = roles_in(engine)
    key = LEAD_ID if one.is_person else OPPORTUNITY_ID
    if not ids or roles is None or one.name not in {parent.object for parent in roles.field(key).parents}:
        return {}
    found = await _by_connection(engine, roles, key, ids)
    if one.is_person:  # the customer of an opportunity that is read is noted with it
        found += await _as_customers(engine, ids)
    async with engine.database.read() as connection:
        links = await links_by(connection, roles.name, "dynamics_id", [seen.record_id for seen in found])
    again: dict[str, list[Seen]] = {}
    for seen in found:
        link = links.get(seen.record_id)
        had = link is not None and link.marketo_id is not None
        again.setdefault(seen.values[key], []).append(seen if had else seen._replace(operation="insert", extra=None))
    return again


async def _by_connection(engine: Engine, roles: Object, key: str, ids: Sequence[str]) -> list[Seen]:
    column = logical(roles.field(key).column)
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
