"""Puts the pieces together, once: from settings to the services, the engine, and the lock that keeps it alone."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from filelock import FileLock, Timeout
from sqlalchemy import make_url

from bot.settings import Settings
from bot.words import unspeakable
from storage.database import Database
from sync.brakes import Brakes
from sync.catalogue import BadCatalogue, default_objects, read_objects
from sync.dynamics.client import Dynamics, DynamicsAccess
from sync.engine import Engine, Pace
from sync.marketo.client import Marketo, MarketoAccess
from sync.objects import Object
from sync.quota import Allowance
from sync.rehearsal import StandInDynamics, StandInMarketo


class AlreadyRunning(Exception):
    """Another process syncs on this SQLite file."""


def collect_garbage_seldom() -> None:
    """For the whole process: pages of thousands of rows in use were searched for garbage again and again, in vain.

    That took a seventh of a drain's processor time. Nearly all garbage here is freed without being searched for.
    """
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)  # 700, 10, 10 by default; with 50,000 a first sync held twice the memory


def described_objects(settings: Settings) -> tuple[Object, ...]:
    """What is to be kept in step. Raises BadCatalogue where the file of SYNC_OBJECTS cannot be used."""
    if settings.sync_objects is None:
        return default_objects()
    objects = read_objects(settings.sync_objects)
    if mistakes := unspeakable([one.name for one in objects]):
        raise BadCatalogue([f"{settings.sync_objects}: {each}" for each in mistakes])
    return objects


def make_dynamics(settings: Settings, kind: type[Dynamics] = Dynamics) -> Dynamics:
    access = DynamicsAccess(
        settings.dynamics_url,
        settings.dynamics_tenant_id,
        settings.dynamics_client_id,
        settings.dynamics_client_secret.get_secret_value(),
        settings.dynamics_authority,
    )
    return kind(access)


def make_marketo(settings: Settings, kind: type[Marketo] = Marketo) -> Marketo:
    secret = settings.marketo_client_secret.get_secret_value()
    access = MarketoAccess(settings.marketo_url, settings.marketo_client_id, secret)
    return kind(access, calls_per_20s=settings.marketo_calls_per_20s, in_flight=settings.marketo_in_flight)


@asynccontextmanager
async def open_engine(
    settings: Settings, database: Database, now: Callable[[], datetime], *, rehearsal: bool = False
) -> AsyncIterator[Engine]:
    """The engine on both services, which are closed afterwards. `now` is the time it goes by.

    For a `rehearsal`, stand-ins take the place of both, which are read only.
    """
    objects = described_objects(settings)
    dynamics = make_dynamics(settings, StandInDynamics if rehearsal else Dynamics)
    marketo = make_marketo(settings, StandInMarketo if rehearsal else Marketo)
    pace = Pace(settle_seconds=settings.marketo_settle_seconds, calls_per_round=2 * settings.marketo_in_flight)
    brakes = Brakes(settings.sync_brake_deleted, settings.sync_brake_changed)
    allowance = Allowance(settings.marketo_daily_calls, settings.marketo_reserved_share / 100)
    engine = Engine(
        database, dynamics, marketo, now, settings.dynamics_url, pace, objects, brakes=brakes, allowance=allowance
    )
    try:
        yield engine
    finally:
        await dynamics.aclose()
        await marketo.aclose()


@asynccontextmanager
async def alone(database: Database) -> AsyncIterator[None]:
    """On SQLite, keeps other processes off the file; raises AlreadyRunning where one is there. PostgreSQL is shared."""
    if not database.is_sqlite:
        yield
        return
    lock = FileLock(f"{make_url(database.url).database}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout as held:
        raise AlreadyRunning(str(held)) from None
    try:
        yield
    finally:
        lock.release()
