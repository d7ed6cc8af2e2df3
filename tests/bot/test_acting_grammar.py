from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.grammar import parse
from bot.request import Act, Audit, Errors, Ignore, Misunderstood, Pause, Reopen, Request, Resume, Retry, Run
from bot.words import Vocabulary

MS = timedelta(milliseconds=1)
WORDS = Vocabulary(("users", "accounts", "leads", "contacts", "opportunities", "roles"))


def asked(text: str) -> Request | Misunderstood:
    return parse(text, WORDS)


@pytest.mark.parametrize("kind", [Retry, Ignore, Reopen])
def test_errors_are_named_by_number_or_by_the_filters_of_errors(kind: type[Act]) -> None:
    name = kind.__name__.lower()
    assert asked(f"{name} #27") == asked(f"{name} 27") == asked(f"{name} error #27") == kind((27,))
    assert asked(f"{name} #27 28 27") == kind((27, 28))
    assert asked(f"{name} leads code:1003 page:2 csv") == kind(chosen=Errors("leads", "1003"))
    assert asked(f'{name} "27"') == kind(chosen=Errors(free=("27",)))
    assert asked(f"{name} all") == kind()


@pytest.mark.parametrize("kind", [Retry, Ignore, Reopen])
def test_nobody_means_all_errors_by_saying_nothing(kind: type[Act]) -> None:
    name = kind.__name__.lower()
    answer = asked(name)
    assert isinstance(answer, Misunderstood)
    assert answer.sentence.startswith("Which errors? Name one")
    assert answer.sentence.endswith(f"/sync {name} all")
    assert asked(kind().words) == kind()


def test_a_confirmation_carries_how_many_and_until_when() -> None:
    moment = datetime(2026, 11, 23, 14, 32, 0, 123_000, UTC)
    confirmed = Retry(chosen=Errors(code="1003"), confirmed=12, before=moment)
    assert confirmed.words == "retry code:1003 confirmed:12 before:2026-11-23T14:32:00.123+00:00"
    assert asked(confirmed.words) == confirmed


@pytest.mark.parametrize("text", ["retry confirmed:all", "retry before:soon", "ignore confirmed:-1"])
def test_a_confirmation_that_cannot_be_read_is_no_retry(text: str) -> None:
    assert isinstance(asked(text), Misunderstood)


@pytest.mark.parametrize("kind", [Pause, Resume])
def test_lanes_are_named_in_any_order_and_spelling(kind: type[Pause]) -> None:
    name = kind.__name__.lower()
    assert asked(name) == asked(f"{name} all") == kind()
    assert asked(f"{name} lead to marketo") == asked(f"to-marketo {name} leads") == kind("leads", "to-marketo")
    assert asked(f"{name} direction:dynamics") == kind(None, "to-dynamics")


def test_a_misspelt_lane_pauses_nothing() -> None:
    answer = asked("pause ledas")
    assert isinstance(answer, Misunderstood) and answer.nearest == "pause leads"


def test_a_run_is_of_everything_a_lane_or_one_record() -> None:
    assert asked("run") == Run()
    assert asked("run leads to-dynamics") == Run("leads", "to-dynamics")
    assert asked("run record ada@x.example") == Run(record="ada@x.example")
    assert asked("run contacts record 12") == Run("contacts", None, "12")
    assert isinstance(asked("run record"), Misunderstood)


def test_an_object_is_put_first_and_not_everything() -> None:
    assert asked("run leads first") == Run("leads", first=True)
    assert asked("run first leads to-marketo") == Run("leads", "to-marketo", first=True)
    assert isinstance(asked("run first"), Misunderstood)


errors = some.builds(
    Errors,
    some.none() | some.sampled_from(WORDS.objects),
    some.none() | some.sampled_from(["1003", "0x80040217"]),
    since=some.none() | some.just(timedelta(hours=24)),
    free=some.lists(some.sampled_from(["bob", "van Dyk", "27"]), max_size=2).map(tuple),
)
moments = some.integers(0, 4 * 10**12).map(lambda ms: datetime.fromtimestamp(ms // 1000, UTC) + ms % 1000 * MS)
numbers = some.lists(some.integers(1, 10**12), min_size=1, max_size=5, unique=True).map(tuple)
acts: some.SearchStrategy[Any] = some.sampled_from([Retry, Ignore, Reopen]).flatmap(
    lambda kind: some.one_of(
        some.builds(kind, numbers, confirmed=some.none() | some.integers(0, 10**6), before=some.none() | moments),
        some.builds(kind, chosen=errors, confirmed=some.none() | some.integers(0, 10**6)),
    )
)
objects, ways = some.none() | some.sampled_from(WORDS.objects), some.none() | some.sampled_from(["to-marketo"])
others: some.SearchStrategy[Any] = some.one_of(
    some.builds(Run, objects, ways),
    some.builds(Run, objects, record=some.sampled_from(["ada@x.example", "4711", "two words"])),
    some.builds(Pause, objects, ways),
    some.builds(Resume, objects, ways),
    some.builds(Audit, some.integers(1, 999)),
)


@given(acts | others)
def test_every_act_can_be_put_into_words_and_read_back(request: Any) -> None:
    assert asked(request.words) == request


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("run leads field:", "field: needs a value, such as field:city"),
        ("run leads field:city since:", "since: needs a value, such as since:24h"),
        ("pause ledas to-marketo", "I do not know “ledas”. Did you mean: /sync pause leads to-marketo"),
        ("run leads to-marketto", "I do not know “to-marketto”. Did you mean: /sync run leads to-marketo"),
        ("run contacts ledas", "I do not know “ledas”. Did you mean: /sync run contacts"),
        ("run leads direction:", "I do not know “direction:”. Try: /sync run leads to-marketo"),
    ],
)
def test_a_hint_keeps_the_other_words_and_quotes_what_was_typed(text: str, sentence: str) -> None:
    answer = asked(text)
    assert isinstance(answer, Misunderstood)
    assert answer.sentence == sentence
    assert not isinstance(asked(answer.nearest), Misunderstood)
