"""What is kept in step: each object, the records it stands for on either side, and which field is which.

Column and field names are Adobe's default Dynamics mapping with its misspellings put right (`websiteurl`,
`estimatedvalue`); where Adobe names no REST field (actual and estimated value), the choice is ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from storage.changes import DIRECTIONS, Direction, Side

Kind = Literal["text", "email", "flag", "number", "date", "moment", "choice", "reference"]
TooLong = Literal["refuse", "truncate"]
SameEmail = Literal["park", "separate", "share"]

LEAD_ID = "dynamicsLeadId"
CONTACT_ID = "dynamicsContactId"
TYPE = "dynamicsType"
DELETED = "dynamicsDeleted"
SYNC = "syncToDynamics"
EDITOR = "_modifiedby_value"
DO_NOT_EMAIL = "dynamicsDoNotEmail"
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
    `parents`; the `owner` is one that also travels to Dynamics, on creation only.

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
    pass all `filters`, and whose `sync_column` (where the table has it) is not No, are kept in step. `same_email` says
    what becomes of several rows with one e-mail address; `default_owner` (a Dynamics id) replaces a disabled user.
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
    sync_column: str = ""
    same_email: SameEmail = "park"
    default_owner: str = ""

    @property
    def is_person(self) -> bool:
        return self.kind == "leads"

    @property
    def person_type(self) -> str:
        """What the type field holds in Marketo: "Lead" or "Contact"."""
        return self.table.capitalize()

    def mark(self, dynamics_id: str) -> dict[str, Any]:
        """What tells in Marketo that a person is this Dynamics row, and that it is there."""
        alive = {self.deleted_field: False} if self.deleted_field else {}
        return {self.marketo_key: dynamics_id, TYPE: self.person_type, **alive}

    def field(self, name: str) -> Field:
        return self._by_name[name]

    def travelling(self, direction: Direction) -> tuple[Field, ...]:
        """The fields that are written in `direction`."""
        return self._by_direction[direction]

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def _by_direction(self) -> dict[Direction, tuple[Field, ...]]:
        return {way: tuple(field for field in self.fields if way in field.directions) for way in DIRECTIONS}

    @property
    def columns(self) -> tuple[str, ...]:
        """Every Dataverse column to select."""
        asked = [field.column for field in self.fields] + [each.column for each in self.filters]
        asked += [self.sync_column] if self.sync_column else []
        return tuple(dict.fromkeys([self.dynamics_key, *asked, *self.label_columns, "modifiedon", EDITOR]))


USER = Parent("users", "systemuser", "systemusers")
ACCOUNT = Parent("accounts", "account", "accounts")
CONTACT = Parent("contacts", "contact", "contacts")
OPPORTUNITY = Parent("opportunities", "opportunity", "opportunities")


def _one_way(name: str, column: str, kind: Kind = "text", parent: Parent | None = None) -> Field:
    return Field(name, column, kind, directions=("to-marketo",), parents=(parent,) if parent else ())


def _person_fields(wins: Side) -> tuple[Field, ...]:
    def both(name: str, column: str, kind: Kind = "text") -> Field:
        return Field(name, column, kind, wins=wins)

    def opt_out(name: str, column: str) -> Field:
        return Field(name, column, "flag", wins=wins, opt_out=True)

    return (
        both("salutation", "salutation"),
        both("firstName", "firstname"),
        both("middleName", "middlename"),
        both("lastName", "lastname"),
        both("email", "emailaddress1", "email"),
        both("title", "jobtitle"),
        both("phone", "telephone1"),
        both("mobilePhone", "mobilephone"),
        both("address", "address1_line1"),
        both("city", "address1_city"),
        both("state", "address1_stateorprovince"),
        both("country", "address1_country"),
        both("postalCode", "address1_postalcode"),
        both("mktoPersonNotes", "description"),
        opt_out("doNotCall", "donotphone"),
        opt_out("unsubscribed", "donotbulkemail"),
        opt_out(DO_NOT_EMAIL, "donotemail"),
        _one_way("leadStatus", "statecode", "choice"),
        Field("leadScore", "mkt_leadscore", "number", directions=("to-dynamics",), wins="marketo"),
        Field(
            "externalSalesPersonId",
            "_ownerid_value",
            "reference",
            directions=("to-marketo",),
            parents=(USER,),
            owner=True,
        ),
    )


USERS = Object(
    name="users",
    table="systemuser",
    entity_set="systemusers",
    dynamics_key="systemuserid",
    kind="salespersons",
    marketo_key="externalSalesPersonId",
    label_columns=("fullname",),
    fields=(
        _one_way("email", "internalemailaddress", "email"),
        _one_way("firstName", "firstname"),
        _one_way("lastName", "lastname"),
    ),
)

ACCOUNTS = Object(
    name="accounts",
    table="account",
    entity_set="accounts",
    dynamics_key="accountid",
    kind="companies",
    marketo_key="externalCompanyId",
    deleted_field=DELETED,
    fields=(
        _one_way("company", "name"),
        _one_way("billingStreet", "address1_line1"),
        _one_way("billingCity", "address1_city"),
        _one_way("billingState", "address1_stateorprovince"),
        _one_way("billingCountry", "address1_country"),
        _one_way("billingPostalCode", "address1_postalcode"),
        _one_way("mainPhone", "telephone1"),
        _one_way("annualRevenue", "revenue", "number"),
        _one_way("numberOfEmployees", "numberofemployees", "number"),
        _one_way("industry", "industrycode", "choice"),
        _one_way("sicCode", "sic"),
        _one_way("website", "websiteurl"),
        _one_way("companyNotes", "description"),
    ),
)

LEADS = Object(
    name="leads",
    table="lead",
    entity_set="leads",
    dynamics_key="leadid",
    kind="leads",
    marketo_key=LEAD_ID,
    directions=DIRECTIONS,
    deleted_field=DELETED,
    open_state=0,
    label_columns=("fullname", "subject"),
    fields=(
        *_person_fields(wins="marketo"),
        Field("fax", "fax", wins="marketo"),
        _one_way("leadSource", "leadsourcecode", "choice"),
        _one_way("rating", "leadqualitycode", "choice"),
        _one_way("externalCompanyId", "_parentaccountid_value", "reference", parent=ACCOUNT),
    ),
)

CONTACTS = Object(
    name="contacts",
    table="contact",
    entity_set="contacts",
    dynamics_key="contactid",
    kind="leads",
    marketo_key=CONTACT_ID,
    directions=DIRECTIONS,
    deleted_field=DELETED,
    open_state=0,
    label_columns=("fullname",),
    fields=(
        *_person_fields(wins="dynamics"),
        _one_way("externalCompanyId", "_parentcustomerid_value", "reference", parent=ACCOUNT),
    ),
)

OPPORTUNITIES = Object(
    name="opportunities",
    table="opportunity",
    entity_set="opportunities",
    dynamics_key="opportunityid",
    kind="opportunities",
    marketo_key="externalOpportunityId",
    deleted_field=DELETED,
    fields=(
        _one_way("name", "name"),
        _one_way("description", "description"),
        _one_way("stage", "statecode", "choice"),
        _one_way("probability", "closeprobability", "number"),
        _one_way("expectedRevenue", "estimatedvalue", "number"),
        _one_way("amount", "actualvalue", "number"),
        _one_way("closeDate", "actualclosedate", "date"),
        _one_way("externalCompanyId", "_customerid_value", "reference", parent=ACCOUNT),
        _one_way("externalSalesPersonId", "_ownerid_value", "reference", parent=USER),
    ),
)

ROLES = Object(
    name="roles",
    table="connection",
    entity_set="connections",
    dynamics_key="connectionid",
    kind="opportunities/roles",
    marketo_key="",
    label_columns=("name",),
    fields=(
        _one_way("externalOpportunityId", "_record1id_value", "reference", parent=OPPORTUNITY),
        _one_way("leadId", "_record2id_value", "reference", parent=CONTACT),
        _one_way("role", "_record2roleid_value", "choice"),
    ),
)

# In the order in which they are pushed: parents before children.
OBJECTS: tuple[Object, ...] = (USERS, ACCOUNTS, LEADS, CONTACTS, OPPORTUNITIES, ROLES)
PEOPLE: tuple[Object, ...] = (LEADS, CONTACTS)


def lanes_of(objects: Iterable[Object]) -> tuple[tuple[str, Direction], ...]:
    return tuple((one.name, way) for one in objects for way in one.directions)


LANES = lanes_of(OBJECTS)

BY_NAME = {one.name: one for one in OBJECTS}
