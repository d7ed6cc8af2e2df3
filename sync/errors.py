"""How a call can fail: later, never, or only after a person has looked. The kind is all that its caller needs."""

from datetime import datetime

from storage.changes import Candidate


class SyncFailure(Exception):
    """A service said no, or said nothing. `code` and `message` are the service's own words, to be shown as they are.

    Codes are Marketo's ("1003", "606"), Dataverse's ("0x80040217"), "http-503" where a service gave none, or one of
    our own in lower case ("timeout", "connection", "ambiguous"). A message is untrusted text.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Later(SyncFailure):
    """It may well work another time: throttled, timed out, out of reach, a parent not yet there.

    `retry_after` is in seconds where the service named it. `unknown` means the call may have taken effect all the
    same (its reply was lost), so that whoever repeats it must do so in a way that cannot write twice.
    """

    def __init__(self, code: str, message: str, *, retry_after: float | None = None, unknown: bool = False) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after
        self.unknown = unknown


class Spent(Later):
    """Of the day's calls to Marketo only those are left that we leave to others; there are new ones at `again_at`."""

    def __init__(self, again_at: datetime) -> None:
        when = f"it can go on at {again_at:%Y-%m-%d %H:%M} UTC"
        super().__init__("quota", f"our share of the day's calls to Marketo is used; {when}")
        self.again_at = again_at


class Never(SyncFailure):
    """This record will not be taken as it is: bad data, or a business rule. It waits for a person or a new edit.

    `candidates` are the records of the other side among which a person can choose, where several may be meant.
    """

    def __init__(self, code: str, message: str, candidates: tuple[Candidate, ...] = ()) -> None:
        super().__init__(code, message)
        self.candidates = candidates


class PersonMustLook(SyncFailure):
    """Permission, credentials, native sync on, schema: nothing of this object or service will work until mended."""


class CursorExpired(SyncFailure):
    """The service no longer knows where we stopped reading (Dataverse 0x80044352): read everything once more."""
