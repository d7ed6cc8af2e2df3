"""What had to be read as a whole lately, and why: the feed that tells of changes had not told of all. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.texts import _
from storage.changes import Finding
from sync.departures import MISSED
from sync.pull_dynamics import EXPIRED

TOLD_FOR = timedelta(days=7)


def lately(found: Sequence[Finding], now: datetime) -> list[tuple[str, datetime, str]]:
    """(object, when, why) of each that is told still."""
    return [(one.object, one.since, _why(one.message)) for one in found if one.since and now - one.since < TOLD_FOR]


def _why(message: str) -> str:
    reasons = {EXPIRED: _("the delta link had expired"), MISSED: _("14 days of deletes in Marketo were missed")}
    return reasons.get(message, message)
