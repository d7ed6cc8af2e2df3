"""Where a record is found by a person: addresses into Dynamics and Marketo. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sync.objects import Object


@dataclass(frozen=True, slots=True)
class Links:
    """Makes addresses; `url` is the Dynamics environment's, `tables` are its tables by object.

    An object that is no longer kept in step has no address, though its errors are still remembered.
    """

    url: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)
    people: frozenset[str] = frozenset()

    def dynamics(self, name: str, dynamics_id: str | None) -> str:
        """The record's form; empty without an id."""
        if not dynamics_id or not self.url or name not in self.tables:
            return ""
        return f"{self.url}/main.aspx?etn={self.tables[name]}&id={dynamics_id}&pagetype=entityrecord"

    def marketo(self, name: str, marketo_id: str | None) -> str:
        """A person's page, for whoever is signed in to Marketo; only people have one.

        Which pod (app-xx) an instance lives on cannot be told from its REST address, so this names the common entrance.
        Not verified against a real instance.
        """
        if not marketo_id or name not in self.people:
            return ""
        return f"https://app.marketo.com/leadDatabase/loadLeadDetail?leadId={marketo_id}"


def links_of(objects: Iterable[Object], url: str) -> Links:
    kept = list(objects)
    return Links(url, {one.name: one.table for one in kept}, frozenset(one.name for one in kept if one.is_person))
