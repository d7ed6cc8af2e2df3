"""What every pass works with, built once at the start and handed down."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.changes import Direction, Finding, Side
from storage.database import Database
from sync.brakes import Brakes
from sync.catalogue import default_objects
from sync.dynamics.client import Dynamics
from sync.marketo.client import Marketo
from sync.objects import Object, lanes_of
from sync.quota import Allowance
from sync.spending import Spending
from sync.suspects import Suspects
from sync.turnstile import Turnstile

CALL = 300  # records per Marketo call: its documented limit, and always worth filling


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at once, and how long to wait. Seconds, unless it says otherwise.

    `settle_seconds` is how long a Marketo call of unknown outcome may still take effect: its own time-out for
    Sync Leads is 90 s. `insert_settles_seconds` is how long a new Dynamics row rests where a flag says whether it is
    kept in step, because workflows set it late. `lookback` is how far back a new database reads Marketo's activities.
    From `import_from` new people on, they are brought in by Marketo's bulk import, that many at once, and it is
    asked every `import_every_seconds` whether it is done.
    """

    settle_seconds: float = 90
    insert_settles_seconds: float = 90
    page_size: int = 5000
    calls_per_round: int = 10
    push_seconds: float = 30
    deletes_every: timedelta = timedelta(minutes=9)
    lookback: timedelta = timedelta(days=1)
    stopped_for: timedelta = timedelta(minutes=5)
    import_from: int = 15_000
    import_every_seconds: float = 15


@dataclass(frozen=True, slots=True)
class Bringing:
    """A field that is being brought over alone: `done` of about `total` linked records; None where nobody knows."""

    object: str
    field: str
    total: int | None
    done: int = 0


@dataclass(slots=True)
class Engine:
    """Both services, the database, and the time. `instance` names this pair of systems in the ids we make up.

    `objects` are those of the catalogue until they were `fitted` to the metadata of both sides, with `findings` on
    either. When `stopping`, the round under way is the last. `allowance` is what may be called of Marketo in a day.
    """

    database: Database
    dynamics: Dynamics
    marketo: Marketo
    now: Callable[[], datetime]
    instance: str
    pace: Pace = field(default_factory=Pace)
    objects: tuple[Object, ...] = field(default_factory=default_objects)
    native_ids: tuple[str, ...] = ()
    brakes: Brakes = field(default_factory=Brakes)
    fitted: set[Side] = field(default_factory=set)
    fitting: asyncio.Lock = field(default_factory=asyncio.Lock)
    findings: dict[Side, tuple[Finding, ...]] = field(default_factory=dict)
    allowance: Allowance = field(default_factory=Allowance)
    spending: Spending = field(init=False)
    stopping: bool = False
    importing: dict[str, frozenset[str]] = field(
        default_factory=dict
    )  # the people that a bulk import is under way of, and their addresses
    may_import: bool = True  # until Marketo refuses a file of people
    suspects: Suspects = field(default_factory=Suspects)
    people_turns: Turnstile = field(
        default_factory=Turnstile
    )  # one for each round of writing people, whatever they are
    comparing: str = ""  # the object whose both sides are being compared: one at a time, for the quota's sake
    bringing: Bringing | None = None

    def __post_init__(self) -> None:
        self.spending = Spending(self.marketo, self.now, self.allowance)

    def begin(self) -> None:
        """Before the first pass, and where another process has synced meanwhile: what it spent is not known here."""
        self.stopping = False
        self.spending = Spending(self.marketo, self.now, self.allowance)

    def object_named(self, name: str) -> Object:
        return next(one for one in self.objects if one.name == name)

    @property
    def may_read_on(self) -> bool:
        """Whether Marketo may be asked for one more page; what was read so far is kept."""
        return not self.stopping and self.spending.plan().calls

    @property
    def lanes(self) -> tuple[tuple[str, Direction], ...]:
        """Every object in each of its directions, in the order in which they are pushed."""
        return lanes_of(self.objects)

    @property
    def people(self) -> tuple[Object, ...]:
        return tuple(one for one in self.objects if one.is_person)
