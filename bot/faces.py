"""Who an error's record may be: what is seen of each, and where they differ. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from storage.changes import Candidate
from sync.objects import Field
from sync.values import fingerprint


@dataclass(frozen=True, slots=True)
class Face:
    """One record as people know it; all of it people's data.

    `values` are in their compared form, `names` are those behind ids.
    """

    name: str
    company: str
    values: Mapping[str, Any]
    address: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which a candidate is not what waits to be written."""

    field: Field
    ours: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen: `own` is the error's record, `others` are those candidates that are there.

    `holders` are those, on the error's own side, whom a candidate is linked with; `names` are those of owners and
    companies by their ids. `problem` says why nobody could look; "-" stands for nobody having been asked to.
    """

    own: Face | None = None
    others: Mapping[Candidate, Face] = field(default_factory=dict)
    differences: Mapping[Candidate, Sequence[Difference]] = field(default_factory=dict)
    holders: Mapping[str, Face] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    looked: bool = False


def differing(fields: Iterable[Field], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The fields that both hold, but not the same in."""
    return tuple(
        Difference(each, ours[each.name], theirs[each.name])
        for each in fields
        if each.name in ours
        and each.name in theirs
        and fingerprint(each, ours[each.name]) != fingerprint(each, theirs[each.name])
    )
