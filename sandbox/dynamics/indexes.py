"""Which rows have this value: for alternate keys, duplicate detection and filters on an e-mail address."""

from typing import Any


def folded(value: Any) -> Any:
    """Dataverse compares text without regard to case."""
    return value.lower() if isinstance(value, str) else value


class Index:
    """From the values of one or several columns to the ids of the rows that have them. Nulls are not indexed."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self.ids: dict[tuple[Any, ...], dict[str, None]] = {}

    def values(self, row: dict[str, Any]) -> tuple[Any, ...] | None:
        """The row's values for this index, or None when one of them is null."""
        found = tuple(folded(row.get(column)) for column in self.columns)
        return None if None in found else found

    def add(self, row_id: str, row: dict[str, Any]) -> None:
        if values := self.values(row):
            self.ids.setdefault(values, {})[row_id] = None

    def remove(self, row_id: str, row: dict[str, Any]) -> None:
        values = self.values(row)
        if values is None or values not in self.ids:
            return
        holders = self.ids[values]
        holders.pop(row_id, None)
        if not holders:
            del self.ids[values]

    def find(self, *values: Any) -> list[str]:
        return list(self.ids.get(tuple(folded(value) for value in values), ()))
