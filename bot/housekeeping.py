"""Deletes what need not be kept any longer: now and then, a few seconds at most, so that it is in nobody's way."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.settings import Settings
from storage.database import Database
from storage.ledger.purging import Kept, Walk, purge
from sync.scheduler import Job

log = logging.getLogger(__name__)
EVERY, AT_MOST, GOES_ON_AFTER = 3600.0, 5.0, 60.0  # seconds


def housekeeping_job(
    settings: Settings, database: Database, now: Callable[[], datetime], at_most: float = AT_MOST
) -> Job:
    """Once an hour; where `at_most` so many seconds were not enough, it goes on a minute later."""
    kept = kept_by(settings)
    walk = Walk()

    async def keep_house() -> float | None:
        until = time.monotonic() + at_most
        deleted = await purge(database, kept, now(), lambda: time.monotonic() >= until, walk)
        if deleted:
            log.info("deleted what need not be kept any longer: %s", dict(deleted))
        return GOES_ON_AFTER if time.monotonic() >= until else None

    return Job("housekeeping", EVERY, keep_house)


def kept_by(settings: Settings) -> Kept:
    return Kept(
        samples=timedelta(days=settings.keep_samples_days),
        errors=timedelta(days=settings.keep_errors_days),
        activity=timedelta(days=settings.keep_activity_days),
        audit=timedelta(days=settings.keep_audit_days),
    )
