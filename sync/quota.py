"""How the day's calls to Marketo are spent: until when retries, how often passes, and when nothing more. Pure."""

from dataclasses import dataclass
from datetime import datetime

from sync.marketo.codes import seconds_to_new_quota

RETRIES_UP_TO = 0.75  # of the day's calls
STRETCHED_FROM = 0.8  # of those that are ours
LONGEST = 60.0  # times the usual time between passes


@dataclass(frozen=True, slots=True)
class Allowance:
    """The `daily` calls of the contract, of which the `reserved` share is left to the instance's other integrations."""

    daily: int = 50_000
    reserved: float = 0.2

    @property
    def ours(self) -> int:
        return int(self.daily * (1 - self.reserved))

    @property
    def share(self) -> float:
        """Of the day's calls, from which on we make no more."""
        return self.ours / self.daily


@dataclass(frozen=True, slots=True)
class Plan:
    """What may be done. `used` is the share of the day's calls that are, by all together as far as Marketo tells;
    None where nobody knows.

    Without `retries` nothing that failed is tried again by itself. `stretch` is how many times longer than usual it is
    from pass to pass. Without `calls` Marketo is neither read nor written to.
    """

    used: float | None = None
    retries: bool = True
    stretch: float = 1.0
    calls: bool = True


def plan(used: int | None, allowance: Allowance, a_pass: float, every: float, now: datetime) -> Plan:
    """The plan, where `used` calls are gone today, passes begin `every` so many seconds and take `a_pass` calls.

    The day ends at midnight in US Central time, when Marketo counts anew.
    """
    if used is None:
        return Plan()
    left = allowance.ours - used
    if left <= 0:
        return Plan(used / allowance.daily, retries=False, stretch=1.0, calls=False)
    stretch = 1.0
    if used >= STRETCHED_FROM * allowance.ours:
        needed = a_pass * seconds_to_new_quota(now) / every
        stretch = min(max(needed / left, 1.0), LONGEST)
    return Plan(used / allowance.daily, used < RETRIES_UP_TO * allowance.daily, stretch)
