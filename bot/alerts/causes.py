"""Why a service is not reached, which rule tells of it, and what waits for that reason alone. Pure."""

from datetime import timedelta

from bot.alerts.figures import Figures
from bot.alerts.wants import Wants
from storage.history import Lane, Service
from sync.dynamics.codes import THROTTLED as DYNAMICS_THROTTLED
from sync.dynamics.codes import VERDICTS as DYNAMICS_VERDICTS
from sync.marketo.codes import NATIVE_SYNC_ON, TOKEN_REFUSED
from sync.marketo.codes import THROTTLED as MARKETO_THROTTLED
from sync.marketo.codes import VERDICTS as MARKETO_VERDICTS

SCHEMA = frozenset(
    {"schema", "610", "703", "1006", "1011", "1021", "1026", "http-404"}
    | {"0x0", "0x8006088a", "0x80060890", "0x8006089d", "0x80072491"}
)
SLOWED = DYNAMICS_THROTTLED | MARKETO_THROTTLED


def is_refused(code: str | None) -> bool:
    """Whether a code says that we may not come in, or may not do what we came for."""
    if code is None or code in SCHEMA or code == NATIVE_SYNC_ON:
        return False
    verdicts = (MARKETO_VERDICTS.get(code), DYNAMICS_VERDICTS.get(code))
    return code in TOKEN_REFUSED or "person" in verdicts or code.startswith(("invalid_", "unauthorized"))


def cause_of(one: Service) -> str | None:
    """The rule that tells why a service is out of reach; None while it answers."""
    if one.down_since is None:
        return None
    if is_refused(one.code):
        return "refused"
    return "schema" if one.code in SCHEMA else "throttled" if one.code in SLOWED else "down"


def held_for(rule: str, hold: timedelta) -> timedelta:
    """How long a service must have been so before `rule` tells of it."""
    return 3 * hold if rule == "throttled" else hold if rule == "down" else min(hold, timedelta(minutes=1))


def free_of(late: str, name: str, figures: Figures, wants: Wants) -> list[Lane]:
    """The lanes of an object but for those that cannot be written for a cause that is told already.

    It is told where the channel hears of it, and of those whom `late` would call, all are called for the cause too.
    """
    causes = [(one.name, cause) for one in figures.services if (cause := _cause_told(one, figures, wants))]
    if figures.own and figures.own.may_call is False:
        causes.append(("marketo", "quota"))
    called = set(wants.mentions(late, name))
    told = {side for side, cause in causes if wants.about(cause) and called <= set(wants.mentions(cause, None))}
    return [lane for lane in figures.moving[name] if lane.direction.removeprefix("to-") not in told]


def _cause_told(one: Service, figures: Figures, wants: Wants) -> str | None:
    """None while what it is has not held for long enough to be told: a service that comes and goes excuses nothing."""
    cause = cause_of(one)
    if cause is None or one.down_since is None:
        return None
    return cause if figures.now - one.down_since >= held_for(cause, wants.hold) else None
