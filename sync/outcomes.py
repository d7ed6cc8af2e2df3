"""What became of one record that was written: it is there now, or why it is not."""

from dataclasses import dataclass

from sync.errors import SyncFailure


@dataclass(frozen=True, slots=True)
class Written:
    """A record as written: its id on the written side, whether it was created, its new etag (Dynamics) or None."""

    id: str
    created: bool
    etag: str | None = None


Outcome = Written | SyncFailure
"""One per record, in the order of the input."""
