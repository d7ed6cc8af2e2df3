"""Moments as Marketo writes and reads them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CENTRAL = ZoneInfo("America/Chicago")


def stamp(moment: datetime) -> str:
    """2026-11-23T10:00:00Z"""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_moment(text: str) -> datetime:
    """Any ISO 8601 moment; without a zone it is UTC. ValueError when it is none."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def quota_day(moment: datetime) -> date:
    """The day a call counts for: Marketo's days begin at 00:00 US Central."""
    return moment.astimezone(CENTRAL).date()
