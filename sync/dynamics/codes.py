"""Dataverse's error codes: which are for later, which never come right, and which a person must look at.

Names and values: FakeXrmEasy's ErrorCodes.cs; statuses and texts: Microsoft's pages on the Web API, service protection
limits and change tracking (docs "compose-http-requests-handle-errors", "api-limits", "use-change-tracking…").
Dataverse says to key on the code, not on the HTTP status: the status of one code has moved over the years.
"""

import re
from typing import Literal

from sync.errors import CursorExpired, Later, Never, PersonMustLook, SyncFailure

Verdict = Literal["later", "later, unknown", "never", "person", "cursor"]
"""`later, unknown`: a write that was answered so may have taken effect all the same."""

DUPLICATE_KEY = "0x80040237"  # the row is there already: the answer to a repeated create under a GUID of ours
ROW_MISSING = "0x80040217"
NO_ACCESS_TO_ROW = "0x80048306"  # a write that is refused so says nothing about other rows; a read does
ROW_HAS_MOVED_ON = "0x80060882"  # If-Match named an older version: read again, decide again
THROTTLED = frozenset({"0x80072321", "0x80072322", "0x80072326", "http-429"})

VERDICTS: dict[str, Verdict] = {
    "0x80040333": "never",  # duplicate detection found a like record
    DUPLICATE_KEY: "never",
    "0x80060892": "never",  # alternate key already used
    "0x80044331": "never",  # text too long
    "0x8004431a": "never",  # value not among the choices
    "0x8004432f": "never",  # integer out of range
    "0x80044330": "never",  # decimal out of range
    "0x80040278": "never",  # control characters
    "0x80040203": "never",  # invalid argument
    "0x80040200": "never",  # required column absent
    ROW_MISSING: "never",  # the row, or the target of one of its lookups: the engine tells which
    "0x80060891": "never",  # no row with that alternate key
    "0x8006089d": "person",  # several rows with that alternate key: the key is set up wrongly
    "0x80060890": "person",  # no such alternate key
    "0x80040220": "person",  # privilege missing
    "0x80040231": "person",  # likewise
    NO_ACCESS_TO_ROW: "person",
    "0x80048405": "person",  # no access
    "0x80042f09": "person",  # our user has no role
    "0x80040225": "person",  # our user is disabled
    "0x8004f502": "person",  # column security: create
    "0x8004f504": "person",  # column security: read
    "0x8004f507": "person",  # column security: update
    "0x80040265": "never",  # a plug-in said no, in its own words
    "0x80040224": "later",  # a plug-in crashed; its transaction was rolled back
    "0x80044171": "later, unknown",  # plug-in time-outs
    "0x80044172": "later, unknown",
    "0x80044173": "later, unknown",
    "0x80081111": "later, unknown",
    "0x80044151": "later, unknown",  # SQL time-out
    "0x80044150": "later, unknown",  # SQL error, a deadlock among them
    "0x80044339": "later",  # could not lock the row
    ROW_HAS_MOVED_ON: "later",
    "0x80060883": "never",  # If-Match missing
    "0x80048408": "never",  # status does not belong to the state
    "0x80040227": "never",  # cannot be deleted while others refer to it
    "0x8004023b": "never",  # operation not allowed on it
    "0x80040229": "never",  # owner is nobody
    "0x80040519": "never",  # lead already closed
    "0x80040518": "never",  # lead already open
    "0x80081018": "never",  # lead cannot be qualified
    "0x80044352": "cursor",  # version stamp expired, also after a change of the table's metadata
    "0x80072491": "person",  # change tracking is off for the table
    "0x80072321": "later",  # service protection: execution time
    "0x80072322": "later",  # service protection: number of requests
    "0x80072326": "later",  # service protection: concurrency
    "0x80040216": "later, unknown",  # unexpected
    "0x8006088a": "person",  # no such table
    "0x0": "person",  # no such column
    "http-401": "person",
    "http-403": "person",
    "http-408": "later, unknown",
    "http-429": "later",
}


def code_of(status: int, code: str, message: str) -> str:
    """The code to go by: Dataverse's in lower case, or one made from the status where it gave an empty one.

    A PATCH of a row that is gone is answered 404 with either 0x80040217 or, by older versions, with an empty code and
    the words "… Does Not Exist"; both come out as 0x80040217.
    """
    if code:
        return code.lower()
    if status == 404 and re.search(r"Do(es)? Not Exist", message):
        return ROW_MISSING
    return f"http-{status}"


def is_breakdown(failed: SyncFailure) -> bool:
    """Whether Dataverse itself broke down over a call (a plug-in's crash, SQL's time-out, a lock), and did answer.

    One row may have caused it, and then every call that holds this row breaks down. Who was throttled, or got no
    answer but a gateway's, learnt nothing about any row.
    """
    if not isinstance(failed, Later) or failed.code in THROTTLED or failed.code == ROW_HAS_MOVED_ON:
        return False
    return failed.code.startswith("0x") or failed.code == "http-500"


def failure(
    status: int, code: str, message: str, *, write: bool = False, retry_after: float | None = None
) -> SyncFailure:
    """The failure that an answer with this status and error means, to a read or to a `write`."""
    code = code_of(status, code, message)
    verdict = VERDICTS.get(code) or ("later, unknown" if status >= 500 else "never")
    if write and code == NO_ACCESS_TO_ROW:
        verdict = "never"
    match verdict:
        case "later":
            return Later(code, message, retry_after=retry_after)
        case "later, unknown":
            return Later(code, message, retry_after=retry_after, unknown=write)
        case "person":
            return PersonMustLook(code, message)
        case "cursor":
            return CursorExpired(code, message)
        case "never":
            return Never(code, message)
