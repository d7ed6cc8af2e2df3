"""What a channel hears of, as plain values: subscriptions, episodes and their turns, quiet times."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Level = Literal["well", "warning", "critical"]
TurnKind = Literal["opened", "worse", "better", "acknowledged", "snoozed", "unsnoozed", "still", "recovered"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a `channel` asked for: "alerts" of an `object` (None: of all) about `what` (None: all), or a "digest".

    `terms` are the thresholds it named, else the defaults hold: "backlog" (changes), "oldest" (seconds), "failures"
    (per cent), "open" (errors); "code" where it is about the errors of one. Of several that fit a rule, the most exact
    speaks (bot/alerts/wants.py). Terms of a digest: {"every":
    "daily" | "weekly", "at": "09:00", "weekday": 0 (Monday; where weekly)}, in the `zone` it was asked in. `mention` is
    a user group (S…) or person (U…) to be called on the first critical turn. `told_at` is when its last digest was
    sent.
    """

    channel: str
    kind: Literal["alerts", "digest"]
    created_by: str
    created_at: datetime
    object: str | None = None
    what: str | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)
    mention: str | None = None
    zone: str = "UTC"
    told_at: datetime | None = None
    listed_at: datetime | None = None
    claimed_at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """How one thing that a channel watches stands. `key` names rule and subject: "oldest:leads", "refused:dynamics".

    `level` holds since `since`; what is `heading` elsewhere has been so since `heading_since`, and speaks once it has
    held for its rule's time. `detail` are the rule's numbers as last seen, and its worst.
    """

    channel: str
    key: str
    family: str
    level: Level
    since: datetime
    heading: Level | None = None
    heading_since: datetime | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Episode:
    """One trouble in one channel, from its first turn to its recovery: one message there, edited as it goes on.

    `family` is what belongs together ("backlog": every object that is late). `detail` holds what the message says:
    {"members": {key: {…numbers}}, "worst": …, "affected": …}. `ts` is Slack's name for the message, which shows
    everything up to the turn `drawn`. `lost` is Slack's error where the channel could not be told of it; `late_since`
    is when it should have been told, where it was not.
    """

    id: int
    channel: str
    family: str
    level: Level
    opened_at: datetime
    closed_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    snoozed_until: datetime | None = None
    snoozed_by: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    ts: str | None = None
    mentioned: bool = False
    drawn: int = 0
    lost: str | None = None
    late_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class EpisodeTurn:
    """Something that happened to an episode, to be told once. `attempts` and `failure`: how telling it went so far.

    One that came in a `quiet` time waits for its end.
    """

    id: int
    episode: int
    kind: TurnKind
    at: datetime
    detail: Mapping[str, Any]
    attempts: int = 0
    failure: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class QuietTime:
    """When a channel does not want to hear of an `object` (None: of anything): once, from `starts_at` to `ends_at`,

    or `weekly`: {"day": 5 (Monday is 0), "from": "20:00", "to": "23:00"} in `zone`.
    """

    channel: str
    created_by: str
    created_at: datetime
    object: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    weekly: Mapping[str, Any] | None = None
    zone: str = "UTC"
    id: int = 0
