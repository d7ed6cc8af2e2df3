"""Which of a channel's subscriptions speaks for a rule, and from where on. Pure.

A channel may hold several: "everything" (no object, no what), one for an object, one for a `what` word, one for both.
The most specific one speaks for a rule and brings its thresholds; what it does not name holds by default.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from storage.alerting import Subscription

What = Literal[
    "backlog",
    "oldest",
    "growing",
    "stalled",
    "failures",
    "new-code",
    "errors",
    "refused",
    "native-sync",
    "schema",
    "quota",
    "throttled",
    "down",
    "brake",
    "undelivered",
]
WHATS: tuple[What, ...] = get_args(What)
# The rules that look at one object; the others look at the whole sync.
OF_OBJECTS: tuple[What, ...] = ("backlog", "oldest", "growing", "stalled", "failures", "new-code", "errors", "brake")


@dataclass(frozen=True, slots=True)
class Defaults:
    """From where on a rule speaks where a subscription names no threshold.

    More than `backlog` changes waiting, one for longer than `oldest`, more than `failures` per cent of an object's
    records failing, more than `open` errors open.
    """

    backlog: int = 10_000
    oldest: timedelta = timedelta(hours=2)
    failures: int = 20
    open: int = 500


def speaking_for(subscriptions: Iterable[Subscription], what: str, object: str | None = None) -> Subscription | None:
    """The subscription that speaks for the rule `what` about an `object` (None: about the whole sync).

    Those about a code are not meant: see `coded`.
    """
    fitting = [
        one
        for one in subscriptions
        if one.kind == "alerts"
        and one.what in (None, what)
        and one.object in (None, object)
        and "code" not in one.terms
    ]
    return max(fitting, key=lambda one: (one.object is not None, one.what is not None, one.id), default=None)


def coded(subscriptions: Iterable[Subscription]) -> Sequence[Subscription]:
    """Those about one error code each: `terms["code"]`, and `terms["open"]` where more than any are meant."""
    return [one for one in subscriptions if one.kind == "alerts" and "code" in one.terms]
