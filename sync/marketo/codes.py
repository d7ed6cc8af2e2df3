"""Marketo's error codes: which are for later, which never come right, and which a person must look at.

Codes and meanings: Marketo's developer documentation, "Error codes". Marketo answers with HTTP 200 and codes as
strings: 6xx and 7xx for a call as a whole ("success": false), 10xx for one record of it ("status": "skipped").
A 6xx means that nothing was executed, 604 and 611 excepted, after which a write may have happened.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sync.errors import Later, Never, PersonMustLook, SyncFailure

Verdict = Literal["again", "later", "later, unknown", "never", "person"]
"""`again`: later, and soon enough that the client itself tries again. `later, unknown`: a write may have happened."""

TOKEN_REFUSED = frozenset({"600", "601", "602"})
RATE = "606"
QUOTA = "607"
TEMPORARILY_GONE = "614"
THROTTLED = frozenset({RATE, QUOTA, "615", "http-429"})
"""Too many calls: in 20 seconds, in a day, at once."""
NOT_FOUND = frozenset({"1004", "1013"})
ALREADY_THERE = "1017"
NO_SALES_PERSON = "718"
BREAKDOWNS = frozenset({"500", "611", "1014", "http-500"})
NATIVE_SYNC_ON = "1018"

VERDICTS: dict[str, Verdict] = {
    "500": "later, unknown",
    "502": "later, unknown",  # the gateway timed out
    "600": "again",  # no token
    "601": "again",  # token invalid
    "602": "again",  # token expired
    "603": "person",  # role, or list of allowed addresses
    "604": "later, unknown",  # timed out
    "605": "never",  # wrong verb
    RATE: "again",  # 100 calls in 20 seconds, all integrations together
    QUOTA: "later",  # the day's calls are used up
    "608": "again",  # temporarily unavailable
    "609": "never",  # not JSON
    "610": "person",  # no such resource: another address, or an object that this subscription lacks
    "611": "later, unknown",  # system error
    "612": "never",  # content type
    "613": "never",  # multipart
    TEMPORARILY_GONE: "later",  # subscription out of reach, usually for a while
    "615": "again",  # more than 10 calls at once
    "616": "person",  # not part of this subscription
    "701": "never",  # a field must not be blank
    "702": "never",  # no data found
    "703": "person",  # feature not enabled
    "704": "never",  # date
    "709": "never",  # business rule
    "710": "never",  # folders
    "711": "never",
    "712": "never",  # merging
    "713": "again",  # resource short for a moment
    "714": "never",  # no default record type
    NO_SALES_PERSON: "later",  # sales person not known: theirs comes first
    "719": "again",  # waited too long for a lock
    "1001": "never",  # wrong type
    "1002": "never",  # parameter missing
    "1003": "never",  # invalid data
    "1004": "never",  # no such person
    "1005": "never",  # person exists
    "1006": "person",  # no such field: the mapping is wrong, for every record
    "1007": "never",  # several people match
    "1008": "never",  # this person lives in a partition that is not ours
    "1009": "person",  # partition must be named
    "1010": "never",  # this person lives in another partition
    "1011": "person",  # field not supported here
    "1012": "never",  # cookie
    "1013": "never",  # no such object
    "1014": "later",  # could not be created
    "1015": "never",  # not in the list
    "1016": "later",  # too many imports
    ALREADY_THERE: "never",
    NATIVE_SYNC_ON: "person",  # Marketo's own connector is on and keeps these objects to itself
    "1019": "later",  # an import is running
    "1020": "never",
    "1021": "person",  # company fields cannot be written with people: the mapping is wrong
    "1022": "later",  # still in use by others: those go first
    "1025": "never",
    "1026": "person",  # no custom objects in this subscription
    "1027": "never",
    "1028": "never",
    "1029": "later",  # export queue or quota
    "1035": "never",
    "1036": "never",  # same key twice in one call
    "1037": "never",
    "1042": "never",
    "1048": "never",
    "1049": "never",
    "1076": "never",  # merges
    "1077": "never",
    "1078": "never",
    "1079": "never",
    "1080": "never",
    "http-401": "person",
    "http-403": "person",
    "http-404": "person",  # no such address: not a Marketo, or an object it lacks
    "http-408": "later, unknown",
    "http-413": "never",  # body above 1 MB
    "http-414": "never",  # address above 8 KB
    "http-429": "again",
}


def failure(code: str, message: str, *, write: bool = False, retry_after: float | None = None) -> SyncFailure:
    """The failure that a code means, to a read or to a `write`. Of unknown codes, "http-5xx" are for later."""
    match VERDICTS.get(code) or ("later, unknown" if code.startswith("http-5") else "never"):
        case "again" | "later":
            return Later(code, message, retry_after=retry_after)
        case "later, unknown":
            return Later(code, message, retry_after=retry_after, unknown=write)
        case "person":
            return PersonMustLook(code, message)
    return Never(code, message)


def is_breakdown(failed: SyncFailure) -> bool:
    """Whether Marketo itself broke down over a call, or could not make one record (1014), and did answer.

    One record may have caused it, and then every call that holds this record breaks down. 604 and 502 are not among
    these codes: who waited in vain learnt nothing about any record.
    """
    return isinstance(failed, Later) and failed.code in BREAKDOWNS


def is_soon_over(failed: SyncFailure) -> bool:
    """Whether the client itself tries again what failed so."""
    if not isinstance(failed, Later) or failed.unknown:
        return False
    return VERDICTS.get(failed.code, "again") not in ("later", "never")


def reason(told: Mapping[str, Any]) -> tuple[str, str]:
    """(code, message) of a skipped record: examples hold `reasons`, the swagger file says `reason`; both are read."""
    reasons: Any = told.get("reasons") or told.get("reason") or told.get("errors") or []
    first = (
        reasons if isinstance(reasons, Mapping) else (reasons[0] if isinstance(reasons, Sequence) and reasons else {})
    )
    return str(first.get("code") or told.get("status") or "skipped"), str(first.get("message") or "no reason given")


def seconds_to_new_quota(now: datetime) -> float:
    """Seconds until the day's calls are given anew: at midnight in US Central time."""
    there = now.astimezone(ZoneInfo("America/Chicago"))
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight.timestamp() - now.timestamp()
