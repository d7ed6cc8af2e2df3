"""What is kept in step, as values: each object, the records it stands for on either side, and which field is which."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from storage.changes import DIRECTIONS, Direction, Side

Kind = Literal["text", "email", "flag", "number", "date", "moment", "choice", "reference"]
TooLong = Literal["refuse", "truncate"]
SameEmail = Literal["park", "separate", "share"]

CUSTOM = "customobjects/"  # before the name of a custom object of Marketo's
LEAD_ID = "dynamicsLeadId"
CONTACT_ID = "dynamicsContactId"
TYPE = "dynamicsType"
DELETED = "dynamicsDeleted"
SYNC = "syncToDynamics"
EDITOR = "_modifiedby_value"
SYNC_COLUMN = "new_synctomkto"  # the native connector's filter: only an explicit No excludes a row


@dataclass(frozen=True, slots=True)
class Parent:
    """What a reference may lead to: one of our objects, and what Dataverse calls its table and its rows."""

    object: str
    table: str
    entity_set: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows whose `column` holds (or, with `excluded`, does not hold) one of `values` are kept in step; others not."""

    column: str
    values: tuple[Any, ...]
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field and its pair. `name` is what we know it by, and Marketo's REST name; `column` is Dataverse's.

    `directions` says which way it travels; `wins` whose value stands when both sides changed it. An `opt_out` is
    true when a person said no: it wins every first comparison. A `reference` holds the Dynamics id of one of its
    `parents`; the `owner` is one that also travels to Dynamics, on creation only, as does what is said to be
    `on_creation`.

    Where Marketo's REST name differs from instance to instance, `display_name` is what the field is found by, and
    `rest_name` what was found. A `choice` travels as its label, or as its `number`. What is longer than `limit`
    characters (the shorter of both sides' lengths, known once both were read) is refused or truncated.
    """

    name: str
    column: str
    kind: Kind = "text"
    directions: tuple[Direction, ...] = DIRECTIONS
    wins: Side = "dynamics"
    opt_out: bool = False
    parents: tuple[Parent, ...] = ()
    owner: bool = False
    on_creation: bool = False
    display_name: str = ""
    rest_name: str = ""
    number: bool = False
    options: tuple[tuple[int, str], ...] = ()
    too_long: TooLong = "refuse"
    limit: int | None = None

    @property
    def rest(self) -> str:
        """What Marketo calls it in this instance."""
        return self.rest_name or self.name


@dataclass(frozen=True)
class Object:
    """One object. `kind` is the Marketo REST path; `marketo_key` the field there that holds the Dynamics id.

    A Dynamics row whose statecode is not the `open_state` is closed: it is read, but not written to. Only rows that
    pass all `filters`, and whose `sync_flag` (found as the `sync_column`, where the table has it) is not No, are kept
    in step, and none whose `merged_column` says that a merge put another in its place. `same_email` says what becomes
    of several rows with one e-mail address; `default_owner` (a Dynamics id) replaces a disabled user.
    """

    name: str
    table: str
    entity_set: str
    dynamics_key: str
    kind: str
    marketo_key: str
    fields: tuple[Field, ...]
    directions: tuple[Direction, ...] = ("to-marketo",)
    open_state: int | None = None
    label_columns: tuple[str, ...] = ("name",)
    deleted_field: str = ""
    filters: tuple[Filter, ...] = ()
    sync_flag: str = ""
    sync_column: str = ""
    merged_column: str = ""
    same_email: SameEmail = "park"
    default_owner: str = ""

    @property
    def is_person(self) -> bool:
        return self.kind == "leads"

    @property
    def is_role(self) -> bool:
        return self.kind == "opportunities/roles"

    @property
    def is_opportunity(self) -> bool:
        return self.kind == "opportunities"

    @property
    def is_custom(self) -> bool:
        return self.kind.startswith(CUSTOM)

    @property
    def person_type(self) -> str:
        """What the type field holds in Marketo: "Lead" or "Contact"."""
        return self.table.capitalize()

    @property
    def origin_column(self) -> str:
        """The column that names the lead a row was qualified from: contacts have one."""
        return "_originatingleadid_value" if self.is_person and self.table == "contact" else ""

    def mark(self, dynamics_id: str) -> dict[str, Any]:
        """What tells in Marketo that a person is this Dynamics row, and that it is there."""
        alive = {self.deleted_field: False} if self.deleted_field else {}
        return {self.marketo_key: dynamics_id, TYPE: self.person_type, **alive}

    def field(self, name: str) -> Field:
        return self._by_name[name]

    def travelling(self, direction: Direction) -> tuple[Field, ...]:
        """The fields whose edits are written in `direction`."""
        return self._by_direction[direction]

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def _by_direction(self) -> dict[Direction, tuple[Field, ...]]:
        return {
            way: tuple(each for each in self.fields if way in each.directions and not each.on_creation)
            for way in DIRECTIONS
        }

    @property
    def judged_columns(self) -> tuple[str, ...]:
        """The columns that say whether a row is kept in step."""
        own = (self.sync_column, self.merged_column)
        return (*(each for each in own if each), *(each.column for each in self.filters))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every Dataverse column to select."""
        asked = [*(field.column for field in self.fields), *self.judged_columns]
        asked += [self.origin_column] if self.origin_column else []
        asked += ["createdon"] if self.sync_column else []
        return tuple(dict.fromkeys([self.dynamics_key, *asked, *self.label_columns, "modifiedon", EDITOR]))


def lanes_of(objects: Iterable[Object]) -> tuple[tuple[str, Direction], ...]:
    return tuple((one.name, way) for one in objects for way in one.directions)
