"""Sync errors as CSV: UTF-8, times in ISO 8601 UTC, and no cell that a spreadsheet would run."""

import csv
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Sequence
from io import TextIOWrapper
from typing import IO, Any

from bot.links import Links
from sync.objects import Object

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
_RUN = frozenset("=+-@\t\r")
_STAND_IN = "\x00"


async def write(
    pages: AsyncIterable[Sequence[Sequence[Any]]],
    links: Links,
    file: IO[bytes],
    written: Callable[[int], Awaitable[None]] | None = None,
) -> int:
    """Writes every error to `file`, a page at a time, and says after each how many are `written`; returns their number.

    A page holds rows as storage/error_export.py makes them.
    """
    text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    split = Split(links)
    rows = 0
    async for page in pages:
        writer.writerows([_cells(row, split) for row in page])
        rows += len(page)
        if written:
            await written(rows)
    text.flush()
    text.detach()
    return rows


def owner_fields(objects: Iterable[Object]) -> list[str]:
    """The names under which a change may hold its record's owner."""
    return sorted({field.name for one in objects for field in one.fields if field.owner})


class Split:
    """Addresses of records, what stands before the id and what behind, put together once for each object."""

    def __init__(self, links: Links) -> None:
        self.dynamics = _Around(lambda name: links.dynamics(name, _STAND_IN))
        self.marketo = _Around(lambda name: links.marketo(name, _STAND_IN))


class _Around(dict[str, list[str]]):
    """By object, the two parts that an id joins; where there is no link, there is nothing to join."""

    def __init__(self, link: Callable[[str], str]) -> None:
        super().__init__()
        self._link = link

    def __missing__(self, name: str) -> list[str]:
        link = self._link(name)
        self[name] = link.split(_STAND_IN) if link else [""]
        return self[name]


def _cells(row: Sequence[Any], split: Split) -> tuple[str | int, ...]:
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
        dynamics and dynamics.join(split.dynamics[name]),
        marketo and marketo.join(split.marketo[name]),
        first,
        last,
        tried,
        again,
        owner and harmless(owner),
    )


def harmless(cell: str) -> str:
    """A spreadsheet takes what begins with one of these for a formula: an apostrophe makes it text (OWASP)."""
    return f"'{cell}" if cell[:1] in _RUN else cell
