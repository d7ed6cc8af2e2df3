"""The rows, in memory: one rising version number for all tables, and per table a log that makes deltas cheap."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sandbox.clock import Clock
from sandbox.dynamics.columns import Table
from sandbox.dynamics.indexes import Index
from sandbox.dynamics.tables import all_tables

Row = dict[str, Any]
# the rules of duplicate detection: another row with the same values is a duplicate
RULES: dict[str, list[tuple[str, ...]]] = {
    "lead": [("emailaddress1",)],
    "contact": [("emailaddress1",), ("firstname", "lastname")],
    "account": [("name",)],
}
LINKS: dict[str, list[tuple[str, ...]]] = {
    "connection": [("_record1id_value",), ("_record2id_value",)],
    "contact": [("_parentcustomerid_value",)],
}


@dataclass(frozen=True)
class Plugin:
    """Code of the customer's own, which says `message` to every write of a row whose `column` would hold `value`.

    With another `code` than that of a refusal, it does not say so but breaks down over it.
    """

    column: str
    value: Any
    message: str
    code: str


class Rows:
    """One table's rows. A row holds what is not null, under the names a reader sees, and its `@place` in `order`.

    `order` is the order of creation, with holes where rows were deleted, so that a page can go on where the last one
    ended. `log` holds (version, id) of each write; an entry counts while its row still has that version.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.by_id: dict[str, Row] = {}
        self.order: list[str] = []
        self.log_versions: list[int] = []
        self.log_ids: list[str] = []
        self.grave_versions: list[int] = []
        self.grave_ids: list[str] = []
        self.last_grave: dict[str, int] = {}
        self.rules = [Index(columns) for columns in RULES.get(table.logical, [])]
        self.links = [Index(columns) for columns in LINKS.get(table.logical, [])]
        self.plugins: list[Plugin] = []
        self.keys = {name: Index(columns) for name, columns in table.keys.items()}

    def every_index(self) -> Iterator[Index]:
        yield from self.keys.values()
        yield from self.rules
        yield from self.links

    def place(self, row: Row) -> None:
        """Puts a row in: a new one at the end, one that comes back by a rollback where it was."""
        row_id = row[self.table.id_name]
        if "@place" in row:
            self.order[row["@place"]] = row_id
        else:
            row["@place"] = len(self.order)
            self.order.append(row_id)
        self.by_id[row_id] = row
        for index in self.every_index():
            index.add(row_id, row)

    def take(self, row_id: str) -> Row:
        row = self.by_id.pop(row_id)
        self.order[row["@place"]] = ""
        for index in self.every_index():
            index.remove(row_id, row)
        return row

    def note(self, row_id: str, version: int) -> None:
        self.log_versions.append(version)
        self.log_ids.append(row_id)

    def compact(self) -> None:
        """Forgets log entries that later writes have made void, once they are the greater part."""
        if len(self.log_ids) <= 2 * len(self.by_id) + 10_000:
            return
        alive = [(row["versionnumber"], row_id) for row_id, row in self.by_id.items()]
        alive.sort()
        self.log_versions = [version for version, _ in alive]
        self.log_ids = [row_id for _, row_id in alive]

    def written_after(self, version: int) -> Iterator[tuple[int, Row]]:
        """Rows written after `version`, each once, in the order of their last write."""
        for at in range(bisect_right(self.log_versions, version), len(self.log_ids)):
            row = self.by_id.get(self.log_ids[at])
            if row is not None and row["versionnumber"] == self.log_versions[at]:
                yield self.log_versions[at], row

    def deleted_after(self, version: int) -> Iterator[tuple[int, str]]:
        """Ids that were deleted after `version` and have not come back."""
        for at in range(bisect_right(self.grave_versions, version), len(self.grave_ids)):
            row_id = self.grave_ids[at]
            if row_id not in self.by_id and self.last_grave[row_id] == self.grave_versions[at]:
                yield self.grave_versions[at], row_id


class Store:
    """All tables. Writes go through `insert`, `update` and `delete`, which stamp, log and can be undone."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.version = 1_000_000
        self.sets: dict[str, Rows] = {}
        self.logical: dict[str, Rows] = {}
        self.deny: set[str] = set()
        self.expired_up_to = 0
        self.user_id = ""
        self._undo: list[Callable[[], None]] | None = None
        for table in all_tables():
            self.add_table(table)

    def add_table(self, table: Table) -> Rows:
        rows = self.sets[table.entity_set] = self.logical[table.logical] = Rows(table)
        return rows

    def drop_table(self, table: Table) -> None:
        del self.sets[table.entity_set], self.logical[table.logical]

    def now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def new_id(self) -> str:
        return str(uuid4())

    def next_version(self) -> int:
        self.version += 1
        return self.version

    def insert(self, rows: Rows, row: Row, by: str | None = None) -> Row:
        """Takes over `row`, which may bring its id and its dates."""
        row_id = row.setdefault(rows.table.id_name, str(uuid4()))
        row["versionnumber"] = self.next_version()
        row.setdefault("createdon", self.now())
        row.setdefault("modifiedon", row["createdon"])
        row.setdefault("_createdby_value", by or self.user_id)
        row.setdefault("_modifiedby_value", by or self.user_id)
        rows.place(row)
        rows.note(row_id, row["versionnumber"])
        if self._undo is not None:
            self._undo.append(lambda: _forget(rows, row_id))
        return row

    def update(self, rows: Rows, row_id: str, values: Row, by: str | None = None) -> Row:
        """Sets `values` (None clears). The same value again is a write all the same: Dataverse bumps for it too."""
        old = rows.by_id[row_id]
        new = {name: value for name, value in (old | values).items() if value is not None}
        new["versionnumber"] = self.next_version()
        new["modifiedon"] = self.now()
        new["_modifiedby_value"] = by or self.user_id
        for index in rows.every_index():
            index.remove(row_id, old)
            index.add(row_id, new)
        rows.by_id[row_id] = new
        rows.note(row_id, new["versionnumber"])
        if self._undo is not None:
            self._undo.append(lambda: _restore(rows, row_id, old))
        else:
            rows.compact()
        return new

    def delete(self, rows: Rows, row_id: str) -> None:
        old = rows.take(row_id)
        version = self.next_version()
        rows.grave_versions.append(version)
        rows.grave_ids.append(row_id)
        rows.last_grave[row_id] = version
        if self._undo is not None:
            self._undo.append(lambda: rows.place(old))

    def update_quietly(self, rows: Rows, row_id: str, values: Row) -> None:
        """Sets `values` in a way that no reader of changes is ever told of: neither version nor date moves."""
        row = rows.take(row_id)
        rows.place({name: value for name, value in (row | values).items() if value is not None})

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. One inside another belongs to the outer one."""
        if self._undo is not None:
            yield
            return
        self._undo = []
        done = False
        try:
            yield
            done = True
        finally:
            undo, self._undo = self._undo, None
            if not done:
                for step in reversed(undo):
                    step()


def _forget(rows: Rows, row_id: str) -> None:
    rows.take(row_id)


def _restore(rows: Rows, row_id: str, old: Row) -> None:
    rows.take(row_id)
    rows.place(old)
