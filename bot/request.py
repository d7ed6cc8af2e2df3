"""What was asked, as a value that can be put back into the words that ask for it. Pure."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from bot.durations import exact
from bot.request_subscribing import Alerts, Quiet, Subscribe, Unsubscribe, quoted
from storage.changes import Direction, Operation
from storage.error_search import Sort, State

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
    """The errors that fit every filter; the `free` words must each begin a word of the error."""

    object: str | None = None
    code: str | None = None
    direction: Direction | None = None
    operation: Operation | None = None
    since: timedelta | date | None = None
    free: tuple[str, ...] = ()
    page: int = 1
    csv: bool = False
    state: State = "open"
    until: timedelta | date | None = None
    sort: Sort | None = None

    @property
    def words(self) -> str:
        filters = {"object": self.object, "code": self.code, "direction": self.direction, "operation": self.operation}
        filters |= {"state": self.state if self.state != "open" else None, "sort": self.sort}
        parts = ["errors", *(f"{key}:{quoted(value)}" for key, value in filters.items() if value)]
        parts += [f"since:{since_words(self.since)}"] if self.since is not None else []
        parts += [f"until:{since_words(self.until)}"] if self.until is not None else []
        parts += [f'"{word}"' for word in self.free]
        parts += [f"page:{self.page}"] if self.page != 1 else []
        return " ".join([*parts, "csv"] if self.csv else parts)

    @property
    def nameless(self) -> "Errors":
        """The same without its free words, which may name people."""
        return replace(self, free=("…",) if self.free else ())

    def turned_to(self, page: int) -> "Errors":
        return replace(self, page=page)

    @property
    def is_filtered(self) -> bool:
        return replace(self, page=1, csv=False) != Errors()

    @property
    def is_grouped(self) -> bool:
        """Errors are shown by code until anything but the object is said about them."""
        return replace(self, object=None, csv=False) == Errors()


@dataclass(frozen=True, slots=True)
class Explain:
    """What a code means and what to do about it; without one, which codes wait to be explained."""

    code: str | None = None

    @property
    def words(self) -> str:
        return f"explain {quoted(self.code)}" if self.code else "explain"


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
        return " ".join(["record", *([f"object:{self.object}"] if self.object else []), quoted(self.who)])


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
        parts = ["activity", *(f"{key}:{quoted(value)}" for key, value in filters.items() if value)]
        times = {"since": self.since, "until": self.until}
        parts += [f"{key}:{since_words(moment)}" for key, moment in times.items() if moment is not None]
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


@dataclass(frozen=True, slots=True)
class Act:
    """What to do to the errors `chosen`, or to those with these `ids`.

    An act on more than one has to be `confirmed`, by how many it is; it leaves errors alone that failed after `before`.
    """

    ids: tuple[int, ...] = ()
    chosen: Errors = Errors()
    confirmed: int | None = None
    before: datetime | None = None

    @property
    def name(self) -> str:
        return type(self).__name__.lower()

    @property
    def about(self) -> str:
        """Which errors, in words."""
        return " ".join(f"#{one}" for one in self.ids) or self.chosen.words.removeprefix("errors").strip()

    @property
    def words(self) -> str:
        parts = [self.name, self.about or "all"]
        parts += [f"confirmed:{self.confirmed}"] if self.confirmed is not None else []
        parts += [f"before:{self.before.isoformat(timespec='milliseconds')}"] if self.before is not None else []
        return " ".join(part for part in parts if part)


class Retry(Act):
    """Puts errors back into the backlog."""


class Ignore(Act):
    """Puts errors aside."""


class Reopen(Act):
    """Makes ignored errors open ones again."""


@dataclass(frozen=True, slots=True)
class Match:
    """Which record on the other side that of an `error` is: `record`, an id (of `object`, where it is named), or `new`.

    With none of these, the question is which there are. A choice has to be `confirmed`.
    """

    error: int
    object: str | None = None
    record: str | None = None
    new: bool = False
    confirmed: bool = False

    @property
    def words(self) -> str:
        record = f"{self.object}:{self.record}" if self.object else self.record
        parts = ["match", f"#{self.error}", "new" if self.new else record, "confirmed:yes" if self.confirmed else ""]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Run:
    """A pass now: over everything, with some lanes tried again, or with one record read anew (`record`: who it is).

    Or one `field` of an object brought over alone, of rows created or edited `since`, once it is `confirmed`. `first`
    puts lanes before all others for an hour.
    """

    object: str | None = None
    direction: Direction | None = None
    record: str | None = None
    field: str | None = None
    since: timedelta | date | None = None
    confirmed: int | None = None
    first: bool = False

    @property
    def words(self) -> str:
        who = f'record "{self.record}"' if self.record else ""
        parts = ["first"] if self.first else []
        parts += [f"field:{quoted(self.field)}"] if self.field else []
        parts += [f"since:{since_words(self.since)}"] if self.since is not None else []
        parts += [f"confirmed:{self.confirmed}"] if self.confirmed is not None else []
        return " ".join(part for part in ("run", self.object, self.direction, who, *parts) if part)


@dataclass(frozen=True, slots=True)
class Pause:
    """Holds writes back: all, an object's, a direction's, or both together."""

    object: str | None = None
    direction: Direction | None = None

    @property
    def words(self) -> str:
        return " ".join(part for part in (type(self).__name__.lower(), self.object, self.direction) if part)


@dataclass(frozen=True, slots=True)
class Resume(Pause):
    """Lets writes go on. What a brake holds goes on once it is `confirmed` how many changes will be written then."""

    confirmed: int | None = None

    @property
    def words(self) -> str:
        asked = f"confirmed:{self.confirmed}" if self.confirmed is not None else None
        return " ".join(part for part in ("resume", self.object, self.direction, asked) if part)


@dataclass(frozen=True, slots=True)
class Audit:
    """Who did what."""

    page: int = 1

    @property
    def words(self) -> str:
        return f"audit page:{self.page}" if self.page != 1 else "audit"


@dataclass(frozen=True, slots=True)
class Compare:
    """Both sides of an object compared; or of its last comparison the file, or the repair.

    A repair has to be `confirmed`, by how many records it is.
    """

    object: str | None = None
    csv: bool = False
    repair: bool = False
    confirmed: int | None = None

    @property
    def words(self) -> str:
        parts = ["compare", self.object or "", "csv" if self.csv else "", "repair" if self.repair else ""]
        parts += [f"confirmed:{self.confirmed}"] if self.confirmed is not None else []
        return " ".join(part for part in parts if part)


Request = (
    Status
    | Errors
    | Explain
    | Help
    | Record
    | Activity
    | Share
    | Health
    | Retry
    | Ignore
    | Reopen
    | Match
    | Run
    | Pause
    | Resume
    | Audit
    | Compare
    | Subscribe
    | Unsubscribe
    | Alerts
    | Quiet
)


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """Words that mean nothing here: `sentence` says so and names the nearest thing that works, `nearest`."""

    sentence: str
    nearest: str = "help"


def since_words(since: timedelta | date) -> str:
    if not isinstance(since, timedelta):
        return since.isoformat()
    return exact(since)
