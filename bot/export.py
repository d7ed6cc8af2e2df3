"""Sync errors as CSV: UTF-8, times in ISO 8601 UTC, and no cell that a spreadsheet would run."""

import csv
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from io import TextIOWrapper
from typing import IO, Any

from bot.links import dynamics_link, marketo_link
from sync.objects import BY_NAME

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
OWNER_FIELD = next(field.name for one in BY_NAME.values() for field in one.fields if field.owner)
_RUN = ("=", "+", "-", "@", "\t", "\r")
_STAND_IN = "\x00"


async def write(
    pages: AsyncIterable[Sequence[Sequence[Any]]],
    dynamics_url: str,
    file: IO[bytes],
    written: Callable[[int], Awaitable[None]] | None = None,
) -> int:
    """Writes every error to `file`, a page at a time, and says after each how many are `written`; returns their number.

    A page holds rows as storage/error_export.py makes them.
    """
    text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    links = Links(dynamics_url)
    rows = 0
    async for page in pages:
        writer.writerows([_cells(row, links) for row in page])
        rows += len(page)
        if written:
            await written(rows)
    text.flush()
    text.detach()
    return rows


class Links:
    """Addresses of records, put together once for each object."""

    def __init__(self, dynamics_url: str) -> None:
        self._dynamics = {name: dynamics_link(dynamics_url, name, _STAND_IN).split(_STAND_IN) for name in BY_NAME}
        self._marketo = {name: marketo_link(name, _STAND_IN).split(_STAND_IN) for name in BY_NAME}

    def dynamics(self, name: str, record: str) -> str:
        return _filled(self._dynamics.get(name, [""]), record)

    def marketo(self, name: str, record: str) -> str:
        return _filled(self._marketo.get(name, [""]), record)


def _filled(parts: list[str], record: str) -> str:
    return record.join(parts) if record and len(parts) > 1 else ""


def _cells(row: Sequence[Any], links: Links) -> tuple[str | int, ...]:
    number, name, direction, operation, code, message, label, dynamics, marketo, first, last, tried, again, owner = row
    return (
        number,
        name,
        direction,
        operation,
        harmless(code),
        harmless(message),
        harmless(label),
        harmless(dynamics),
        harmless(marketo),
        links.dynamics(name, dynamics),
        links.marketo(name, marketo),
        first,
        last,
        tried,
        again,
        harmless(owner),
    )


def harmless(cell: str) -> str:
    """A spreadsheet takes what begins with one of these for a formula: an apostrophe makes it text (OWASP)."""
    return f"'{cell}" if cell.startswith(_RUN) else cell
