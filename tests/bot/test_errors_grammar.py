from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from bot.grammar import parse
from bot.moments import in_order
from bot.reading_errors import nearest_filter
from bot.request import Errors, Explain, Misunderstood, Request
from bot.words import Vocabulary, backwards

WORDS = Vocabulary(("users", "accounts", "leads", "contacts", "opportunities", "roles"))
STATES = ["open", "retrying", "resolved", "ignored"]


def asked(text: str) -> Request | Misunderstood:
    return parse(text, WORDS)


def test_state_until_and_sort_are_understood_too() -> None:
    wanted = Errors(state="ignored", until=date(2026, 11, 1), sort="tried", since=timedelta(days=30))
    assert asked("errors state:ignored until:2026-11-01 sort:tried since:30d") == wanted
    assert asked("sort:oldest errors until:2h") == Errors(until=timedelta(hours=2), sort="oldest")


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("errors state:ignord", "errors state:ignored"),
        ("errors sort:newset", "errors sort:newest"),
        ("errors until:soon", "errors until:24h"),
        ("errors outcome:created", "help errors"),
        ("errors staet:open", "errors state:open"),
    ],
)
def test_unknown_values_get_the_nearest_that_works(text: str, nearest: str) -> None:
    answer = asked(text)
    assert isinstance(answer, Misunderstood)
    assert answer.nearest == nearest


def test_errors_are_grouped_until_anything_but_the_object_is_said() -> None:
    for text in ("errors", "errors leads", "errors object:leads csv"):
        request = asked(text)
        assert isinstance(request, Errors)
        assert request.is_grouped, text
    for text in ("code:1003", "errors ann", "errors sort:newest", "errors page:2", "errors state:ignored", "since:1d"):
        request = asked(text)
        assert isinstance(request, Errors)
        assert not request.is_grouped, text


def test_explain_takes_a_code_however_it_is_written() -> None:
    assert asked("explain 1003") == Explain("1003")
    assert asked("code:0x80040333 explain") == Explain("0x80040333")
    assert asked("explain") == Explain()


spans = some.none() | some.dates() | some.integers(1, 9999).map(lambda minutes: timedelta(minutes=minutes))


@given(some.sampled_from(STATES), spans, spans, some.none() | some.sampled_from(["newest", "oldest", "tried"]))
def test_every_filter_can_be_put_into_words_and_read_back(state: Any, since: Any, until: Any, sort: Any) -> None:
    assume(not backwards(since, until))
    request = Errors(since=since, state=state, until=until, sort=sort)
    assert asked(request.words) == request


@pytest.mark.parametrize("text", ["code: 1003", "errors code: 1003", 'errors code: "1003"'])
def test_a_filters_value_may_stand_behind_a_blank(text: str) -> None:
    assert parse(text, WORDS) == Errors(code="1003")


@pytest.mark.parametrize(
    ("text", "example", "nearest"),
    [
        ("errors code:", "code:1003", "errors code:1003"),
        ("errors object: code:1003", "object:leads", "errors code:1003 object:leads"),
        ('errors direction:""', "direction:to-dynamics", "errors direction:to-dynamics"),
        ("retry since:", "since:24h", "errors since:24h"),
    ],
)
def test_a_filter_that_says_nothing_asks_for_its_value(text: str, example: str, nearest: str) -> None:
    key = example.partition(":")[0]
    assert asked(text) == Misunderstood(f"{key}: needs a value, such as {example}", nearest)


@pytest.mark.parametrize("text", ["errors colour:red", "colour:red errors", "ignore colour:red", 'errors colour:"red"'])
def test_a_filter_that_there_is_not_is_no_word_to_search_for(text: str) -> None:
    answer = asked(text)
    assert isinstance(answer, Misunderstood)
    assert answer.sentence.startswith("There is no filter “colour:” of errors. There are: object, code, direction, ")
    assert answer.sentence.endswith('quote them: /sync errors "colour:red"')


def test_a_misspelt_filter_without_a_value_is_told_too() -> None:
    assert asked("errors cod:") == Misunderstood(
        "There is no filter “cod:”. Did you mean: /sync errors code:1003", "errors code:1003"
    )


