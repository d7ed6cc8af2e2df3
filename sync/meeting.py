"""The rows of Dynamics that stand for an object's records: its table's, and of roles also the opportunities' customers.

A contact who is an opportunity's customer holds a role that is no row of its own. It is met under the opportunity's
id, in the shape of the connection that would say the same.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sync.engine import Engine
from sync.keeping import rules_of, why_left_out
from sync.objects import Object
from sync.roles import CUSTOMER_CONTACT, CUSTOMER_ROLE, LEAD_ID, OPPORTUNITY_ID, ROLE, attributed
from sync.values import FORMATTED, LOOKUP

LEFT_OUT = "@left-out"  # why a row is not kept in step, where that is another row's doing
Row = dict[str, Any]


async def pages_of(
    engine: Engine, one: Object, columns: Sequence[str] = (), condition: str = ""
) -> AsyncIterator[list[Row]]:
    """All of them as they are now, page by page; with all columns unless some are named. Raises SyncFailure.

    `condition` is an OData filter over what every table has.
    """
    size = engine.pace.page_size
    async for page in engine.dynamics.read_all(one.entity_set, columns or one.columns, size, condition):
        yield await _as_read(engine, one, page)
    deals = _opportunities(engine) if one.is_role else None
    if deals is not None:
        async for page in engine.dynamics.read_all(deals.entity_set, deals.columns, size, condition):
            yield await _roles_of(engine, one, deals, page)


async def rows_by_id(engine: Engine, one: Object, ids: Sequence[str]) -> list[Row]:
    """Those with these ids, as far as they are there. Raises SyncFailure."""
    rows = await _as_read(engine, one, await engine.dynamics.find(one.entity_set, one.dynamics_key, ids, one.columns))
    deals = _opportunities(engine) if one.is_role else None
    if deals is None:
        return rows
    met = {row[one.dynamics_key] for row in rows}
    rest = [each for each in ids if each not in met]
    found = await engine.dynamics.find(deals.entity_set, deals.dynamics_key, rest, deals.columns) if rest else []
    return [*rows, *await _roles_of(engine, one, deals, found)]


async def _as_read(engine: Engine, one: Object, rows: Sequence[Row]) -> list[Row]:
    return [dict(row) for row in await attributed(engine, one, rows)]


def _opportunities(engine: Engine) -> Object | None:
    return next((each for each in engine.objects if each.is_opportunity), None)


async def _roles_of(engine: Engine, roles: Object, deals: Object, rows: Sequence[Row]) -> list[Row]:
    rules = rules_of(deals)
    told = await attributed(engine, deals, rows)
    return [_role(roles, deals, dict(row), why_left_out(rules, row)) for row in told if row.get(CUSTOMER_CONTACT)]


def _role(roles: Object, deals: Object, row: Row, left_out: str) -> Row:
    deal, person, role = (roles.field(name).column for name in (OPPORTUNITY_ID, LEAD_ID, ROLE))
    return {
        roles.dynamics_key: row[deals.dynamics_key],
        deal: row[deals.dynamics_key],
        deal + LOOKUP: deals.table,
        person: row[CUSTOMER_CONTACT],
        person + LOOKUP: "contact",
        role: CUSTOMER_ROLE,
        role + FORMATTED: CUSTOMER_ROLE,
        "modifiedon": row.get("modifiedon"),
        LEFT_OUT: left_out,
    }
