"""Merge: two rows become one. The loser stays, inactive and pointing at the winner; that is an update, not a delete."""

import re
from typing import Any

from sandbox.dynamics.calls import Answer, Call
from sandbox.dynamics.checks import settle_state
from sandbox.dynamics.payloads import values_of
from sandbox.dynamics.refusals import bad_payload, does_not_exist
from sandbox.dynamics.store import Row, Rows, Store

CLOSED = {"lead": 2, "contact": 1, "account": 1}
"""The state in which a loser ends: Disqualified, Inactive."""


def merge(store: Store, call: Call) -> Answer:
    """`POST Merge {"Target": {"leadid": …, "@odata.type": …}, "Subordinate": {…}, "UpdateContent": {…}}` → 204.

    UpdateContent is what the winner takes over. What referred to the loser refers to the winner from then on.
    """
    body = call.json()
    rows, winner = merged_row(store, body.get("Target"))
    others, loser = merged_row(store, body.get("Subordinate"))
    logical = rows.table.logical
    if others is not rows or logical not in CLOSED or winner == loser:
        raise bad_payload(logical, "Merge takes two leads, two contacts or two accounts.")
    taken = {name: value for name, value in (body.get("UpdateContent") or {}).items() if not name.startswith("@")}
    with store.transaction():
        values = values_of(store, rows, taken, creating=False, references={})
        if values:
            store.update(rows, winner, values)
        hand_over(store, logical, loser, winner)
        closing: Row = {"merged": True, "_masterid_value": winner, "statecode": CLOSED[logical]}
        settle_state(rows.table, rows.by_id[loser], closing, loser)
        store.update(rows, loser, closing)
    return Answer(204)


def merged_row(store: Store, given: Any) -> tuple[Rows, str]:
    """The table and id that an entity reference names."""
    reference = given if isinstance(given, dict) else {}
    kind = re.fullmatch(r"#?Microsoft\.Dynamics\.CRM\.(\w+)", str(reference.get("@odata.type", "")))
    if kind is None or kind[1] not in store.logical:
        raise bad_payload("", "Target and Subordinate need an @odata.type.")
    rows = store.logical[kind[1]]
    row_id = str(reference.get(rows.table.id_name, ""))
    if row_id not in rows.by_id:
        raise does_not_exist(rows.table.logical, row_id)
    return rows, row_id


def hand_over(store: Store, logical: str, loser: str, winner: str) -> None:
    """Children of the loser become the winner's, as Dataverse's cascade of a merge does."""
    for rows in store.logical.values():
        columns = [each for each in rows.table.columns.values() if logical in each.targets and each.name != "masterid"]
        for row_id, row in list(rows.by_id.items()) if columns else ():
            moved = {each.property_name: winner for each in columns if _leads_to(row, each, logical, loser)}
            if moved:
                store.update(rows, row_id, moved)


def _leads_to(row: Row, column: Any, logical: str, row_id: str) -> bool:
    return row.get(column.property_name) == row_id and row.get(column.type_property) in (None, logical)
