"""What people wrote since both sides were last at rest: an edit may be lost even where both sides agree."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.journeys.world import Row

TEXTS = {
    "firstname": "firstName",
    "lastname": "lastName",
    "jobtitle": "title",
    "mobilephone": "mobilePhone",
    "address1_city": "city",
}
"""The fields that are watched, which nobody but people changes."""
Pair = tuple[str, str]  # a row's id and its person's


def plain(value: Any) -> str | None:
    """A text without the spaces around it, and nothing for an empty one."""
    return (str(value).strip() or None) if value is not None else None


class Chronicle:
    """Values by the id of the row or person that was written. `touched` are rows to whom something else happened."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, str | None]] = {}
        self.people: dict[str, dict[str, str | None]] = {}
        self.touched: set[str] = set()
        self.before: dict[Pair, dict[str, str | None]] = {}

    def row_written(self, row_id: str, values: Mapping[str, Any]) -> None:
        found = {name: plain(values[name]) for name in TEXTS if name in values}
        self.rows.setdefault(row_id, {}).update(found)

    def person_written(self, person: str, values: Mapping[str, Any]) -> None:
        found = {name: plain(values[there]) for name, there in TEXTS.items() if there in values}
        self.people.setdefault(person, {}).update(found)

    def lost(self, pairs: Iterable[tuple[Pair, Row]]) -> list[str]:
        """What neither side says any more, though nobody wrote something else; then a new chapter begins.

        `pairs` are rows with their people's ids, both at rest and equal. Each field must hold what was written last on
        either side, or what it held before.
        """
        now = {pair: {name: plain(row.get(name)) for name in TEXTS} for pair, row in pairs}
        wrong = [
            f"{pair}: {name} is {value!r}, and people wrote {sorted(map(str, expected))}"
            for pair, values in now.items()
            if pair in self.before and pair[0] not in self.touched
            for name, value in values.items()
            if value not in (expected := self._expected(pair, name))
        ]
        self.rows, self.people, self.touched, self.before = {}, {}, set(), now
        return wrong

    def _expected(self, pair: Pair, name: str) -> set[str | None]:
        sides = zip((self.rows, self.people), pair, strict=True)
        written = {side[key][name] for side, key in sides if name in side.get(key, {})}
        return written or {self.before[pair][name]}
