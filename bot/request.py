"""What was asked, as a value that can be put back into the words that ask for it. Pure."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from storage.changes import Direction, Operation

View = Literal["backlog", "last-hour", "last-24h", "trend", "by-user"]


@dataclass(frozen=True, slots=True)
class Status:
    """The overview, or the drill-down of one object."""

    object: str | None = None
    view: View = "backlog"

    @property
    def words(self) -> str:
        view = {"backlog": "", "by-user": "by:user"}.get(self.view, self.view)
        parts = ["status", self.object or "", view]
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


@dataclass(frozen=True, slots=True)
class Record:
    """One record's story: `who` is an e-mail address, a name, an id of either side, or "#27", an error's number."""

    who: str
    object: str | None = None

    @property
    def words(self) -> str:
        return " ".join(["record", *([f"object:{self.object}"] if self.object else []), _quoted(self.who)])


@dataclass(frozen=True, slots=True)
class Activity:
    """What the sync did: records created, updated, deleted, or skipped and why."""

    object: str | None = None
    direction: Direction | None = None
    outcome: Literal["created", "updated", "deleted", "skipped"] | None = None
    reason: str | None = None
    field: str | None = None
    since: timedelta | date | None = None
    until: timedelta | date | None = None
    page: int = 1
    csv: bool = False

    @property
    def words(self) -> str:
        filters = {name: getattr(self, name) for name in ("object", "direction", "outcome", "reason", "field")}
        parts = ["activity", *(f"{key}:{_quoted(value)}" for key, value in filters.items() if value)]
        times = {"since": self.since, "until": self.until}
        parts += [f"{key}:{_since(moment)}" for key, moment in times.items() if moment is not None]
        parts += [f"page:{self.page}"] if self.page != 1 else []
        return " ".join([*parts, "csv"] if self.csv else parts)

    def turned_to(self, page: int) -> "Activity":
        return replace(self, page=page)


@dataclass(frozen=True, slots=True)
class Share:
    """What is to be asked again for everyone in the channel."""

    asked: "Request"

    @property
    def words(self) -> str:
        return f"share {self.asked.words}"


@dataclass(frozen=True, slots=True)
class Health:
    """How the bot itself fares."""

    @property
    def words(self) -> str:
        return "health"


Request = Status | Errors | Help | Record | Activity | Share | Health


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
