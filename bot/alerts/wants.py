"""What a channel hears of: its subscriptions, or the built-in one, and the thresholds that hold in it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.alerting import Subscription

BUILT_IN = ""  # who made the subscription that the settings are


@dataclass(frozen=True, slots=True)
class Defaults:
    """Where a subscription names no threshold: more changes waiting than `backlog`, one for longer than `oldest`, more

    than `failures` per cent failing, more than `open` errors. Something must be so for `hold` before it speaks, and be
    well for twice as long before it has recovered.
    """

    backlog: int = 10_000
    oldest: timedelta = timedelta(hours=2)
    failures: int = 20
    open: int = 500
    hold: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Wants:
    """One channel's subscriptions to alerts."""

    channel: str
    subscriptions: tuple[Subscription, ...]
    defaults: Defaults

    @property
    def hold(self) -> timedelta:
        return self.defaults.hold

    def about(self, rule: str, object: str | None = None) -> Subscription | None:
        """The one that speaks for `rule` about an object (None: about what is not one object's).

        Of several, the one that names the object, then the one that names the rule. Those about a code do not.
        """
        found = self._fitting(rule, object)
        return max(found, key=lambda one: (one.object is not None, one.what is not None, one.id), default=None)

    def threshold(self, name: str, wanted: Subscription) -> int:
        """Of `oldest`, in seconds."""
        usual = {
            "backlog": self.defaults.backlog,
            "oldest": int(self.defaults.oldest.total_seconds()),
            "failures": self.defaults.failures,
            "open": self.defaults.open,
        }
        said = wanted.terms.get(name)
        return usual[name] if said is None else int(said)

    def mentions(self, rule: str, object: str | None, code: str | None = None) -> list[str]:
        """Whom those who hear of it want to be called on its first critical turn."""
        return list(dict.fromkeys(one.mention for one in self._fitting(rule, object, code) if one.mention))

    def _fitting(self, rule: str, object: str | None, code: str | None = None) -> list[Subscription]:
        fitting = [one for one in self.subscriptions if one.what in (None, rule) and one.object in (None, object)]
        return [one for one in fitting if one.terms.get("code") in (None, code)]


def wants_of(
    subscriptions: Iterable[Subscription], built_in: str | None, defaults: Defaults, now: datetime
) -> dict[str, Wants]:
    """By channel. The channel of the settings hears everything, until it subscribes to something itself."""
    found: dict[str, list[Subscription]] = {}
    for one in subscriptions:
        if one.kind == "alerts":
            found.setdefault(one.channel, []).append(one)
    if built_in and built_in not in found:
        found[built_in] = [Subscription(built_in, "alerts", BUILT_IN, now)]
    return {channel: Wants(channel, tuple(ones), defaults) for channel, ones in found.items()}
