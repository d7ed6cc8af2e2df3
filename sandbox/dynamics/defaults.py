"""What a new row is given without being asked, and rows that come in without any check."""

from sandbox.dynamics.checks import settle_state
from sandbox.dynamics.store import Row, Rows, Store


def complete(store: Store, rows: Rows, row: Row) -> None:
    """What a new row is given without being asked: defaults, an owner, a state, its full name."""
    table = rows.table
    for column in table.columns.values():
        if column.default is not None and row.get(column.property_name) is None:
            row[column.property_name] = column.default
    if "ownerid" in table.columns and row.get("_ownerid_value") is None:
        row["_ownerid_value"] = store.user_id
        row[table.columns["ownerid"].type_property] = "systemuser"
    if "statecode" in table.columns:
        row.setdefault("statecode", 0)
        settle_state(table, {}, row, row[table.id_name])
    derive_name(table.logical, row, row)


def derive_name(logical: str, values: Row, row: Row) -> None:
    """`fullname` follows first and last name."""
    if logical in {"lead", "contact", "systemuser"} and {"firstname", "lastname"} & values.keys():
        parts = [row.get("firstname"), row.get("lastname")]
        values["fullname"] = " ".join(part for part in parts if part) or None


def put(store: Store, logical: str, row: Row, by: str | None = None) -> Row:
    """A row without any check, with the defaults it lacks."""
    rows = store.logical[logical]
    row.setdefault(rows.table.id_name, store.new_id())
    complete(store, rows, row)
    if "businessunitid" in rows.table.columns and logical != "businessunit":
        row.setdefault("_businessunitid_value", next(iter(store.logical["businessunit"].by_id)))
    return store.insert(rows, {name: value for name, value in row.items() if value is not None}, by)
