"""The address of a row or a table within the Web API: `leads(guid)/firstname`, `accounts(accountnumber='A1')`."""

import re
from dataclasses import dataclass

from sandbox.dynamics.indexes import Index
from sandbox.dynamics.refusals import bad_key, does_not_exist, key_not_defined, no_row_for_key, unknown_segment
from sandbox.dynamics.store import Row, Rows, Store

GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
SEGMENT = re.compile(r"(?P<name>[^/()]+)(?:\((?P<key>(?:'(?:[^']|'')*'|[^')])*)\))?")
PAIR = re.compile(r"\s*(?P<name>\w+)\s*=\s*(?:'(?P<text>(?:[^']|'')*)'|(?P<plain>[^,']+))\s*(?:,|$)")


@dataclass(frozen=True)
class Segment:
    name: str
    key: str | None


def segments(path: str) -> list[Segment]:
    """`leads(guid)/firstname` -> leads with a key, then firstname. A slash inside quotes does not divide."""
    found, at = [], 0
    path = path.strip("/")
    while at < len(path):
        match = SEGMENT.match(path, at)
        if match is None or (match.end() < len(path) and path[match.end()] != "/"):
            raise bad_key(path)
        found.append(Segment(match["name"], match["key"]))
        at = match.end() + 1
    return found


def table_rows(store: Store, entity_set: str) -> Rows:
    """The rows of an entity set; its name is case-sensitive. 404 0x8006088a when there is none."""
    rows = store.sets.get(entity_set)
    if rows is None:
        raise unknown_segment(entity_set)
    return rows


@dataclass(frozen=True)
class Key:
    """How a row was addressed: by its id, or by the values of an alternate key.

    `row_id` is None when no row has those values.
    """

    row_id: str | None
    values: Row

    def found(self, rows: Rows) -> Row:
        """The row, or the refusal for a missing one."""
        if self.row_id is None:
            raise no_row_for_key(rows.table.logical)
        row = rows.by_id.get(self.row_id)
        if row is None:
            raise does_not_exist(rows.table.logical, self.row_id)
        return row


def read_key(rows: Rows, key: str) -> Key:
    """What stands between the brackets. `systemuser` and `team` take no `(systemuserid=guid)`, only `(guid)`."""
    table = rows.table
    if GUID.fullmatch(key.strip()):
        return Key(key.strip().lower(), {})
    pairs: dict[str, str | None] = {}
    at = 0
    while at < len(key):
        match = PAIR.match(key, at)
        if match is None:
            raise bad_key(table.entity_set)
        pairs[match["name"]] = match["text"].replace("''", "'") if match["text"] is not None else match["plain"].strip()
        at = match.end()
    if not pairs:
        raise bad_key(table.entity_set)
    if list(pairs) == [table.id_name] and table.logical not in {"systemuser", "team"}:
        return Key(str(pairs[table.id_name]).lower(), {})
    return alternate(rows, {name: value for name, value in pairs.items() if value is not None})


def alternate(rows: Rows, pairs: dict[str, str]) -> Key:
    for name, columns in rows.table.keys.items():
        if set(columns) == set(pairs):
            values = {column: typed(rows, column, pairs[column]) for column in columns}
            return Key(first(rows.keys[name], [values[column] for column in columns]), values)
    raise key_not_defined(",".join(pairs), rows.table.logical)


def first(index: Index, values: list[object]) -> str | None:
    ids = index.find(*values)
    return ids[0] if ids else None


def typed(rows: Rows, column: str, text: str) -> object:
    kind = rows.table.properties[column].kind
    if kind in {"Integer", "BigInt", "Picklist"}:
        if not re.fullmatch(r"-?\d+", text):
            raise bad_key(rows.table.entity_set)
        return int(text)
    # a key whose value holds one of these cannot be addressed at all
    if re.search(r"[/<>*%&:\\?+]", text):
        raise bad_key(rows.table.entity_set)
    return text
