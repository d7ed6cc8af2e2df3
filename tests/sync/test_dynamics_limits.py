"""How many calls Dynamics is sent at once: as many as it advises, fewer after it refused one."""

import asyncio

from sync.dynamics.limits import Breadth, Gate


def after(breadth: Breadth, answers: int, hint: str | None = None) -> int:
    for _ in range(answers):
        breadth = breadth.answered(hint)
    return breadth.calls


def test_calls_at_once_go_down_to_what_dynamics_advises_at_once_and_up_to_it_slowly() -> None:
    assert after(Breadth(), 1, "4") == 4
    assert after(Breadth(), 1, "20") == 8
    assert after(Breadth(), 7, "20") == 8
    assert after(Breadth(), 8, "20") == 9
    assert after(Breadth(), 500, "20") == 20


def test_advice_beyond_what_dynamics_can_bear_or_below_one_is_bounded() -> None:
    assert after(Breadth(), 5000, "400") == 52
    assert after(Breadth(), 5, "0") == 1


def test_an_answer_without_advice_or_with_nonsense_changes_nothing() -> None:
    assert after(Breadth(), 100) == 8
    assert after(Breadth(), 100, "many") == 8


def test_a_429_halves_the_calls_at_once_and_good_answers_bring_them_back_one_by_one() -> None:
    halved = Breadth().refused()
    assert halved.calls == 4
    assert after(halved, 3) == 4
    assert after(halved, 5) == 5
    assert after(halved, 50) == 8
    assert halved.refused().refused().refused().calls == 1


async def test_several_calls_refused_together_halve_once() -> None:
    gate = Gate(8)
    gate.close_for(1, "0x80072322")
    gate.close_for(2, "0x80072322")
    assert gate.breadth.calls == 4


async def test_no_more_calls_are_under_way_than_dynamics_advises() -> None:
    gate, under_way, most = Gate(8), 0, 0
    gate.answered("3")

    async def call() -> None:
        nonlocal under_way, most
        async with gate.slot():
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1

    await asyncio.gather(*(call() for _ in range(20)))
    assert most == 3
