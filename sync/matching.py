"""Link before inserting: what the search for a record on the other side can come to.

A person is matched by what somebody chose, then by our id field, then by the native connector's, then by an e-mail
address that is unique on both sides. Several candidates are an error that names them, never a guess.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from storage.changes import Candidate, Change, Link
from sync.engine import Engine
from sync.errors import Never
from sync.objects import Object

AMBIGUOUS = "ambiguous"
NATIVE_IDS = {"lead": "msftLeadId", "contact": "msftContactId"}  # by table

CHOSEN = "@chosen"
"""Where a change's values hold the record that somebody chose for it, {"object": …, "id": …}, or NONE_OF_THESE."""
NONE_OF_THESE = "none of these"

SHARES_PERSON = "shares a person"
SHARES_RECORD = "shares a record"

Person = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shared:
    """A record that stands back because another one with its address holds `other_id` on the other side."""

    reason: str
    other_id: str


@dataclass(slots=True)
class Matches:
    """What was found for changes about to be inserted, by record id: a link, a refusal, or a reason to leave it be.

    `waits` name the record ("leads:GUID", or "" where it has no such name yet) that must be written first. `values`
    are Marketo's and `rows` Dynamics' as just read, for what has to travel back. A link may be of another object than
    the change's: a person flagged to become a lead who is a contact already. `unmarked` people do not hold their
    Dynamics id yet. `former` are links, now another's, of rows that are gone from Dynamics.
    """

    links: dict[str, Link] = field(default_factory=dict)
    refused: dict[str, Never] = field(default_factory=dict)
    skipped: dict[str, Shared] = field(default_factory=dict)
    waits: dict[str, str] = field(default_factory=dict)
    values: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    rows: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    unmarked: set[str] = field(default_factory=set)
    former: list[Link] = field(default_factory=list)

    def undecided(self, inserts: Iterable[Change]) -> list[Change]:
        return [
            each
            for each in inserts
            if not any(each.record_id in found for found in (self.links, self.refused, self.skipped, self.waits))
        ]


def address(values: Mapping[str, Any]) -> str:
    """The e-mail address to match by, in lower case; none with a comma, at which Marketo splits a list of values."""
    found = str(values.get("email") or "").lower()
    return "" if "," in found else found


def address_of(row: Mapping[str, Any]) -> str:
    """The address of a Dataverse row, in the same form."""
    return str(row.get("emailaddress1") or "").strip().lower()


def chosen(change: Change) -> Candidate | None:
    """The record that somebody chose for this change."""
    found = change.values.get(CHOSEN)
    return Candidate(**found) if isinstance(found, Mapping) else None


def stands_alone(change: Change) -> bool:
    """Whether somebody said that it is none of those who look like it."""
    return change.values.get(CHOSEN) == NONE_OF_THESE


def id_fields(engine: Engine, one: Object) -> list[str]:
    """The fields in Marketo that may hold this object's Dynamics id: ours, and the native connector's where it is."""
    native = NATIVE_IDS.get(one.table)
    return [one.marketo_key, *([native] if native in engine.native_ids else [])]


def several(what: str, candidates: Sequence[Candidate]) -> Never:
    """The refusal that names them. Ids only: a message is shown to people who may not see names and addresses."""
    named = ", ".join(sorted(each.id for each in candidates))
    return Never(AMBIGUOUS, f"Several {what}: {named}", tuple(candidates))


def as_candidates(one: Object, ids: Iterable[object]) -> tuple[Candidate, ...]:
    return tuple(Candidate(one.name, str(each)) for each in ids)
