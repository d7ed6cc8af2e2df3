"""A TOML table asked for its values, which writes down what is wrong with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from storage.changes import DIRECTIONS, Direction
from sync.toml_lines import Path

NEAR = 60  # of 100: below, two words are not alike enough to be mistaken for each other
WAYS: Mapping[str, tuple[Direction, ...]] = {"both": DIRECTIONS, **{each: (each,) for each in DIRECTIONS}}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong and how to mend it, at the key that `path` leads to."""

    path: Path
    words: str


def nearest(word: str, known: Iterable[str]) -> str:
    """ "did you mean 'x'?" where one of `known` is near, else all of them."""
    known = list(known)
    found = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=NEAR)
    return f"did you mean '{found[0]}'?" if found else f"known are {', '.join(known)}"


class Table:
    """One table of the file. Every reader answers with its default where the value is missing or wrong."""

    def __init__(self, values: Any, path: Path, mistakes: list[Mistake]) -> None:
        self.values: Mapping[str, Any] = values if isinstance(values, dict) else {}
        self.path = path
        self.is_one = isinstance(values, dict)
        self._mistakes = mistakes
        if not self.is_one:
            self.wrong((), f"'{path[-1]}' is a table: write it as [{'.'.join(path)}]")

    def wrong(self, inside: Path, words: str) -> None:
        self._mistakes.append(Mistake((*self.path, *inside), words))

    def only(self, known: Sequence[str]) -> None:
        for key in self.values:
            if key not in known:
                self.wrong((key,), f"'{key}' is not known here; {nearest(key, known)}")

    def text(self, key: str, default: str = "") -> str:
        found = self.values.get(key, default)
        if isinstance(found, str):
            return found.strip()
        self.wrong((key,), f"'{key}' is a text: put it in quotation marks")
        return default

    def needed(self, key: str, meaning: str) -> str:
        found = self.text(key)
        if not found and isinstance(self.values.get(key, ""), str):
            self.wrong(
                (key,) if key in self.values else (), f"'{key}' is missing in [{'.'.join(self.path)}]: {meaning}"
            )
        return found

    def word(self, key: str, known: Sequence[str], default: str) -> Any:
        found = self.text(key, default)
        if key not in self.values or found in known:
            return found
        if isinstance(self.values[key], str):
            self.wrong((key,), f"'{found}' cannot be the {key}; {nearest(found, known)}")
        return default

    def directions(self, default: tuple[Direction, ...]) -> tuple[Direction, ...]:
        return WAYS.get(self.word("direction", tuple(WAYS), ""), default)

    def flag(self, key: str) -> bool:
        found = self.values.get(key, False)
        if not isinstance(found, bool):
            self.wrong((key,), f"'{key}' is true or false, without quotation marks")
        return found is True

    def whole(self, key: str) -> int | None:
        found = self.values.get(key)
        if found is None or (isinstance(found, int) and not isinstance(found, bool)):
            return found
        self.wrong((key,), f"'{key}' is a whole number, without quotation marks")
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """One text, or a list of them."""
        found = self.values.get(key, ())
        listed = [found] if isinstance(found, str) else found
        if isinstance(listed, (list, tuple)) and all(isinstance(each, str) for each in listed):
            return tuple(listed)
        self.wrong((key,), f"'{key}' is a text in quotation marks, or a list of such")
        return ()

    def scalars(self, key: str) -> tuple[Any, ...]:
        found = self.values.get(key, [])
        if isinstance(found, list) and found and all(isinstance(each, (str, int, float)) for each in found):
            return tuple(found)
        if key in self.values:
            self.wrong((key,), f"'{key}' is a list of values, such as [1, 2]")
        return ()

    def table(self, key: str, values: Any) -> "Table":
        return Table(values, (*self.path, key), self._mistakes)

    def tables(self, key: str) -> "list[Table]":
        found = self.values.get(key, [])
        if isinstance(found, list):
            return [Table(each, (*self.path, key, str(at)), self._mistakes) for at, each in enumerate(found)]
        self.wrong((key,), f"'{key}' is a list: [{{ … }}, {{ … }}]")
        return []
