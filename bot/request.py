"""What was asked, as a value that can be put back into the words that ask for it. Pure."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from storage.changes import Direction, Operation

View = Literal["backlog", "last-hour"]


@dataclass(frozen=True, slots=True)
class Status:
    """The overview, or the drill-down of one object."""

    object: str | None = None
    view: View = "backlog"

    @property
    def words(self) -> str:
        parts = ["status", self.object or "", self.view if self.view != "backlog" else ""]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Errors:
    """The open errors that fit every filter; `words` must each begin a word of the error."""

    object: str | None = None
    code: str | None = None
    direction: Direction | None = None
    operation: Operation | None = None
    since: timedelta | date | None = None
    free: tuple[str, ...] = ()
    page: int = 1
    csv: bool = False

    @property
    def words(self) -> str:
        filters = {"object": self.object, "code": self.code, "direction": self.direction, "operation": self.operation}
        parts = ["errors", *(f"{key}:{_quoted(value)}" for key, value in filters.items() if value)]
        parts += [f"since:{_since(self.since)}"] if self.since is not None else []
        parts += [f'"{word}"' for word in self.free]
        parts += [f"page:{self.page}"] if self.page != 1 else []
        return " ".join([*parts, "csv"] if self.csv else parts)

    def turned_to(self, page: int) -> "Errors":
        return replace(self, page=page)

    @property
    def is_filtered(self) -> bool:
        return replace(self, page=1, csv=False) != Errors()


@dataclass(frozen=True, slots=True)
class Help:
    """What the bot can do, or what one command does."""

    command: str | None = None

    @property
    def words(self) -> str:
        return f"help {self.command}" if self.command else "help"


Request = Status | Errors | Help


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """Words that mean nothing here: `sentence` says so and names the nearest thing that works, `nearest`."""

    sentence: str
    nearest: str = "help"


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value


def _since(since: timedelta | date) -> str:
    if not isinstance(since, timedelta):
        return since.isoformat()
    seconds = int(since.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
