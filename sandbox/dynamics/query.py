"""$filter and $orderby, read into functions over rows.

    eq ne gt ge lt le · and or not · ( ) · null · contains startswith endswith ·
    Microsoft.Dynamics.CRM.In(PropertyName='x',PropertyValues=['a','b'])

Text compares without regard to case, as Dataverse does. A comparison with null other than eq and ne is never true.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox.dynamics.indexes import folded
from sandbox.dynamics.refusals import Refusal, bad_request

Test = Callable[[dict[str, Any]], bool]
Known = Callable[[str], None]

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<guid>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})"
    r"|(?P<date>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_][\w./]*)"
    r"|(?P<mark>[()\[\],=]))"
)
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "gt": lambda a, b: a is not None and bool(a > b),
    "ge": lambda a, b: a is not None and bool(a >= b),
    "lt": lambda a, b: a is not None and bool(a < b),
    "le": lambda a, b: a is not None and bool(a <= b),
}
SEARCH: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda a, b: b in a,
    "startswith": lambda a, b: a.startswith(b),
    "endswith": lambda a, b: a.endswith(b),
}
CONSTANTS: dict[str, Any] = {"null": None, "true": True, "false": False}


def moment(text: str) -> str:
    """A date or time as it is stored: `2026-11-23` or `2026-11-23T10:00:00Z`, in UTC."""
    if "T" not in text:
        return text
    when = datetime.fromisoformat(text)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def with_aliases(text: str, query: dict[str, str]) -> str:
    """Puts parameter aliases in their place: `name eq @m` with `&@m='x'`."""
    return re.sub(r"@\w+", lambda found: query.get(found.group(), found.group()), text)


class Filter:
    """A recursive-descent parser. `known` is asked about each column and refuses those that do not exist.

    `fixed` afterwards holds what must be equal for the whole to be true, column -> allowed values: enough to use an
    index instead of looking at every row.
    """

    def __init__(self, text: str, known: Known) -> None:
        self.text = text
        self.known = known
        self.tokens = self._tokens(text)
        self.at = 0
        self.fixed: dict[str, list[Any]] = {}
        self._plain = True
        self.test = self._either()
        if self.at != len(self.tokens):
            raise self._broken()
        if not self._plain:
            self.fixed = {}

    def _tokens(self, text: str) -> list[tuple[str, str]]:
        found, at = [], 0
        while at < len(text.rstrip()):
            match = TOKEN.match(text, at)
            if match is None:
                raise bad_request(f"Syntax error at position {at} in '{text}'.")
            found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
            at = match.end()
        return found

    def _broken(self) -> Exception:
        return bad_request(f"Syntax error at token {self.at} in '{self.text}'.")

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise self._broken()
        self.at += 1
        return self.tokens[self.at - 1]

    def _sees(self, word: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at][1] == word and self.tokens[self.at][0] != "text":
            self.at += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._sees(word):
            raise self._broken()

    def _either(self) -> Test:
        parts = [self._both()]
        while self._sees("or"):
            self._plain = False
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def _both(self) -> Test:
        parts = [self._one()]
        while self._sees("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def _one(self) -> Test:
        if self._sees("not"):
            self._plain = False
            inner = self._one()
            return lambda row: not inner(row)
        if self._sees("("):
            inner = self._either()
            self._expect(")")
            return inner
        kind, word = self._next()
        if kind != "name":
            raise self._broken()
        if word in SEARCH:
            return self._search(SEARCH[word])
        if word.startswith("Microsoft.Dynamics.CRM."):
            return self._membership(word.rsplit(".", 1)[1])
        return self._comparison(word)

    def _search(self, search: Callable[[str, str], bool]) -> Test:
        self._expect("(")
        column = self._column()
        self._expect(",")
        part = folded(str(self._value()))
        self._expect(")")
        return lambda row: isinstance(row.get(column), str) and search(row[column].lower(), part)

    def _column(self) -> str:
        name = self._next()[1]
        self.known(name)
        return name

    def _membership(self, function: str) -> Test:
        if function not in {"In", "NotIn"}:
            raise bad_request(f"The query function {function} is not supported.")
        self._expect("(")
        arguments: dict[str, Any] = {}
        while not self._sees(")"):
            name = self._next()[1]
            self._expect("=")
            arguments[name] = self._list() if self._sees("[") else self._value()
            self._sees(",")
        column = arguments.get("PropertyName")
        values = arguments.get("PropertyValues")
        if not isinstance(column, str) or not isinstance(values, list):
            raise self._broken()
        column = self._property(column)
        # the values of a number column come as text too
        wanted = {str(folded(value)) for value in values}
        if function == "NotIn":
            self._plain = False
            return lambda row: column in row and str(folded(row[column])) not in wanted
        self.fixed[column] = values
        return lambda row: column in row and str(folded(row[column])) in wanted

    def _property(self, name: str) -> str:
        """A query function names columns as the metadata does: a lookup by its own name, not `_name_value`."""
        try:
            self.known(name)
        except Refusal as refusal:
            try:
                self.known(f"_{name}_value")
            except Refusal:
                raise refusal from None
            return f"_{name}_value"
        return name

    def _list(self) -> list[Any]:
        values: list[Any] = []
        while not self._sees("]"):
            values.append(self._value())
            self._sees(",")
        return values

    def _comparison(self, column: str) -> Test:
        self.known(column)
        operator = self._next()[1]
        if operator not in COMPARE:
            raise self._broken()
        compare, value = COMPARE[operator], self._value()
        wanted = folded(value)
        if value is None:
            missing = operator == "eq"
            return lambda row: operator in {"eq", "ne"} and (row.get(column) is None) is missing
        if operator == "eq":
            self.fixed[column] = [value]
        if operator == "ne":
            return lambda row: folded(row.get(column)) != wanted

        def test(row: dict[str, Any]) -> bool:
            try:
                return compare(folded(row.get(column)), wanted)
            except TypeError:
                kind = "A binary operator with incompatible types was detected."
                raise bad_request(f"{kind} Column '{column}' in '{self.text}'.") from None

        return test

    def _value(self) -> Any:
        kind, word = self._next()
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if kind == "guid":
            return word.lower()
        if kind == "date":
            try:
                return moment(word)
            except ValueError:
                raise bad_request(f"'{word}' is not a date in '{self.text}'.") from None
        if kind == "number":
            return float(word) if "." in word else int(word)
        if kind == "name" and word in CONSTANTS:
            return CONSTANTS[word]
        raise self._broken()


def order_by(text: str, known: Known) -> Callable[[list[dict[str, Any]]], None]:
    """Sorts rows in place by `name desc,createdon`; nulls come first, as in SQL Server."""
    terms: list[tuple[str, bool]] = []
    for part in text.split(","):
        name, _, direction = part.strip().partition(" ")
        known(name)
        if direction.strip() not in {"", "asc", "desc"}:
            raise bad_request(f"Syntax error in $orderby '{text}'.")
        terms.append((name, direction.strip() == "desc"))

    def sort(rows: list[dict[str, Any]]) -> None:
        for name, backwards in reversed(terms):
            rows.sort(key=lambda row: _rank(row.get(name)), reverse=backwards)

    return sort


def _rank(value: Any) -> tuple[bool, Any]:
    return (value is not None, folded(value) if value is not None else 0)
