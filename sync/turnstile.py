"""Whose turn it is: lanes share what there is only so much of, call by call, so that a long one delays no short one."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom something is done: a lane, or "" for all reading and whoever asks. `first` goes before all others."""

    name: str = ""
    first: bool = False


NOBODY = Caller()
CALLER: ContextVar[Caller] = ContextVar("caller", default=NOBODY)
"""Known to everything that a task does, and to the tasks it starts: calls need not be told for whom they are."""


@contextmanager
def calling_for(caller: Caller) -> Iterator[None]:
    """Everything awaited inside is done for `caller`."""
    before = CALLER.set(caller)
    try:
        yield
    finally:
        CALLER.reset(before)


class Line(Generic[T]):
    """Those who wait. Callers take turns, however many each has waiting; of one caller, first come, first served."""

    def __init__(self) -> None:
        self._waiting: dict[Caller, deque[T]] = {}

    def join(self, caller: Caller, one: T) -> None:
        self._waiting.setdefault(caller, deque()).append(one)

    def leave(self, caller: Caller, one: T) -> None:
        """Out of the line, unless they are already."""
        waiting = self._waiting.get(caller)
        if waiting is None or one not in waiting:
            return
        waiting.remove(one)
        if not waiting:
            del self._waiting[caller]

    def next(self) -> T | None:
        """Whose turn it is, out of the line; their caller goes to its end. None where nobody waits."""
        caller = next((each for each in self._waiting if each.first), next(iter(self._waiting), None))
        if caller is None:
            return None
        waiting = self._waiting.pop(caller)
        one = waiting.popleft()
        if waiting:
            self._waiting[caller] = waiting
        return one


class Turnstile:
    """Lets one through at a time, in the order of a Line."""

    def __init__(self) -> None:
        self._taken = False
        self._line: Line[asyncio.Future[None]] = Line()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A turn for the present caller; the next one comes when it is over."""
        if self._taken:
            await self._wait()
        self._taken = True
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self) -> None:
        caller, mine = CALLER.get(), asyncio.get_running_loop().create_future()
        self._line.join(caller, mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._pass_on()  # it was our turn already
            else:
                self._line.leave(caller, mine)
            raise

    def _pass_on(self) -> None:
        """Whoever gave up at this very moment stands in the line still, and is passed over."""
        following = self._line.next()
        while following is not None and following.done():
            following = self._line.next()
        if following is None:
            self._taken = False
        else:
            following.set_result(None)
