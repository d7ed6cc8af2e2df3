"""What both services hold of one record, and where they differ. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.objects import Field
from sync.values import fingerprint


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides' mapped values in their compared form; None where the record is not there.

    `problem` says why nobody could look, and then all else is empty. `owner` is people's data.
    """

    problem: str = ""
    dynamics: Mapping[str, Any] | None = None
    marketo: Mapping[str, Any] | None = None
    fields: tuple[Field, ...] = ()
    owner: str = ""
    owner_id: str = ""
    flagged: bool = False
    closed: bool = False

    @property
    def looked(self) -> bool:
        return not self.problem

    def differing(self) -> list[Field]:
        """The fields whose values are not the same, as the sync compares them; those sent once may part."""
        if self.dynamics is None or self.marketo is None:
            return []
        ours, theirs = self.dynamics, self.marketo
        return [
            each
            for each in self.fields
            if not each.on_creation
            and fingerprint(each, ours.get(each.name)) != fingerprint(each, theirs.get(each.name))
        ]
