"""What a rehearsal pretends to have written: kept on disk beside it, found again like records, gone when it ends."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson

SCHEMA = """
CREATE TABLE records (kind TEXT, id TEXT, record TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE keys (kind TEXT, id TEXT, field TEXT, value TEXT, PRIMARY KEY (kind, id, field)) WITHOUT ROWID;
CREATE INDEX by_value ON keys (kind, field, value);
"""
BY_ID = "SELECT id, record FROM records WHERE kind = ? AND id IN (SELECT value FROM json_each(?))"
BY_KEY = """SELECT id, record FROM keys JOIN records USING (kind, id)
            WHERE kind = ? AND field = ? AND keys.value IN (SELECT value FROM json_each(?))"""

Records = dict[str, dict[str, Any]]


class Pretended:
    """Records by kind and id, each with the fields that were written last. `keys` are the fields they are found by."""

    def __init__(self, keys: Collection[str]) -> None:
        self._keys = keys
        self._file = sqlite3.connect("")  # a file of its own, which SQLite deletes
        self._file.executescript(SCHEMA)

    def write(self, kind: str, record_id: str, fields: Mapping[str, Any]) -> None:
        """Adds to what was written before."""
        record = {**self.by_id(kind, [record_id]).get(record_id, {}), **fields}
        self._file.execute(
            "INSERT OR REPLACE INTO records VALUES (?, ?, ?)", (kind, record_id, orjson.dumps(record).decode())
        )
        held = [(kind, record_id, name, _plain(fields[name])) for name in self._keys if name in fields]
        self._file.executemany("INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?)", held)

    def by_id(self, kind: str, ids: Iterable[str]) -> Records:
        return self._found(BY_ID, kind, orjson.dumps(list(ids)).decode())

    def by_key(self, kind: str, field: str, values: Iterable[str]) -> Records:
        """Those that hold one of `values`, in either case, in a field that is one of the keys."""
        return self._found(BY_KEY, kind, field, orjson.dumps([_plain(each) for each in values]).decode())

    def _found(self, query: str, *asked: str) -> Records:
        return {record_id: orjson.loads(record) for record_id, record in self._file.execute(query, asked)}

    def close(self) -> None:
        self._file.close()


def _plain(value: Any) -> str:
    return str(value or "").lower()
