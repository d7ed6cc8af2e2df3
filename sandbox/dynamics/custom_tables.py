"""A customer's own table, asked for in a few words: rows with an owner and a state, tracked from the first on.

    {"table": "new_visit", "set": "new_visits", "name": "new_name",
     "columns": ["new_name", {"name": "new_rating", "kind": "Picklist", "options": {"1": "Good", "2": "Bad"}}],
     "lookups": {"new_contactid": ["contact"]}}

A column that is a bare name holds up to 100 characters of text. Without "name" the first column is what rows are
called. The key is the table's name with "id" behind it, as Dataverse has it.
"""

from typing import Any

from sandbox.dynamics.columns import Column, Table, lookup
from sandbox.dynamics.store import Store
from sandbox.dynamics.tables import ACTIVE, owned

FIRST_CODE = 10_000


def add_custom_table(store: Store, asked: dict[str, Any]) -> Table:
    """Adds the table, in the place of one of that name; ValueError where a lookup leads to no table."""
    logical = str(asked["table"])
    columns = [_column(each) for each in asked.get("columns") or ["new_name"]]
    lookups = [_lookup(store, logical, name, targets) for name, targets in (asked.get("lookups") or {}).items()]
    name = str(asked.get("name") or columns[0].name)
    code = FIRST_CODE + len(store.sets)
    table = Table(logical, str(asked["set"]), code, [*columns, *lookups, *owned(), *ACTIVE], name)
    if asked.get("key", table.id_name) != table.id_name:
        raise ValueError(f"the key of {logical} is {table.id_name}")
    store.add_table(table)
    return table


def _column(asked: str | dict[str, Any]) -> Column:
    if isinstance(asked, str):
        return Column(asked, "String", length=100)
    options = {int(value): str(label) for value, label in (asked.get("options") or {}).items()}
    kind = str(asked.get("kind", "String"))
    length = asked.get("length", 100 if kind == "String" else None)
    return Column(str(asked["name"]), kind, length=length, options=options, format=asked.get("format"))


def _lookup(store: Store, logical: str, name: str, targets: list[str]) -> Column:
    if unknown := [target for target in targets if target not in store.logical and target != logical]:
        raise ValueError(f"there is no table {unknown[0]}")
    return lookup(name, *targets)
