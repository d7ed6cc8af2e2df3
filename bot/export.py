"""Sync errors as CSV: UTF-8, times in ISO 8601 UTC, and no cell that a spreadsheet would run."""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from pathlib import Path
from typing import IO

from bot.links import Links
from storage.error_export import END, FORMULAS
from sync.objects import Object

COLUMNS = (
    "id",
    "object",
    "direction",
    "operation",
    "state",
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
_STAND_IN = "\x00"


async def write(
    portions: AsyncIterable[tuple[str, int]],
    file: IO[bytes],
    written: Callable[[int], Awaitable[None]] | None = None,
) -> int:
    """Writes lines to `file` as storage/error_export.py makes them, under the names of their columns.

    Says after each portion how many are `written`; returns their number.
    """
    file.write((",".join(COLUMNS) + END).encode())
    rows = 0
    async for lines, count in portions:
        file.write(lines.encode())
        rows += count
        if written:
            await written(rows)
    return rows


def owner_fields(objects: Iterable[Object]) -> list[str]:
    """The names under which a change may hold its record's owner."""
    return sorted({field.name for one in objects for field in one.fields if field.owner})


def addresses(objects: Iterable[Object], link: Callable[[str, str], str]) -> dict[str, tuple[str, str]]:
    """By object, what stands before and behind an id in the addresses that `link` makes, where it makes one."""
    made = {one.name: link(one.name, _STAND_IN).partition(_STAND_IN) for one in objects}
    return {name: (before, behind) for name, (before, found, behind) in made.items() if found}


def around(objects: Iterable[Object], links: Links) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """The `addresses` of records in Dynamics, and in Marketo."""
    kept = list(objects)
    return addresses(kept, links.dynamics), addresses(kept, links.marketo)


def harmless(cell: str) -> str:
    """A spreadsheet takes what begins with one of these for a formula: an apostrophe makes it text (OWASP)."""
    return f"'{cell}" if cell[:1] in FORMULAS and cell else cell


def unwritable(path: str) -> str:
    """Looked at before all the work: why nothing can be written there."""
    try:
        Path(path).open("a", encoding="utf-8").close()
    except OSError as failure:
        return f"The file cannot be written: {failure}"
    return ""
