"""Where a Dynamics environment is, who we are there, and what its answers look like as values."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DynamicsAccess:
    """An environment's address (https://contoso.crm.dynamics.com) and the app registration that signs in to it."""

    url: str
    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    authority: str = "https://login.microsoftonline.com"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, as EntityDefinitions tells it; `type` is its AttributeType ("String", "Picklist", …).

    One that is `secured` is read as empty, and not written, by whom no field security profile grants it.
    """

    name: str
    type: str
    max_length: int | None
    creatable: bool
    updatable: bool
    readable: bool
    secured: bool = False


@dataclass(frozen=True, slots=True)
class ChangedRows:
    """One page of a table's changes.

    `rows` are whole rows with their annotations, `deleted` the ids of rows that are gone. `cursor` is what to read
    next, verbatim: the nextLink where there is `more`, otherwise the deltaLink to come back with another time.
    """

    rows: list[dict[str, Any]]
    deleted: list[str]
    cursor: str
    more: bool
