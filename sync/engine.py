"""What every pass works with, built once at the start and handed down."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.changes import Direction, Side
from storage.database import Database
from sync.catalogue import default_objects
from sync.dynamics.client import Dynamics
from sync.marketo.client import Marketo
from sync.objects import Object, lanes_of

CALL = 300  # records per Marketo call: its documented limit, and always worth filling


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at once, and how long to wait. Seconds, unless it says otherwise.

    `settle_seconds` is how long a Marketo call of unknown outcome may still take effect: its own time-out for
    Sync Leads is 90 s. `lookback` is how far back a new database reads Marketo's activities.
    """

    settle_seconds: float = 90
    page_size: int = 5000
    calls_per_round: int = 10
    push_seconds: float = 30
    deletes_every: timedelta = timedelta(minutes=10)
    lookback: timedelta = timedelta(days=1)
    stopped_for: timedelta = timedelta(minutes=5)

    @property
    def round_size(self) -> int:
        return self.calls_per_round * CALL


@dataclass(slots=True)
class Engine:
    """Both services, the database, and the time. `instance` names this pair of systems in the ids we make up.

    `objects` are those of the catalogue until they were `fitted` to the metadata of both sides. When `stopping`, the
    round under way is the last.
    """

    database: Database
    dynamics: Dynamics
    marketo: Marketo
    now: Callable[[], datetime]
    instance: str
    pace: Pace = field(default_factory=Pace)
    objects: tuple[Object, ...] = field(default_factory=default_objects)
    native_ids: tuple[str, ...] = ()
    fitted: set[Side] = field(default_factory=set)
    stopping: bool = False

    def object_named(self, name: str) -> Object:
        return next(one for one in self.objects if one.name == name)

    @property
    def lanes(self) -> tuple[tuple[str, Direction], ...]:
        """Every object in each of its directions, in the order in which they are pushed."""
        return lanes_of(self.objects)

    @property
    def people(self) -> tuple[Object, ...]:
        return tuple(one for one in self.objects if one.is_person)
