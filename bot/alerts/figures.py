"""The numbers that rules go by, read once a look: from storage, and from what this process knows of itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Finding
from storage.episodes import Undelivered, read_undelivered
from storage.error_groups import Group, open_groups
from storage.history import Lane, LaneName, Service, read_lanes, read_services, read_synced
from storage.ledger.findings import read_findings
from storage.watched import read_began, read_failed, read_not_taken_up, read_synced_at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOST = ("unknown", "unreadable")


@dataclass(frozen=True, slots=True)
class Own:
    """What this process knows: `used` is the share of the day's calls that are, by all together (None: nobody knows),

    `stops_at` the one from which on we make no more, `throttled` how often each service slowed us down in the last
    quarter of an hour. `overdue_since`: no pass ended for too long. Where another process syncs (`elsewhere`),
    `may_call` and `throttled` are None: they are known to that one alone. Then `overdue_since` is given only where
    that one had time enough to say it, and did not. Without `may_retry` what failed waits for the next day.
    """

    overdue_since: datetime | None = None
    used: float | None = None
    stops_at: float = 1.0
    may_call: bool | None = True
    may_retry: bool = True
    throttled: Mapping[str, int] | None = field(default_factory=dict)

    @property
    def elsewhere(self) -> bool:
        return self.may_call is None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything as it was at `now`; `own` is None where nothing is known but what is stored.

    `synced` and `failed` are of the last hour, `queued_since` is when the first change in the queue was noted, and
    `synced_at` when anything was synced last since then, all by object. `lost_fields` were there when the sync began.
    """

    now: datetime
    lanes: Sequence[Lane] = ()
    services: Sequence[Service] = ()
    groups: Sequence[Group] = ()
    synced: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    queued_since: Mapping[str, datetime] = field(default_factory=dict)
    synced_at: Mapping[str, datetime] = field(default_factory=dict)
    undelivered: Sequence[Undelivered] = ()
    lost_fields: Sequence[Finding] = ()
    own: Own | None = None

    @property
    def moving(self) -> dict[str, list[Lane]]:
        """The lanes that are to be written, by object: live, and not paused by a person. The others never speak."""
        found: dict[str, list[Lane]] = {}
        for lane in self.lanes:
            if lane.live and not lane.paused:
                found.setdefault(lane.object, []).append(lane)
        return found

    @property
    def backlog(self) -> int:
        return sum(count_of(lanes) for lanes in self.moving.values())

    def to(self, service: str) -> list[Lane]:
        """The lanes that are to be written to one of the services."""
        return [lane for lanes in self.moving.values() for lane in lanes if lane.direction == f"to-{service}"]


def count_of(lanes: Iterable[Lane]) -> int:
    """How many changes wait."""
    return sum(lane.backlog for lane in lanes)


def age_of(lanes: Iterable[Lane], now: datetime) -> int:
    """For how many seconds the oldest change waits; 0 where none does."""
    moments = [at for lane in lanes for at in lane.oldest.values()]
    return max(int((now - min(moments)).total_seconds()), 0) if moments else 0


async def read_figures(
    connection: AsyncConnection, names: Sequence[LaneName], now: datetime, own: Own | None
) -> Figures:
    end = now + HOUR  # what is of this very minute, too
    lanes = await read_lanes(connection, names, now)
    free = [(one.object, one.direction) for one in lanes if one.live and not one.paused and not one.stopped_at]
    queued_since = await read_not_taken_up(connection, free, own is None or own.may_retry)
    return Figures(
        now=now,
        lanes=lanes,
        services=await read_services(connection),
        groups=await open_groups(connection, now - DAY),
        synced=_by_object(await read_synced(connection, now - HOUR, end)),
        failed=await read_failed(connection, now - HOUR),
        queued_since=queued_since,
        synced_at=await read_synced_at(connection, queued_since),
        undelivered=await read_undelivered(connection),
        lost_fields=await _lost_fields(connection),
        own=own,
    )


async def _lost_fields(connection: AsyncConnection) -> list[Finding]:
    """What was not there from the first day on is told by check and by health, and alarms nobody."""
    began = await read_began(connection)
    found = await read_findings(connection, LOST) if began else []
    return [one for one in found if began and one.since and one.since - began > HOUR]


def _by_object(synced: Mapping[LaneName, int]) -> dict[str, int]:
    summed: dict[str, int] = {}
    for (name, _), records in synced.items():
        summed[name] = summed.get(name, 0) + records
    return summed
