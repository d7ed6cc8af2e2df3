"""Pages read ahead: one is asked for while the one before it is worked on, never two."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from sync.wire import one_ahead


class Pages:
    """Pages 1, 2, 3 …, and what was asked for; it breaks at page `broken`."""

    def __init__(self, count: int, broken: int = 0) -> None:
        self.count, self.broken = count, broken
        self.asked: list[int] = []

    async def read(self) -> AsyncGenerator[int]:
        for page in range(1, self.count + 1):
            self.asked.append(page)
            await asyncio.sleep(0)
            if page == self.broken:
                raise ConnectionError(f"page {page}")
            yield page


async def work() -> None:
    """Whoever reads is busy for a while."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_the_next_page_is_asked_for_while_one_is_worked_on_but_none_beyond() -> None:
    pages, asked = Pages(3), []
    async for _ in one_ahead(pages.read()):
        await work()
        asked.append(list(pages.asked))
    assert asked == [[1, 2], [1, 2, 3], [1, 2, 3]]


async def test_a_page_that_cannot_be_read_fails_after_those_before_it_were_worked_on() -> None:
    ahead = one_ahead(Pages(5, broken=3).read())
    assert [await anext(ahead), await anext(ahead)] == [1, 2]
    with pytest.raises(ConnectionError, match="page 3"):
        await anext(ahead)


async def test_whoever_stops_early_leaves_no_reading_behind() -> None:
    pages = Pages(5, broken=2)
    with pytest.raises(ValueError, match="enough"):
        async with aclosing(one_ahead(pages.read())) as ahead:
            async for _ in ahead:
                raise ValueError("enough")
    await work()
    assert pages.asked in ([1], [1, 2])
    assert len(asyncio.all_tasks()) == 1
