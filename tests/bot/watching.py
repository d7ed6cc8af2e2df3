"""Numbers and wishes for tests of the rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.alerts.figures import Figures, Own
from bot.alerts.readings import Band, Reading
from bot.alerts.rules import readings
from bot.alerts.wants import Defaults, Wants
from storage.alerting import Subscription
from storage.error_groups import Group
from storage.history import Lane, Service

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WELL, WARNING, CRITICAL = Band(), Band("warning", "warning"), Band("critical", "critical")
OWN = Own(used=0.1)


def lane(object: str = "leads", waiting: int = 0, age: timedelta | None = None, **given: Any) -> Lane:
    usual: dict[str, Any] = {"live": True, "waiting": {"update": waiting}}
    usual |= {"oldest": {"update": NOW - age}} if age else {}
    return Lane(object, given.pop("direction", "to-marketo"), **(usual | given))


def figures(*lanes: Lane, **given: Any) -> Figures:
    return replace(Figures(NOW, lanes, own=OWN), **given)


def subscription(**given: Any) -> Subscription:
    return Subscription("C0OPS", "alerts", "U0ADMIN", NOW, **given)


def wants(*subscriptions: Subscription) -> Wants:
    """Those of one channel; everything where none is given."""
    return Wants("C0OPS", subscriptions or (subscription(),), Defaults())


def read(found: Figures, wanted: Wants | None = None, known: tuple[str, ...] = ()) -> dict[str, Reading]:
    return readings(found, wanted or wants(), known)


def band(key: str, found: Figures, wanted: Wants | None = None) -> Band:
    """What the rule and subject `key` read."""
    return read(found, wanted)[key].band


def down(name: str, code: str, since: timedelta = MINUTE) -> Service:
    return Service(name, NOW - since, NOW - since, code)


def stopped(object: str, code: str, **given: Any) -> Lane:
    return lane(object, stopped_at=NOW - MINUTE, stopped_code=code, **given)


def group(code: str, errors: int, age: timedelta, **counts: int) -> Group:
    """So many errors, of leads but for `counts`."""
    each = {"leads": errors - sum(counts.values()), **counts}
    return Group(code, tuple(each), errors, errors, NOW - age, each)
