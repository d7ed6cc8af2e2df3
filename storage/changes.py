"""The plain frozen values that cross the border of storage. They know no SQL, and nothing of either service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

Direction = Literal["to-marketo", "to-dynamics"]
Operation = Literal["insert", "update", "delete"]
State = Literal["waiting", "deferred", "retrying", "in_flight", "unknown", "parked"]
Side = Literal["dynamics", "marketo"]

DIRECTIONS: tuple[Direction, ...] = ("to-marketo", "to-dynamics")
OPERATIONS: tuple[Operation, ...] = ("insert", "update", "delete")

ECHO = "echo"
NOTHING_NEW = "nothing new"
EQUAL = "equal already"
LOOP = "loop"  # the code of an error that no further edit of the record heals, only a person
SILENT = frozenset({ECHO, NOTHING_NEW, EQUAL})  # reasons to skip that are not worth a row of activity each

Values = Mapping[str, Any]
Fingerprints = Mapping[str, str]


def opposite(direction: Direction) -> Direction:
    return "to-dynamics" if direction == "to-marketo" else "to-marketo"


class Seen(NamedTuple):
    """One record as its source showed it: what `ledger.note` is told.

    `record_id` is the source's id (a Dynamics GUID, or a Marketo id as text). `values` are the mapped fields in
    their compared form, keyed by the field's name. `skip` names the reason where it deserves no write (an echo). One
    that is to rest first is not sent before `not_before`. A record that is `left_out` is not to be kept in step: what
    waits of it is dropped, for the same reason.
    """

    record_id: str
    operation: Operation
    values: Values
    edited_at: datetime
    label: str = ""
    skip: str | None = None
    extra: Values | None = None
    edited_by: str = ""
    not_before: datetime | None = None
    left_out: bool = False


class Change(NamedTuple):
    """One record that has to be written to the other side, as the backlog holds it.

    `unsure` after an attempt whose outcome is unknown; `cautious` when many were retried at once, which opts nobody in.
    """

    id: int
    object: str
    direction: Direction
    record_id: str
    operation: Operation
    state: State
    values: Values
    extra: Values | None
    label: str
    waiting_since: datetime
    attempts: int
    unsure: bool
    cautious: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Which record of one side is which of the other, and what both sides last agreed on.

    `agreed` holds a fingerprint per field. `sent` holds, per field of a write whose echo has not been seen yet, the
    pair (fingerprint before, fingerprint sent). A `planned` link awaits the first word that its insert took effect.
    A `closed` Dynamics row (a lead that is not open, a contact that is not active) is not written to. Where a row is
    not to be kept in step, `left_out` says why, and neither side is written to. The `streak` is how often it was
    written with hardly a rest between.
    """

    object: str
    dynamics_id: str | None
    marketo_id: str | None
    agreed: Fingerprints = field(default_factory=dict)
    sent: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    etag: str | None = None
    planned: bool = False
    generation: int = 0
    dynamics_deleted: bool = False
    closed: bool = False
    left_out: str = ""
    streak: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether both of its records are there, as far as we know."""
        return bool(self.dynamics_id and self.marketo_id and not self.planned and not self.dynamics_deleted)


@dataclass(frozen=True, slots=True)
class Settled:
    """A change that was written: `link` is what both sides agree on now, `written` the values the other side holds.

    `remark` is what is worth telling of it, in 40 characters at most.
    """

    change: Change
    operation: Operation
    link: Link | None
    written: Values = field(default_factory=dict)
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A change that needed no write after all; `link` where the look at it taught something.

    `other_id` is the record of the other side on whose account it was left, where there is one.
    """

    change: Change
    reason: str
    link: Link | None = None
    other_id: str | None = None


@dataclass(frozen=True, slots=True)
class Postponed:
    """A change to be tried again at `next_at`, or as soon as the parent it `waits_for` ("accounts:GUID") is there.

    One that is "waiting" has no time of its own: it is in line already.

    `unsure` where the attempt may have taken effect all the same; `link` where it taught something. `ahead` is what of
    it was written all the same.
    """

    change: Change
    state: Literal["waiting", "deferred", "retrying", "unknown"]
    code: str
    message: str
    next_at: datetime | None
    waits_for: str | None = None
    unsure: bool = False
    link: Link | None = None
    ahead: Settled | None = None


DifferenceKind = Literal["value", "missing in marketo", "missing in dynamics", "linked wrongly", "not linked"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What both sides do not agree on about one record: a field's value, or where it is, or whose it is.

    The label and the values are people's data. A value is in its compared form, as text; None is nothing at all.
    """

    kind: DifferenceKind
    dynamics_id: str | None
    marketo_id: str | None
    label: str = ""
    field: str = ""
    dynamics_value: str | None = None
    marketo_value: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record of the other side that a change may be about: of which `object`, and its id there."""

    object: str
    id: str


@dataclass(frozen=True, slots=True)
class Parked:
    """A change that was refused: an open error, until a person or a newer edit mends it.

    `candidates` are the records among which a person can choose where several may be meant. `ahead` is what of it was
    written all the same.
    """

    change: Change
    code: str
    message: str
    dynamics_id: str | None = None
    marketo_id: str | None = None
    candidates: tuple[Candidate, ...] = ()
    ahead: Settled | None = None


Result = Settled | Skipped | Postponed | Parked


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about a field of an object. `kind` is up to who found it; `since` when it was found first."""

    kind: str
    object: str
    field: str
    message: str
    since: datetime | None = None
