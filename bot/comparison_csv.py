"""Differences between both sides as CSV: UTF-8, and no cell that a spreadsheet would run."""

import csv
from collections.abc import AsyncIterable, Iterable, Sequence
from io import TextIOWrapper
from typing import IO

from bot.export import harmless
from bot.links import Links
from storage.changes import Difference

IDS = ("object", "difference", "field", "dynamics_id", "marketo_id", "dynamics_link", "marketo_link")
PEOPLE = ("record_name", "dynamics_value", "marketo_value")


class Sheet:
    """A file under way. What `people` may see only, names and values, is left out where it is not for them."""

    def __init__(self, file: IO[bytes], links: Links, *, people: bool) -> None:
        self._text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
        self._csv = csv.writer(self._text)
        self._links, self._people = links, people
        self._csv.writerow([*IDS, *(PEOPLE if people else ())])

    def add(self, name: str, found: Iterable[Difference]) -> None:
        self._csv.writerows(self._cells(name, each) for each in found)

    def end(self) -> None:
        """Everything is in the file, which stays open."""
        self._text.flush()
        self._text.detach()

    def _cells(self, name: str, found: Difference) -> list[str]:
        ids = [found.dynamics_id or "", found.marketo_id or ""]
        links = [self._links.dynamics(name, found.dynamics_id), self._links.marketo(name, found.marketo_id)]
        cells = [name, found.kind, found.field, *map(harmless, ids), *links]
        people = [found.label, found.dynamics_value or "", found.marketo_value or ""]
        return [*cells, *(map(harmless, people) if self._people else ())]


async def write(
    pages: AsyncIterable[Sequence[Difference]], name: str, links: Links, file: IO[bytes], *, people: bool
) -> int:
    """Writes every difference of the object `name`, a page at a time; returns how many there were."""
    sheet, rows = Sheet(file, links, people=people), 0
    async for page in pages:
        sheet.add(name, page)
        rows += len(page)
    sheet.end()
    return rows
