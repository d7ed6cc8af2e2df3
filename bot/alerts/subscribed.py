"""A request to subscribe as what is kept of it, and back: one row for each rule that it names. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from bot.alerts.asked import WHATS
from bot.request_subscribing import Digest, Subscribe, Thresholds, Unsubscribe
from bot.world import Asker
from storage.alerting import Subscription


def rows_of(request: Subscribe, channel: str, asker: Asker, now: datetime) -> list[Subscription]:
    """What `channel` holds once this is granted; hours are those of the asker's zone."""
    made: dict[str, Any] = {"created_by": asker.user_id, "created_at": now, "zone": str(asker.zone)}
    if request.digest:
        return [Subscription(channel, "digest", terms=_digest_terms(request.digest), **made)]
    made |= {"object": request.object, "mention": request.mention}
    return [
        Subscription(channel, "alerts", what=what, terms=_terms_of(what, request.terms), **made)
        for what in request.what or (None,)
    ]


def _digest_terms(digest: Digest) -> dict[str, Any]:
    at = {"at": f"{digest.at:%H:%M}"}
    return {"every": "daily", **at} if digest.weekday is None else {"every": "weekly", **at, "weekday": digest.weekday}


def _terms_of(what: str | None, asked: Thresholds) -> dict[str, Any]:
    seconds = None if asked.oldest is None else int(asked.oldest.total_seconds())
    terms: dict[str, dict[str, Any]] = {
        "backlog": {"backlog": asked.backlog},
        "oldest": {"oldest": seconds},
        "failures": {"failures": asked.failures},
        "errors": {"open": asked.open, "code": asked.code},
    }
    return {name: value for name, value in terms.get(what or "", {}).items() if value is not None}


def grouped(rows: Iterable[Subscription]) -> list[list[Subscription]]:
    """Those that one request made, together."""
    groups: dict[Any, list[Subscription]] = {}
    for row in rows:
        alone = row.kind == "digest" or row.what is None
        made = (row.object, row.mention, row.created_by, row.created_at, row.terms.get("code"))
        groups.setdefault((row.id,) if alone else made, []).append(row)
    return list(groups.values())


def request_of(group: Sequence[Subscription]) -> Subscribe:
    """The request that would make this group of rows anew."""
    first = group[0]
    if first.kind == "digest":
        at = time.fromisoformat(first.terms.get("at", "09:00"))
        return Subscribe(digest=Digest(at, first.terms.get("weekday")))
    terms: dict[str, Any] = {name: value for row in group for name, value in row.terms.items()}
    if "oldest" in terms:
        terms["oldest"] = timedelta(seconds=terms["oldest"])
    what = tuple(one for one in WHATS if one in {row.what for row in group})
    return Subscribe(first.object, what, Thresholds(**terms), first.mention)


def meant_by(request: Unsubscribe, rows: Iterable[Subscription]) -> list[Subscription]:
    """Those of a channel's subscriptions that are to go."""
    return [row for row in rows if _is_meant(request, row)]


def _is_meant(request: Unsubscribe, row: Subscription) -> bool:
    if request.everything:
        return True
    if request.numbers:
        return row.id in request.numbers
    if request.digest or row.kind == "digest":
        return request.digest and row.kind == "digest"
    fits = request.object in (None, row.object) and (not request.what or row.what in request.what)
    named = request.object is not None or bool(request.what)
    return named and fits and request.code in (None, row.terms.get("code"))
