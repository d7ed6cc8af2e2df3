"""Where a Marketo instance is, who we are there, and what its answers look like as values."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class MarketoAccess:
    """An instance's address (https://123-abc-456.mktorest.com) and the custom service that signs in to it."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PersonField:
    """One field of a person or of another object, by its REST name. `searchable`: it can be looked up by alone."""

    name: str
    display_name: str
    type: str
    length: int | None
    updateable: bool
    searchable: bool


@dataclass(frozen=True, slots=True)
class Activities:
    """One page of activities; `token` is the cursor to keep, also of an empty page and also when there is no `more`."""

    activities: list[dict[str, Any]]
    token: str
    more: bool
