"""$expand of lookups: `parentaccountid($select=name)`. Lists of related rows are not expanded here."""

import re
from typing import Any

from sandbox.dynamics.columns import Column, Table
from sandbox.dynamics.projection import Show, chosen, shower, target_of
from sandbox.dynamics.refusals import unknown_property
from sandbox.dynamics.store import Row, Store

PART = re.compile(r"(\w+)(?:\(([^()]*)\))?")


def expander(store: Store, table: Table, text: str, show: Show) -> Show:
    """`show` with the rows that the named lookups point at; null where there is none."""
    parts: list[tuple[str, Column, str, Show]] = []
    for name, options in PART.findall(text):
        if name not in table.navigations:
            raise unknown_property(name, table.logical)
        column, target = table.navigations[name]
        select = dict(option.split("=", 1) for option in options.split(";") if "=" in option).get("$select")
        there = store.logical[target].table
        parts.append((name, column, target, shower(store, there, chosen(there, select), set())))

    def expanded(row: Row) -> dict[str, Any]:
        shown = show(row)
        for name, column, target, show_there in parts:
            there = store.logical[target].by_id.get(row.get(column.property_name, ""))
            shown[name] = show_there(there) if there is not None and target_of(column, row) == target else None
        return shown

    return expanded
