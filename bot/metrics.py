"""The figures for Prometheus: made anew for every scrape from the running totals, without a word about people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.vitals import Vitals
from storage import health, history
from storage.changes import Direction, Operation
from storage.database import Database
from storage.history import Lane, LaneName

LANE = ("object", "direction")
KIND = (*LANE, "operation")


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told: how the process fares, every lane as it stands, and what was synced since the beginning."""

    vitals: Vitals
    lanes: Sequence[Lane]
    synced: dict[tuple[str, Direction, Operation], int]


async def read_figures(database: Database, vitals: Vitals, lanes: Sequence[LaneName]) -> Figures:
    async with database.read() as connection:
        found = await history.read_lanes(connection, lanes, vitals.now)
        return Figures(vitals, found, await health.read_synced_totals(connection))


def exposed(figures: Figures) -> bytes:
    """In Prometheus' text format, from a registry of their own."""
    registry = CollectorRegistry()
    registry.register(_Once(figures))
    return generate_latest(registry)


class _Once(Collector):
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        yield from _of_lanes(self._figures)
        yield from _of_services(self._figures.vitals)
        yield from _of_process(self._figures.vitals)


def _of_lanes(figures: Figures) -> Iterator[Metric]:
    backlog = GaugeMetricFamily("sync_backlog", "Changes not yet synced", labels=KIND)
    oldest = GaugeMetricFamily("sync_oldest_seconds", "Age of the change that has waited longest", labels=LANE)
    errors = GaugeMetricFamily("sync_open_errors", "Changes parked for a person", labels=LANE)
    state = GaugeMetricFamily("sync_lane_live", "1 where changes are written, 0 where only observed", labels=LANE)
    for lane in figures.lanes:
        name = (lane.object, lane.direction)
        for operation, waiting in lane.waiting.items():
            backlog.add_metric((*name, operation), waiting)
        since = min(lane.oldest.values(), default=None)
        oldest.add_metric(name, _age(since, figures.vitals))
        errors.add_metric(name, lane.errors)
        state.add_metric(name, lane.live)
    synced = CounterMetricFamily("sync_records_synced", "Records synced", labels=KIND)
    for kind, number in figures.synced.items():
        synced.add_metric(kind, number)
    yield from (backlog, oldest, errors, state, synced)


def _of_services(vitals: Vitals) -> Iterator[Metric]:
    up = GaugeMetricFamily("sync_service_up", "1 where the service answered when last asked", labels=["service"])
    read = GaugeMetricFamily("sync_service_read_seconds", "When the service was last read (Unix)", labels=["service"])
    for one in vitals.services:
        up.add_metric([one.name], one.down_since is None)
        if one.read_at:
            read.add_metric([one.name], one.read_at.timestamp())
    throttled = CounterMetricFamily("sync_throttled", "How often we were slowed down", labels=["service", "code"])
    for service, met in vitals.throttled.items():
        for code, number in met.items():
            throttled.add_metric([service, code], number)
    yield from (up, read, throttled)
    if vitals.quota and vitals.quota.calls is not None:
        words = "Marketo's calls used today, by all its integrations"
        yield GaugeMetricFamily("sync_marketo_calls_today", words, value=vitals.quota.calls)


def _of_process(vitals: Vitals) -> Iterator[Metric]:
    hearing, untold = vitals.hearing, vitals.untold
    yield GaugeMetricFamily("sync_slack_up", "1 where Slack can reach us", value=hearing.lost_at is None)
    yield GaugeMetricFamily("sync_slack_socket_seconds", "How long it can", value=_age(hearing.opened_at, vitals))
    yield GaugeMetricFamily("sync_alerts_untold", "Alerts that no channel has been told", value=untold.number)
    yield GaugeMetricFamily(
        "sync_alert_channels_lost", "Channels that Slack takes no alerts for", value=len(vitals.undelivered)
    )
    yield GaugeMetricFamily(
        "sync_pass_overdue", "1 where no pass has ended for too long", value=bool(vitals.overdue_since)
    )
    yield GaugeMetricFamily(
        "sync_process_syncs", "1 where this process syncs, 0 where it only answers", value=vitals.role != "answers"
    )
    yield GaugeMetricFamily("sync_database_bytes", "Size of the database", value=vitals.stored.size)
    held = GaugeMetricFamily("sync_lane_held", "Lanes that are paused or have stopped", labels=[*LANE, "why"])
    for lane in vitals.held:
        held.add_metric(
            (lane.object, lane.direction, "brake" if lane.braked else "stopped" if lane.stopped_at else "paused"), 1
        )
    ended = GaugeMetricFamily("sync_job_ended_seconds", "When the job last came to its end (Unix)", labels=["job"])
    failed = GaugeMetricFamily("sync_job_failed", "1 where its last run died", labels=["job"])
    for job in vitals.jobs:
        failed.add_metric([job.name], job.failure is not None)
        if job.finished_at:
            ended.add_metric([job.name], job.finished_at.timestamp())
    yield from (held, ended, failed)


def _age(since: datetime | None, vitals: Vitals) -> float:
    return 0.0 if since is None else max((vitals.now - since).total_seconds(), 0.0)
