"""Who breaks a service down: smaller and smaller calls, and who is to blame."""

import random
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.changes import Change
from sync.dynamics import codes as dynamics
from sync.errors import Later, Never, SyncFailure
from sync.marketo import codes as marketo
from sync.outcomes import Outcome, Written
from sync.suspects import FEW, MOST, SMALL_CALLS, STRIKES, Suspects, calls_apart, is_breakdown

CALL = 300
AT = datetime(2026, 11, 23, tzinfo=UTC)


def change(number: int) -> Change:
    return Change(number, "leads", "to-marketo", f"r{number}", "insert", "waiting", {}, None, "", AT, 0, False)


def broken() -> Later:
    return Later("611", "System error", unknown=True)


def call(numbers: Sequence[int], bad: Collection[int]) -> list[Outcome]:
    """What becomes of one call: all of it breaks down where it holds one of the `bad`."""
    if not set(bad).isdisjoint(numbers):
        return [broken()] * len(numbers)
    return [Written("1", created=True) for _ in numbers]


def one_round(suspects: Suspects, waiting: Sequence[int], calls: Sequence[list[Outcome]]) -> dict[int, Outcome]:
    outcomes = [outcome for each in calls for outcome in each]
    return dict(zip(waiting, suspects.judge([change(number) for number in waiting], outcomes), strict=True))


def rounds(
    bad: Collection[int], many: int = CALL, most: int = 200, traffic: bool = False
) -> tuple[list[int], set[int]]:
    """Rounds until nothing waits: how many calls each took, and who was parked."""
    suspects, waiting, parked, taken = Suspects(), list(range(many)), set[int](), list[int]()
    while waiting and len(taken) < most:
        calls = calls_apart(waiting, lambda number: suspects.breakdowns(change(number)), CALL)
        sent = [number for each in calls for number in each]
        became = one_round(suspects, sent, [call(each, bad) for each in calls])
        if traffic:
            one_round(suspects, [-1], [call([-1], bad)])
        taken.append(len(calls))
        waiting = [number for number in waiting if isinstance(became[number], Later)]
        parked |= {number for number, outcome in became.items() if isinstance(outcome, Never)}
    return taken, parked


def test_one_record_that_breaks_every_call_is_parked_and_299_get_through() -> None:
    calls, parked = rounds({5})
    assert parked == {5}
    assert len(calls) < 16 and sum(calls) < 50


@settings(max_examples=20)
@given(st.sets(st.integers(0, CALL - 1), min_size=1, max_size=60))
def test_however_many_are_bad_all_of_them_are_parked_and_no_other(bad: set[int]) -> None:
    calls, parked = rounds(bad, traffic=True)
    assert parked == bad
    assert max(calls) <= 1 + SMALL_CALLS


def test_while_nothing_gets_through_nobody_is_parked_and_few_more_calls_are_made() -> None:
    everybody = set(range(1000))
    calls, parked = rounds(everybody, many=1000, most=30)
    assert parked == set()
    assert calls[:FEW] == [4] * FEW
    assert max(calls) <= 4 + SMALL_CALLS


def test_after_an_illness_that_stopped_all_a_single_breakdown_parks_nobody() -> None:
    suspects = Suspects()
    for _ in range(20):
        one_round(suspects, [1], [call([1], {1})])
    one_round(suspects, [2], [call([2], ())])
    assert isinstance(one_round(suspects, [1], [call([1], {1})])[1], Later)


def test_a_service_that_fails_every_other_call_has_nobody_parked() -> None:
    chance, suspects, waiting = random.Random(7), Suspects(), list(range(500))
    while waiting:
        calls = calls_apart(waiting, lambda number: suspects.breakdowns(change(number)), CALL)
        sent = [number for each in calls for number in each]
        became = one_round(suspects, sent, [call(each, each if chance.random() < 0.5 else ()) for each in calls])
        assert not any(isinstance(outcome, Never) for outcome in became.values())
        waiting = [number for number in waiting if isinstance(became[number], Later)]


def test_a_record_is_parked_with_the_words_of_the_service_after_so_many_breakdowns_of_its_own() -> None:
    suspects = Suspects()
    tries = Counter[type[object]]()
    for _ in range(STRIKES + 1):
        bad, good = suspects.judge([change(1), change(2)], [broken(), Written("2", created=True)])
        tries[type(bad)] += 1
        assert isinstance(good, Written)
    assert tries == {Later: STRIKES, Never: 1}
    assert isinstance(bad, Never) and (bad.code, bad.message) == ("611", "System error")


def test_whatever_is_no_breakdown_ends_the_suspicion() -> None:
    suspects = Suspects()
    one_round(suspects, [1], [call([1], {1})])
    assert suspects.breakdowns(change(1)) == 1
    suspects.judge([change(1)], [Later("connection", "reset", unknown=True)])
    assert suspects.breakdowns(change(1)) == 0


@pytest.mark.parametrize(
    ("failed", "is_one"),
    [
        (marketo.failure("611", "words", write=True), True),
        (marketo.failure("1014", "words"), True),
        (marketo.failure("604", "words", write=True), False),
        (marketo.failure("606", "words"), False),
        (marketo.failure("http-502", "words", write=True), False),
        (marketo.failure("1003", "words"), False),
        (dynamics.failure(500, "0x80040224", "words"), True),
        (dynamics.failure(500, "", "words"), True),
        (dynamics.failure(429, "0x80072322", "words"), False),
        (dynamics.failure(412, "0x80060882", "words"), False),
        (dynamics.failure(503, "", "words"), False),
        (Later("timeout", "slow", unknown=True), False),
        (Later("parent", "waits"), False),
    ],
)
def test_a_breakdown_is_one_that_the_service_itself_told_of(failed: SyncFailure, is_one: bool) -> None:
    assert is_breakdown(failed) is is_one


@given(st.lists(st.integers(0, 14), max_size=1500))
def test_no_item_is_left_out_of_the_calls_and_none_is_in_two(breakdowns: list[int]) -> None:
    items = list(enumerate(breakdowns))
    calls = calls_apart(items, lambda item: item[1], CALL)
    assert sorted(item for call in calls for item in call) == items
    assert all(0 < len(call) <= CALL for call in calls)
    assert len(calls) <= len(items) // CALL + SMALL_CALLS + 2


def test_of_more_suspects_than_can_be_no_more_are_held() -> None:
    suspects = Suspects()
    numbers = range(MOST + 1)
    one_round(suspects, numbers, [[broken() for _ in numbers]])
    assert suspects.breakdowns(change(MOST - 1)) == 1 and suspects.breakdowns(change(MOST)) == 0
