"""Whose turn it is: lanes in turn, the first before all, and nobody lost who gives up waiting."""

import asyncio

from sync.turnstile import Caller, Line, Turnstile, calling_for

ACCOUNTS, CONTACTS, LEADS = Caller("accounts"), Caller("contacts"), Caller("leads")
LEADS_FIRST = Caller("leads", first=True)


def order(*joined: tuple[Caller, str]) -> str:
    """In which order those who joined are let through."""
    line: Line[str] = Line()
    for caller, one in joined:
        line.join(caller, one)
    return "".join(iter(lambda: line.next() or "", ""))


def test_lanes_take_turns_however_many_each_has_waiting() -> None:
    assert order((ACCOUNTS, "a"), (ACCOUNTS, "b"), (ACCOUNTS, "c"), (LEADS, "1"), (LEADS, "2")) == "a1b2c"


def test_of_one_lane_the_first_to_come_is_the_first_to_go() -> None:
    assert order((LEADS, "1"), (LEADS, "2"), (LEADS, "3")) == "123"


def test_a_lane_that_is_first_goes_before_all_others() -> None:
    assert order((ACCOUNTS, "a"), (CONTACTS, "c"), (LEADS_FIRST, "1"), (LEADS_FIRST, "2")) == "12ac"


def test_a_lane_that_comes_anew_stands_behind_those_that_wait() -> None:
    line: Line[str] = Line()
    for caller, one in ((ACCOUNTS, "a"), (ACCOUNTS, "b"), (CONTACTS, "c")):
        line.join(caller, one)
    assert line.next() == "a"
    line.join(LEADS, "1")
    assert [line.next() for _ in range(4)] == ["c", "b", "1", None]


def test_who_leaves_is_not_let_through() -> None:
    line: Line[str] = Line()
    line.join(ACCOUNTS, "a")
    line.join(LEADS, "1")
    line.leave(ACCOUNTS, "a")
    assert [line.next(), line.next()] == ["1", None]


async def test_everything_a_task_does_is_done_for_its_caller() -> None:
    turnstile, through = Turnstile(), list[str]()
    taken, may_end = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with turnstile.turn():
            taken.set()
            await may_end.wait()

    async def go(caller: Caller, name: str) -> None:
        with calling_for(caller):
            async with turnstile.turn():
                through.append(name)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hold())
        await taken.wait()
        for caller, name in ((ACCOUNTS, "a"), (ACCOUNTS, "b"), (LEADS, "1"), (LEADS_FIRST, "first")):
            tasks.create_task(go(caller, name))
        await asyncio.sleep(0)
        may_end.set()
    assert through == ["first", "a", "1", "b"]


async def test_whoever_gives_up_waiting_leaves_the_turn_to_the_next() -> None:
    turnstile = Turnstile()

    async def go() -> str:
        async with turnstile.turn():
            return "through"

    async with turnstile.turn():
        waiting, given_up, late = (asyncio.create_task(go()) for _ in range(3))
        await asyncio.sleep(0)
        given_up.cancel()
    waiting.cancel()  # it is its turn already
    assert await late == "through"
    assert await go() == "through"


async def test_where_all_give_up_at_once_the_next_is_let_through() -> None:
    turnstile, taken = Turnstile(), asyncio.Event()

    async def hold() -> None:
        async with turnstile.turn():
            taken.set()
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(hold()) for _ in range(3)]
    await taken.wait()
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(each, asyncio.CancelledError) for each in ended)
    async with asyncio.timeout(5), turnstile.turn():
        pass
