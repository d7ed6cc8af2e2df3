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
_RUN = frozenset("=+-@\t\r")
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
    """Addresses of records, what stands before the id and what behind, put together once for each object."""

    def __init__(self, dynamics_url: str) -> None:
        self.dynamics = {name: _around_id(dynamics_link(dynamics_url, name, _STAND_IN)) for name in BY_NAME}
        self.marketo = {name: _around_id(marketo_link(name, _STAND_IN)) for name in BY_NAME}


def _around_id(link: str) -> list[str]:
    """An id joins the two; where there is no link, there is nothing to join."""
    return link.split(_STAND_IN) if link else [""]


def _cells(row: Sequence[Any], links: Links) -> tuple[str | int, ...]:
    number, name, direction, operation, code, message, label, dynamics, marketo, first, last, tried, again, owner = row
    return (
        number,
        name,
        direction,
        operation,
        code if code[:1] not in _RUN else harmless(code),  # a call for each cell would take a third of the time
        message if message[:1] not in _RUN else harmless(message),
        label if label[:1] not in _RUN else harmless(label),
        dynamics if dynamics[:1] not in _RUN else harmless(dynamics),
        marketo if marketo[:1] not in _RUN else harmless(marketo),
        dynamics and dynamics.join(links.dynamics[name]),
        marketo and marketo.join(links.marketo[name]),
        first,
        last,
        tried,
        again,
        owner and harmless(owner),
    )


def harmless(cell: str) -> str:
    """A spreadsheet takes what begins with one of these for a formula: an apostrophe makes it text (OWASP)."""
    return f"'{cell}" if cell[:1] in _RUN else cell
