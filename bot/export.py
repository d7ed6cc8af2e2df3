"""Sync errors as CSV: UTF-8, times in ISO 8601 UTC, and no cell that a spreadsheet would run."""

import csv
from collections.abc import AsyncIterable, Sequence
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import IO

from bot.links import dynamics_link, marketo_link
from storage.error_search import SyncError

COLUMNS = (
    "id",
    "object",
    "direction",
    "operation",
    "code",
    "message",
    "record_name",
    "dynamics_id",
    "marketo_id",
    "dynamics_link",
    "marketo_link",
    "first_failed_at",
    "failed_at",
    "attempts",
    "next_try",
    "owner",
)
_RUN = ("=", "+", "-", "@", "\t", "\r")


async def write(pages: AsyncIterable[Sequence[SyncError]], dynamics_url: str, file: IO[bytes]) -> int:
    """Writes every error to `file`, a page at a time; returns how many there were."""
    text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    rows = 0
    async for page in pages:
        writer.writerows(_cells(error, dynamics_url) for error in page)
        rows += len(page)
    text.flush()
    text.detach()
    return rows


def _cells(error: SyncError, dynamics_url: str) -> tuple[str | int, ...]:
    return (
        error.id,
        error.object,
        error.direction,
        error.operation,
        harmless(error.code),
        harmless(error.message),
        harmless(error.label),
        harmless(error.dynamics_id or ""),
        harmless(error.marketo_id or ""),
        dynamics_link(dynamics_url, error.object, error.dynamics_id),
        marketo_link(error.object, error.marketo_id),
        _iso(error.first_failed_at),
        _iso(error.failed_at),
        error.attempts,
        _iso(error.next_at),
        "",  # whose record it is, we do not know yet
    )


def harmless(cell: str) -> str:
    """A spreadsheet takes what begins with one of these for a formula: an apostrophe makes it text (OWASP)."""
    return f"'{cell}" if cell.startswith(_RUN) else cell


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