@pytest.mark.parametrize(
    "word", ["12:30", "https://x.example/a:b", "failed:", "2026-11-01T12:30", '"colour:red"', "ü:1"]
)
def test_a_word_with_a_colon_that_looks_like_no_filter_is_searched_for(word: str) -> None:
    assert asked(f"errors {word}") == Errors(free=(word.strip('"'),))


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("errors leads contacts", "errors leads"),
        ("errors code:1003 code:1007", "errors code:1003"),
        ("retry object:leads contacts", "errors object:leads"),
    ],
)
def test_of_two_values_of_a_filter_none_is_dropped_in_silence(text: str, nearest: str) -> None:
    assert asked(text) == Misunderstood(f"One at a time, please. Try: /sync {nearest}", nearest)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("errors since:1h until:24h", "errors since:1d until:1h"),
        ("errors leads since:2026-11-02 until:2026-11-01", "errors object:leads since:2026-11-01 until:2026-11-02"),
    ],
)
def test_since_must_be_before_until(text: str, nearest: str) -> None:
    assert asked(text) == Misunderstood(f"since must be before until. Did you mean: /sync {nearest}", nearest)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("errors leads since:7d until:2026-11-01", "errors object:leads since:2026-11-01 until:7d"),
        ("retry since:2026-11-23 until:2d", "errors since:2d until:2026-11-23"),
        ("share activity since:7d until:2026-11-01", "activity since:2026-11-01 until:7d"),
    ],
)
def test_a_span_and_a_day_are_put_in_order_by_the_clock(text: str, nearest: str) -> None:
    sentence = f"since must be before until. Did you mean: /sync {nearest}"
    now = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
    assert in_order(asked(text), now, UTC) == Misunderstood(sentence, nearest)


def test_a_day_and_a_span_that_meet_in_it_are_a_range() -> None:
    request = asked("errors since:1h until:2026-11-23")
    assert in_order(request, datetime(2026, 11, 23, 14, 32, tzinfo=UTC), UTC) == request


def test_one_day_alone_and_a_span_with_a_day_are_ranges() -> None:
    assert not isinstance(asked("errors since:2026-11-01 until:2026-11-01"), Misunderstood)
    assert not isinstance(asked("errors since:1h until:2026-11-01"), Misunderstood)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("erors code:1003", "errors code:1003"),
        ("code:1003 leads retyr", "retry code:1003 leads"),
        ("ignroe code=1003 since:24h", "ignore code:1003 since:24h"),
        ("statsu code:1003", "errors code:1003"),
    ],
)
def test_a_misspelt_command_beside_a_filter_is_no_word_to_search_for(text: str, nearest: str) -> None:
    answer = asked(text)
    assert isinstance(answer, Misunderstood)
    assert answer.nearest == nearest
    assert answer.sentence.endswith(f"Did you mean: /sync {nearest}")


def test_what_is_in_quotes_or_unlike_any_command_is_searched_for_beside_a_filter() -> None:
    assert asked('"erors" code:1003') == Errors(code="1003", free=("erors",))
    assert asked("Lovelace code:1003") == Errors(code="1003", free=("Lovelace",))


def test_a_filter_may_have_an_equals_sign() -> None:
    assert asked("errors code=1003 since= 24h") == asked("errors code:1003 since:24h")
    assert asked('errors "code=1003" a=b') == Errors(free=("code=1003", "a=b"))


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        ("leeds", Errors("leads")),
        ("contcats 1003", Errors("contacts", free=("1003",))),
        ("ignord", Errors(state="ignored")),
        ("Lovelace", None),
        ("ada@example.com", None),
    ],
)
def test_free_words_that_read_like_a_filter_have_one_nearest_to_them(words: str, nearest: Errors | None) -> None:
    assert nearest_filter(Errors(free=tuple(words.split())), WORDS.objects) == nearest


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "errors direction:sideways",
            "There is no direction “sideways”. Try one of: to-marketo, to-dynamics",
        ),
        (
            "errors leads direction:dynamisc",
            "There is no direction “dynamisc”. Did you mean: /sync errors leads direction:to-dynamics",
        ),
        (
            'errors "van der Berg" objct:leads since:7d',
            'There is no filter “objct:”. Did you mean: /sync errors "van der Berg" since:7d object:leads',
        ),
        (
            "errors leads until:soon",
            "I cannot read “soon” as a time. Try: /sync errors leads until:24h, or until:2026-11-01",
        ),
        (
            "activity leads until:soon",
            "I cannot read “soon” as a time. Try: /sync activity leads until:24h, or until:2026-11-01",
        ),
        ("record ada object:ledas", "There is no object “ledas”. Did you mean: /sync record ada object:leads"),
    ],
)
def test_a_hint_keeps_the_other_words_and_quotes_what_was_typed(text: str, sentence: str) -> None:
    answer = asked(text)
    assert isinstance(answer, Misunderstood)
    assert answer.sentence == sentence
